"""Turn ballots into team scores that allow for strict and mild jurors."""

from __future__ import annotations

from leaderboard.jury.tallying import JuryResult, TeamResult, tally_ballots

__all__ = [
    "JuryResult",
    "TeamResult",
    "tally_ballots",
]
