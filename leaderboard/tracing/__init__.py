"""Trace what pictures are drawn from: thin enough to send, coarse enough to show."""

from __future__ import annotations

from leaderboard.tracing.curves import trace

__all__ = ["trace"]
