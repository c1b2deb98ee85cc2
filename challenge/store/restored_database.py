"""What a database needs after it was put back, and what it may have lost by it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, or_, select, update

from challenge.records import Stage, State
from challenge.store.reaching import engine_of
from challenge.store.tables import audit, people, results, submissions, workers

TAKING_AWAY = (
    *("bar %", "revoke %", "rotate token", "close sessions", "change password"),
    *("disqualify %", "unseat chair"),
)
"""What the audit table calls the acts after which somebody may do less."""


class Act(NamedTuple):
    """An entry of the audit table.

    Attributes
    ----------
    at : datetime
        Aware UTC.
    actor, action, subject : str
        Who did what, to what.
    """

    at: datetime
    actor: str
    action: str
    subject: str


def settle(url: str) -> int:
    """Forget who worked on a machine that is gone; what ran there waits again.

    Nobody's try is spent. Sessions and tokens stay: people need not come in again.

    Parameters
    ----------
    url : str
        A database that was just put back, and that nobody has open.

    Returns
    -------
    int
        How many submissions ran.
    """
    columns = submissions.c
    with engine_of(url).execution_options(writing=True).begin() as connection:
        connection.execute(delete(workers))
        ran = connection.execute(
            update(submissions)
            .where(columns.state == State.RUNNING)
            .values(
                state=State.QUEUED,
                stage=Stage.RECEIVED,
                worker=None,
                lease_until=None,
                deadline_at=None,
                attempt=columns.attempt - 1,
            )
        )
        return ran.rowcount


def forget_runs(url: str, submission_ids: Collection[str]) -> None:
    """Let results be tracked again whose MLflow run is gone.

    Parameters
    ----------
    url : str
        The database.
    submission_ids : collection of str
        Whose results.
    """
    these = results.c.submission_id.in_(submission_ids)
    with engine_of(url).execution_options(writing=True).begin() as connection:
        connection.execute(update(results).where(these).values(run_id=None))


def submitters(url: str) -> dict[str, str]:
    """Tell which team each submission is of.

    Parameters
    ----------
    url : str
        The database.

    Returns
    -------
    dict of str to str
        Its name by submission id, in order.
    """
    asked = select(submissions.c.id, people.c.name).join(
        people, people.c.id == submissions.c.team_id
    )
    with engine_of(url).connect() as connection:
        rows = connection.execute(asked.order_by(submissions.c.number))
        return {row.id: row.name for row in rows}


def acts_of_taking_away(url: str) -> list[Act]:
    """Read who was barred, what was revoked, and the like.

    Parameters
    ----------
    url : str
        The database.

    Returns
    -------
    list of Act
        Oldest first.
    """
    columns = audit.c
    these = or_(*(columns.action.like(action) for action in TAKING_AWAY))
    asked = select(columns.at, columns.actor, columns.action, columns.subject)
    with engine_of(url).connect() as connection:
        rows = connection.execute(asked.where(these).order_by(columns.id))
        return [Act(*row) for row in rows]
