"""Draw boards and reports as HTML fragments without links or forms."""

from __future__ import annotations

from leaderboard.pages.fragments import (
    BoardView,
    ScorecardView,
    TeamLine,
    board_fragment,
    practice_fragment,
    ranking_fragment,
    scorecard_fragment,
)

__all__ = [
    "BoardView",
    "ScorecardView",
    "TeamLine",
    "board_fragment",
    "practice_fragment",
    "ranking_fragment",
    "scorecard_fragment",
]
