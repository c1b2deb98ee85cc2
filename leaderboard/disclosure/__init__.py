"""Round and withhold, so that what is published counts nobody out."""

from __future__ import annotations

from leaderboard.disclosure.publishing import has_gap_rate, publish
from leaderboard.disclosure.rounding import released

__all__ = [
    "has_gap_rate",
    "publish",
    "released",
]
