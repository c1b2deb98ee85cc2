"""Compare places: whether a model holds where it was not built."""

from __future__ import annotations

from leaderboard.transport.municipalities import forest
from leaderboard.transport.shift import SCOPE, Shift, difference, transport

__all__ = [
    "SCOPE",
    "Shift",
    "difference",
    "forest",
    "transport",
]
