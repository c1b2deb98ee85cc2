"""Every way the library says no, in one tree.

::

    ScoringError                        slug, message, hint; a ValueError
    ├── LengthMismatchError             two columns of different length
    ├── LabelsRefusedError              labels that are not 0 or 1
    ├── OneClassError                   only zeros or only ones
    ├── ProbabilitiesRefusedError       NaN, infinite or outside [0, 1]
    ├── ClustersRefusedError            a missing label, or fewer than two clusters
    ├── GroupsRefusedError              a group table that cannot be read
    ├── BallotsRefusedError             a table of ballots that cannot be read
    ├── SettingRefusedError             a capacity, count or limit out of its bounds
    ├── PolicyMismatchError             scorecards judged under another policy, or none
    ├── NotPairedError                  scorecards that do not share their replicates
    ├── ScorecardUnreadableError        JSON that is not a scorecard
    ├── FileRefusedError                a file to recompute from that cannot be read
    └── LanguageUnknownError            a language we have no sentences in

A class writes the sentence, whoever raises it passes facts.
"""

from __future__ import annotations

from leaderboard.errors.files import (
    FileRefusedError,
    ScorecardUnreadableError,
)
from leaderboard.errors.root import ScoringError
from leaderboard.errors.rows import (
    BallotsRefusedError,
    ClustersRefusedError,
    GroupsRefusedError,
    LabelsRefusedError,
    LengthMismatchError,
    OneClassError,
    ProbabilitiesRefusedError,
)
from leaderboard.errors.settings import (
    LanguageUnknownError,
    NotPairedError,
    PolicyMismatchError,
    SettingRefusedError,
)

__all__ = [
    "BallotsRefusedError",
    "ClustersRefusedError",
    "FileRefusedError",
    "GroupsRefusedError",
    "LabelsRefusedError",
    "LanguageUnknownError",
    "LengthMismatchError",
    "NotPairedError",
    "OneClassError",
    "PolicyMismatchError",
    "ProbabilitiesRefusedError",
    "ScorecardUnreadableError",
    "ScoringError",
    "SettingRefusedError",
]
