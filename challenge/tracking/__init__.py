"""MLflow; the only package outside the sandbox that imports it on the server."""

from challenge.tracking.tracker import CHAMPION, SUPERSEDES, Tracker

__all__ = ["CHAMPION", "SUPERSEDES", "Tracker"]
