"""Measure every group, every intersection and every municipality."""

from __future__ import annotations

from leaderboard.groups.measuring import (
    largest_gap,
    measure_areas,
    measure_groups,
    tally_groups,
)

__all__ = [
    "largest_gap",
    "measure_areas",
    "measure_groups",
    "tally_groups",
]
