"""Turn ballots into team scores that allow for strict and mild jurors."""

from __future__ import annotations

from leaderboard.jury.ballots import COLUMNS
from leaderboard.jury.tallying import (
    JurorResult,
    JuryResult,
    TeamResult,
    tally_ballots,
)
from leaderboard.jury.weighting import Span, Weighted, weigh

__all__ = [
    "COLUMNS",
    "JurorResult",
    "JuryResult",
    "Span",
    "TeamResult",
    "Weighted",
    "tally_ballots",
    "weigh",
]
