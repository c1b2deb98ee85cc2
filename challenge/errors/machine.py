"""Refusals by the machine that a command runs on."""

from __future__ import annotations

import errno
import os

from challenge.errors.root import ChallengeError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A disk, somebody's share of it, or what one file may take, has no room left."""

UNWRITABLE = FULL | {errno.EROFS}
"""Nothing can be written, whatever it is."""

RESTORE = 'challenge restore BACKUP --by "Your Name" --replace'
"""What brings a database back that is gone, empty or damaged."""


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
            "Free some space and run the command again: `challenge download` goes on"
            " where it was, and `challenge build` with `--resume`."
            if error.errno in FULL
            else "Name a place that you may write in: in the command, as with `--out`"
            " or `--report`, or in CHALLENGE_HOME."
        )
        super().__init__(
            f"{place} cannot be read or written: {reason}."
            if place
            else f"Nothing more can be written: {reason}.",
            hint=hint,
        )


class StorageUnavailableError(ChallengeError, OSError):
    """What the service keeps cannot be written now; nothing half-written stays.

    Parameters
    ----------
    number : int
        What the system said, as in `errno`.
    """

    slug, status = "storage-unavailable", 503

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Nothing can be kept here now: {os.strerror(number)}.",
            hint="Try again in some minutes. Tell the organiser: `challenge doctor`"
            " says what is full or cannot be written.",
        )
        self.errno = number


class PredictionsLostError(ChallengeError, FileNotFoundError):
    """What a model said of the hidden rows is gone, or cannot be read any more.

    Parameters
    ----------
    submission_id : str
        Whose.
    name : str
        Of the file.
    """

    slug, status = "predictions-lost", 500

    def __init__(self, submission_id: str, name: str) -> None:
        self.submission_id = submission_id
        super().__init__(
            f"Its predictions in {name} are gone or damaged.",
            hint=f"Put {name} back from a backup, or disqualify submission"
            f" {submission_id}.",
        )


class FilesUnavailableError(ChallengeError, OSError):
    """Object storage gives and takes nothing now: runs wait, and no try is spent.

    Parameters
    ----------
    address : str
        Which bucket; left out of what a team reads.
    reason, repair : str
        What is wrong, and what whoever runs the server can do; full sentences.
    """

    slug, status = "files-unavailable", 503

    def __init__(self, address: str, reason: str, repair: str) -> None:
        self.address, self.reason, self.repair = address, reason, repair
        super().__init__(
            "The files of this challenge cannot be reached now; nothing was kept.",
            hint="Try again in some minutes. Tell the organiser: `challenge doctor`"
            " says what is wrong.",
        )

    def __reduce__(self) -> tuple[type[FilesUnavailableError], tuple[str, str, str]]:
        # Raised on one machine, read on another.
        return type(self), (self.address, self.reason, self.repair)


class DatabaseUnreadableError(ChallengeError, ValueError):
    """A file is no database, or is damaged.

    Parameters
    ----------
    place : str
        Which file.
    reason : str
        What SQLite said of it.
    """

    slug, status = "database-unreadable", 500

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"{place} cannot be read as a database: {reason}.",
            hint=f"Stop the service and put the last backup back: `{RESTORE}`."
            " Without any, docs/operations.md says how to save what can be read.",
        )


class DatabaseUnavailableError(ChallengeError, ConnectionError):
    """PostgreSQL does not answer, or lets nobody in.

    Parameters
    ----------
    reason : str
        What is wrong, without a name of role, database or machine: pages show it.
    repair : str
        What to do about it, as a full sentence.
    said : str
        What PostgreSQL said, for whoever runs it.
    place : str
        Which one, without a password; empty: one that pages are served from.
    """

    slug, status = "database-unavailable", 503

    def __init__(
        self, reason: str, repair: str, *, said: str = "", place: str = ""
    ) -> None:
        self.reason, self.repair, self.said = reason, repair, said
        if place:
            message = f"The database {place} cannot be used: {reason}."
            super().__init__(f"{message} It said: {said}" if said else message)
            self.hint = repair
        else:
            super().__init__(
                f"The database cannot be used now: {reason}.",
                hint="Try again in a minute. Tell the organiser: `challenge doctor`"
                " says what is wrong.",
            )


class EngineUnavailableError(ChallengeError, ConnectionError):
    """The engine lost a run or cannot start one: nobody's fault, and no try is spent.

    Parameters
    ----------
    reason : str
        What was found, as a full sentence.
    """

    slug, status = "engine-unavailable", 503

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The engine runs no submissions now. {reason}",
            hint="Start the scheduler and workers that CHALLENGE_ENGINE names;"
            " `docs/scaling.md` has the commands. Submissions wait until then.",
        )

    def __reduce__(self) -> tuple[type[EngineUnavailableError], tuple[str]]:
        # Raised on one machine, read on another.
        return type(self), (self.reason,)


class EngineRefusedError(ChallengeError, ValueError):
    """A setting of the engine that would be unsafe, or cannot work.

    Parameters
    ----------
    setting : str
        Which environment variable.
    reason : str
        What is wrong with its value, as a full sentence.
    repair : str
        What would be right, as a full sentence.
    """

    slug, status = "engine-refused", 500

    def __init__(self, setting: str, reason: str, repair: str) -> None:
        self.setting, self.reason = setting, reason
        super().__init__(f"{setting} is refused. {reason}", hint=repair)


class TrustRefusedError(ChallengeError, PermissionError):
    """Models may not run without a sandbox where others can hand them in.

    Parameters
    ----------
    host : str
        Address that the server would bind.
    """

    slug, status = "trust-refused", 500

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"Submissions are not trusted on {host}: whoever reaches that address could"
            " run any program on this machine.",
            hint="Leave out `--trust-submissions` (CHALLENGE_TRUST_SUBMISSIONS), or set"
            " CHALLENGE_HOST=127.0.0.1.",
        )
