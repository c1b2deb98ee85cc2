"""Refusals by the machine that a command runs on."""

from __future__ import annotations

import errno
import os

from challenge.errors.root import ChallengeError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A disk, or somebody's share of it, has no room left."""


class WritingFailedError(ChallengeError, OSError):
    """Something cannot be read or written here, or does not fit.

    Parameters
    ----------
    error : OSError
        What the system said.
    place : str
        What should have been written; empty: what the system names, if anything.
    """

    slug, status = "writing-failed", 500

    def __init__(self, error: OSError, place: str = "") -> None:
        place = place or str(error.filename or "")
        reason = os.strerror(error.errno) if error.errno else str(error).rstrip(".")
        hint = (
            "Free some space and run the command again; `challenge build` goes on"
            " with `--resume`."
            if error.errno in FULL
            else "Name a place that you may write in: in the command, as with `--out`,"
            " or in CHALLENGE_HOME."
        )
        super().__init__(
            f"{place} cannot be read or written: {reason}."
            if place
            else f"Nothing more can be written: {reason}.",
            hint=hint,
        )
