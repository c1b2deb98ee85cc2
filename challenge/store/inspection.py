"""A database looked at as it is: nothing is made, migrated or changed.

`open_database` brings tables up to date and waits for other writers, as a server
should. Whoever asks what is wrong needs the opposite: an answer soon, whatever state
things are in, and everything left as it was found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from challenge.errors import DatabaseUnavailableError, StorageUnavailableError
from challenge.store.books import Books
from challenge.store.database import Database
from challenge.store.postgresql import ANEW, wrong_order
from challenge.store.reaching import alembic_config, engine_of

# Somebody who holds the database longer than this is worth a sentence.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a look at the database found.

    Attributes
    ----------
    trouble : str
        Why it cannot be read at all; empty: it can.
    damage : tuple of str
        What its integrity check found.
    revision : str or None
        Of its tables; None for a database that has none.
    head : str
        Revision that this version of the product needs.
    refusal : str
        Why nothing can be written to it; empty: something can.
    advice : str
        What PostgreSQL's trouble asks for, as a full sentence; empty: nothing more.
    """

    trouble: str = ""
    damage: tuple[str, ...] = ()
    revision: str | None = None
    head: str = ""
    refusal: str = ""
    advice: str = ""


class Inspection:
    """Read a database without touching it.

    Parameters
    ----------
    url : str
        SQLAlchemy URL; nothing has to be there.
    patience_seconds : float
        How long a lock is waited for.
    """

    def __init__(self, url: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._engine = engine_of(url, patience_seconds)

    def facts(self) -> DatabaseFacts:
        """Look at the database itself.

        Returns
        -------
        DatabaseFacts
            Also where it cannot be opened.
        """
        script = ScriptDirectory.from_config(alembic_config())
        head = script.get_current_head() or ""
        try:
            with self._engine.connect() as connection:
                if why := _wrong_order(connection):
                    return DatabaseFacts(trouble=why, head=head, advice=ANEW)
                damage = _damage(connection)
                context = MigrationContext.configure(connection)
                revision = context.get_current_revision()
        except DatabaseUnavailableError as error:
            told = f"{error.reason} ({error.said.rstrip('.')})"
            return DatabaseFacts(trouble=told, head=head, advice=error.repair)
        except SQLAlchemyError as error:
            return DatabaseFacts(trouble=_reason(error), head=head)
        return DatabaseFacts("", damage, revision, head, self._refusal())

    @property
    def database(self) -> Database:
        """The doors of the store, for reading; its tables must be up to date."""
        return Database(self._engine)

    @property
    def books(self) -> Books:
        """What it all adds up to; its tables must be up to date."""
        return Books(self._engine)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _refusal(self) -> str:
        """Try to write nothing, and say what stands in the way."""
        change = text("UPDATE alembic_version SET version_num = '' WHERE 1 = 0")
        try:
            with self._writing() as connection:
                connection.execute(change)
        except DatabaseUnavailableError as error:
            return error.reason
        except StorageUnavailableError as error:
            return os.strerror(error.errno or 0)
        except SQLAlchemyError as error:
            return _reason(error)
        return ""

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        options = {"writing": True}
        with self._engine.connect().execution_options(**options) as connection:
            yield connection
            connection.rollback()


def _wrong_order(connection: Connection) -> str:
    return "" if connection.dialect.name == "sqlite" else wrong_order(connection)


def _damage(connection: Connection) -> tuple[str, ...]:
    """Ask SQLite whether its file is whole; PostgreSQL answers for itself."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT 1"))
        return ()
    found = connection.execute(text("PRAGMA integrity_check(5)")).scalars().all()
    strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    told = {str(line) for line in found if line != "ok"}
    told |= {
        f"a row of {row[0]} points at a row of {row[2]} that is gone" for row in strays
    }
    return tuple(sorted(told))


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0].rstrip(".")
