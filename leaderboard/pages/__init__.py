"""Draw boards and reports as HTML fragments without links or forms."""

from __future__ import annotations

from leaderboard.pages.boards import (
    board_fragment,
    projector_fragments,
    ranking_fragment,
)
from leaderboard.pages.jury import JuryView, jury_fragment
from leaderboard.pages.reports import figures_fragment, scorecard_fragment
from leaderboard.pages.transport import TransportView, transport_fragment
from leaderboard.pages.views import BoardView, RowsKind, ScorecardView, TeamLine

__all__ = [
    "BoardView",
    "JuryView",
    "RowsKind",
    "ScorecardView",
    "TeamLine",
    "TransportView",
    "board_fragment",
    "figures_fragment",
    "jury_fragment",
    "projector_fragments",
    "ranking_fragment",
    "scorecard_fragment",
    "transport_fragment",
]
