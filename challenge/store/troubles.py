"""What PostgreSQL says when it cannot serve, in our own errors."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass

from sqlalchemy import ExceptionContext

from challenge.errors import (
    DatabaseUnavailableError,
    RequestNotPossibleError,
    StorageUnavailableError,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way in which a database does not serve.

    Attributes
    ----------
    states : tuple of str
        SQLSTATE codes that say so, or how they begin.
    words : tuple of str
        What the answer says before there is a connection, where no code is given.
    reason : str
        What is wrong.
    repair : str
        What to do about it, as a full sentence.
    """

    states: tuple[str, ...]
    words: tuple[str, ...]
    reason: str
    repair: str

    def fits(self, state: str, said: str) -> bool:
        """Say whether an answer is about this; words count where it has no code.

        Parameters
        ----------
        state : str
            SQLSTATE of the answer; empty where no server answered.
        said : str
            The answer itself.

        Returns
        -------
        bool
            True for one of this kind.
        """
        if state:
            return state.startswith(self.states)
        return any(word in said for word in self.words)


# Codes: PostgreSQL's manual, appendix "PostgreSQL Error Codes".
TROUBLES = (
    Trouble(
        ("28P01",),
        ("password authentication failed", "no password supplied"),
        "it refuses the password",
        "Correct the password in CHALLENGE_DATABASE_URL, or give the role that one:"
        " `ALTER ROLE ... PASSWORD ...`.",
    ),
    Trouble(
        ("3D000",),
        ('FATAL:  database "',),
        "there is no database of that name",
        "Make it: `createdb --owner=ROLE --template=template0 --encoding=UTF8"
        " --locale=C NAME`.",
    ),
    Trouble(
        ("28000",),
        ('FATAL:  role "', "pg_hba.conf"),
        "it does not let that role in from here",
        "Make the role with `createuser --pwprompt`, and let it in from this machine in"
        " `pg_hba.conf`.",
    ),
    Trouble(
        ("53300",),
        ("too many clients", "remaining connection slots", "too many connections"),
        "it has no connection left",
        "Raise `max_connections` of PostgreSQL, or run fewer processes;"
        " `docs/postgresql.md` counts them.",
    ),
    Trouble(
        ("57P03",),
        ("is starting up", "is shutting down", "recovery mode"),
        "it is starting or stopping",
        "Wait until `pg_isready` says that it accepts connections.",
    ),
    Trouble(
        ("55P03", "57014"),
        (),
        "something else holds it too long",
        "See who does in the view `pg_stat_activity` of PostgreSQL.",
    ),
    Trouble(
        ("42501",),
        (),
        "the role may not do that",
        "Make the role the owner of the database: `ALTER DATABASE ... OWNER TO ...`.",
    ),
    Trouble(
        ("08", "25P03", "57P", "53"),
        ("",),
        "nothing answers",
        "Start PostgreSQL, or correct CHALLENGE_DATABASE_URL; `pg_isready` says whether"
        " a server answers there.",
    ),
)

# What is on its disk, as the system would say it; nobody may write to a standby.
DISK = {"53100": errno.ENOSPC, "58030": errno.EIO, "25006": errno.EROFS}


def explain(context: ExceptionContext) -> BaseException | None:
    """Turn what the driver raises into an error of ours, where it is no fault of ours.

    Parameters
    ----------
    context : ExceptionContext
        Of one exception of the driver.

    Returns
    -------
    BaseException or None
        To raise in its place; None: as it is.
    """
    error = context.original_exception
    if context.is_pre_ping:
        return None  # the pool makes another connection, or says why it cannot
    state, said = getattr(error, "sqlstate", None) or "", str(error)
    if isinstance(error, context.dialect.loaded_dbapi.DataError) and "NUL" in said:
        # Whoever typed an address or a name; SQLite keeps it, and finds nothing.
        return RequestNotPossibleError("A text in it holds a NUL character", status=400)
    if state in DISK and not _only_reads(context):
        return StorageUnavailableError(DISK[state])
    _forget_values(context)
    if not state and not isinstance(
        error, context.dialect.loaded_dbapi.OperationalError
    ):
        return None
    for trouble in TROUBLES:
        if trouble.fits(state, said):
            told = (said.splitlines() or [type(error).__name__])[0]
            log.error("The database: %s (%s)", trouble.reason, told)
            return DatabaseUnavailableError(trouble.reason, trouble.repair, said=told)
    return None


def _only_reads(context: ExceptionContext) -> bool:
    """Say whether a write was refused by ourselves."""
    if context.connection is None:
        return False
    return bool(context.connection.get_execution_options().get("reading", False))


def _forget_values(context: ExceptionContext) -> None:
    """Keep what PostgreSQL quotes of a row, exact scores too, out of every log."""
    diagnosis = getattr(context.original_exception, "diag", None)
    quoted = getattr(diagnosis, "message_detail", None)
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and quoted:
            error.args = tuple(str(a).replace(quoted, "hidden") for a in error.args)
