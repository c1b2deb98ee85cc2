"""Release a live score only when it is measurably better than the best."""

from __future__ import annotations

from leaderboard.ladder.climbing import (
    LadderState,
    Step,
    climb,
    climb_all,
    improves,
    improves_auroc,
)

__all__ = [
    "LadderState",
    "Step",
    "climb",
    "climb_all",
    "improves",
    "improves_auroc",
]
