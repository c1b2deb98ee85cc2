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
from leaderboard.pages.jury import JuryView, jury_fragment
from leaderboard.pages.transport import TransportView, transport_fragment

__all__ = [
    "BoardView",
    "JuryView",
    "ScorecardView",
    "TeamLine",
    "TransportView",
    "board_fragment",
    "jury_fragment",
    "practice_fragment",
    "ranking_fragment",
    "scorecard_fragment",
    "transport_fragment",
]
