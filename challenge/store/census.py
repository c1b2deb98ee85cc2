"""What a database holds, to hold a copy of it against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, func, select, text

from challenge.store.reaching import alembic_config, engine_of
from challenge.store.tables import audit, people, phase_changes, results, submissions


@dataclass(frozen=True, slots=True)
class Census:
    """What a database holds, to hold a copy of it against.

    Attributes
    ----------
    revision : str
        Of its tables.
    people, submissions : mapping of str to int
        How many there are, by role and by state.
    results, audit : int
        Scorecards, and entries of the audit table.
    last_submission : str
        Id of the one that came in last; empty: none.
    last_received_at : datetime or None
        When that was, aware UTC.
    phase : str
        Where somebody, or the clock, went last; empty: nowhere.
    """

    revision: str
    people: Mapping[str, int] = field(default_factory=dict)
    submissions: Mapping[str, int] = field(default_factory=dict)
    results: int = 0
    audit: int = 0
    last_submission: str = ""
    last_received_at: datetime | None = None
    phase: str = ""


def census(url: str) -> Census:
    """Count what a database holds; makes and migrates nothing.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a database that is there.

    Returns
    -------
    Census
        As of now.
    """
    with engine_of(url).connect() as connection:
        return count(connection)


def count(connection: Connection) -> Census:
    """Count what one transaction sees.

    Parameters
    ----------
    connection : Connection
        An open transaction.

    Returns
    -------
    Census
        Of that moment.
    """
    revision = connection.execute(text("SELECT version_num FROM alembic_version"))
    last = connection.execute(
        select(submissions.c.id, submissions.c.created_at)
        .order_by(submissions.c.number.desc())
        .limit(1)
    ).one_or_none()
    phase = select(phase_changes.c.phase).order_by(phase_changes.c.id.desc()).limit(1)
    return Census(
        revision=revision.scalar_one(),
        people=_by(connection, people.c.role),
        submissions=_by(connection, submissions.c.state),
        results=_number(connection, results),
        audit=_number(connection, audit),
        last_submission=last.id if last else "",
        last_received_at=last.created_at if last else None,
        phase=connection.execute(phase).scalar_one_or_none() or "",
    )


def revisions() -> tuple[str, ...]:
    """List every revision that this version of the product knows.

    Returns
    -------
    tuple of str
        Newest first.
    """
    found = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    return tuple(revision.revision for revision in found)


def _by(connection: Connection, column: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column))
    return {str(value): number for value, number in rows}


def _number(connection: Connection, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return connection.execute(query).scalar_one()
