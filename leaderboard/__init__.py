"""Everything a sceptic needs to recompute the board from predictions."""

from leaderboard.disclosure import publish
from leaderboard.metrics import METRICS, Metric
from leaderboard.ranking import Board, Row, compare, rank
from leaderboard.records import AreaMeasure, Estimate, GroupMeasure, Scorecard
from leaderboard.scorecard import score
from leaderboard.verdict import FairnessPolicy, Finding, PolicyState, Verdict

__version__ = "0.1.0"

__all__ = [
    "METRICS",
    "AreaMeasure",
    "Board",
    "Estimate",
    "FairnessPolicy",
    "Finding",
    "GroupMeasure",
    "Metric",
    "PolicyState",
    "Row",
    "Scorecard",
    "Verdict",
    "compare",
    "publish",
    "rank",
    "score",
]
