"""Everything a sceptic needs to recompute the board from predictions."""

from leaderboard.disclosure import publish
from leaderboard.estimates import Estimate
from leaderboard.ladder import LadderState, climb, climb_all
from leaderboard.metrics import METRICS, Metric
from leaderboard.ranking import compare, rank
from leaderboard.ranking.board import Board, Row, Why
from leaderboard.readers import (
    Audience,
    LiveScore,
    Phase,
    RowSet,
    release,
    release_row,
)
from leaderboard.records import AreaMeasure, GroupMeasure, Scorecard
from leaderboard.rows import quantised
from leaderboard.scorecard import score
from leaderboard.verdict import FairnessPolicy, Finding, Guard, PolicyState, Verdict

__version__ = "0.1.0"

__all__ = [
    "METRICS",
    "AreaMeasure",
    "Audience",
    "Board",
    "Estimate",
    "FairnessPolicy",
    "Finding",
    "GroupMeasure",
    "Guard",
    "LadderState",
    "LiveScore",
    "Metric",
    "Phase",
    "PolicyState",
    "Row",
    "RowSet",
    "Scorecard",
    "Verdict",
    "Why",
    "climb",
    "climb_all",
    "compare",
    "publish",
    "quantised",
    "rank",
    "release",
    "release_row",
    "score",
]
