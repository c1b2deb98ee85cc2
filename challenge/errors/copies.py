"""Refusals about backups: one that cannot be made, is damaged, or cannot go there."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.errors.root import ChallengeError

_MOST = 5


class BackupRefusedError(ChallengeError, PermissionError):
    """No backup is made.

    Parameters
    ----------
    problem : str
        Why not, as a full sentence.
    hint : str
        What to do.
    """

    slug, status = "backup-refused", 409

    def __init__(self, problem: str, *, hint: str) -> None:
        super().__init__(f"No backup is made. {problem}", hint=hint)


class BackupDamagedError(ChallengeError, ValueError):
    """A backup is not what was written, or does not add up.

    Parameters
    ----------
    place : str
        Which backup.
    faults : sequence of str
        What is wrong, each as a full sentence.
    """

    slug, status = "backup-damaged", 409

    def __init__(self, place: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        more = len(self.faults) - _MOST
        told = [*self.faults[:_MOST], *([f"And {more} more."] if more > 0 else [])]
        super().__init__(
            f"The backup {place} cannot be relied on. {' '.join(told)}",
            hint="Try an older one out, and count on that; keep this one to find out"
            " what happened to it. What is in use was not touched.",
        )


class RestoreRefusedError(ChallengeError, PermissionError):
    """A backup is not put back there.

    Parameters
    ----------
    problem : str
        Why not, as a full sentence.
    hint : str
        What to do.
    """

    slug, status = "restore-refused", 409

    def __init__(self, problem: str, *, hint: str) -> None:
        super().__init__(f"Nothing is put back. {problem}", hint=hint)
