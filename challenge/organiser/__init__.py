"""The commands of an organiser, beside those that make data."""

from __future__ import annotations

from challenge.organiser.commands import app

__all__ = ["app"]
