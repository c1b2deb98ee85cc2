"""Judge a policy on gaps: meets, violates, or undetermined, and how surely."""

from __future__ import annotations

from leaderboard.fairness.judging import judge, ratio_power
from leaderboard.fairness.planning import deciding, power

__all__ = [
    "deciding",
    "judge",
    "power",
    "ratio_power",
]
