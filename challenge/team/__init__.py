"""The commands of a team."""

from __future__ import annotations

from challenge.team.commands import app

__all__ = ["app"]
