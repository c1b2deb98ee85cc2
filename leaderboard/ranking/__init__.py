"""Rank scorecards: who is in, between which places, and why."""

from __future__ import annotations

from leaderboard.ranking.board import Board, Row, Why
from leaderboard.ranking.places import check_paired, compare, rank, reason_outside
from leaderboard.ranking.reasons import reasons

__all__ = [
    "Board",
    "Row",
    "Why",
    "check_paired",
    "compare",
    "rank",
    "reason_outside",
    "reasons",
]
