"""Where the challenge is, and when it goes on by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, func, insert, select

from challenge.records import Role, State
from challenge.store.pitches import PITCHING
from challenge.store.tables import (
    conflicts,
    interpretations,
    people,
    phase_changes,
    schedule,
    submissions,
)


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A step that somebody, or the clock, made.

    Attributes
    ----------
    phase : str
        Where to.
    at : datetime
        Aware UTC.
    by, reason : str
        Who decided, and why.
    """

    phase: str
    at: datetime
    by: str
    reason: str


class Phases:
    """Keep them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self) -> str | None:
        """Say which phase somebody went to last.

        Returns
        -------
        str or None
            None before anybody went anywhere.
        """
        return self._connection.execute(
            select(phase_changes.c.phase).order_by(phase_changes.c.id.desc()).limit(1)
        ).scalar_one_or_none()

    def changes(self) -> list[PhaseChange]:
        """List every step.

        Returns
        -------
        list of PhaseChange
            Oldest first.
        """
        columns = (getattr(phase_changes.c, n) for n in ("phase", "at", "by", "reason"))
        rows = self._connection.execute(select(*columns).order_by(phase_changes.c.id))
        return [PhaseChange(*row) for row in rows]

    def change(self, phase: str, *, by: str, reason: str = "", now: datetime) -> None:
        """Go to a phase.

        Parameters
        ----------
        phase : str
            Which one.
        by : str
            Who decided; the schedule has a name of its own.
        reason : str
            Why, where there is something to say.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(phase_changes).values(phase=phase, by=by, reason=reason, at=now)
        )

    def scheduled(self) -> dict[str, datetime | None]:
        """Read what was set in place of the brief.

        Returns
        -------
        dict of str to datetime or None
            By phase; None: it starts by hand.
        """
        rows = self._connection.execute(select(schedule.c.phase, schedule.c.starts_at))
        return dict(tuple(row) for row in rows)

    def plan(
        self, phase: str, starts_at: datetime | None, *, by: str, now: datetime
    ) -> None:
        """Set when a phase starts, in place of what was set before.

        Parameters
        ----------
        phase : str
            Which one.
        starts_at : datetime or None
            Aware; None: by hand.
        by : str
            Who decided.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(delete(schedule).where(schedule.c.phase == phase))
        self._connection.execute(
            insert(schedule).values(phase=phase, starts_at=starts_at, by=by, set_at=now)
        )

    def unfinished(self, release: str) -> int:
        """Count what waits or runs.

        Parameters
        ----------
        release : str
            ``slug/version``.

        Returns
        -------
        int
            How many submissions.
        """
        return self._count(
            submissions,
            submissions.c.release == release,
            submissions.c.state.in_((State.QUEUED, State.RUNNING)),
        )

    def undeclared(self) -> int:
        """Count what jurors did not say yet: whether a pitching team is close to them.

        Returns
        -------
        int
            How many pairs of a juror and a team; nobody who is barred counts.
        """
        juror, team = people.alias("juror"), people.alias("team")
        said = exists().where(
            conflicts.c.juror_id == juror.c.id, conflicts.c.team_id == team.c.id
        )
        pairs = (
            select(func.count())
            .select_from(juror.join(team, team.c.role == Role.TEAM))
            .where(
                juror.c.role == Role.JUROR,
                juror.c.barred.is_(None),
                team.c.barred.is_(None),
                team.c.id.in_(PITCHING),
                ~said,
            )
        )
        return self._connection.execute(pairs).scalar_one()

    def uninterpreted(self) -> int:
        """Count pitching teams without a note on what their figures mean.

        Returns
        -------
        int
            How many; those whose note nobody waits for do not count.
        """
        settled = select(interpretations.c.team_id).where(
            (interpretations.c.text != "") | interpretations.c.waived_at.is_not(None)
        )
        return self._count(
            people,
            and_(people.c.role == Role.TEAM, people.c.barred.is_(None)),
            people.c.id.in_(PITCHING),
            people.c.id.not_in(settled),
        )

    def _count(self, table: object, *conditions: object) -> int:
        counted = select(func.count()).select_from(table)  # type: ignore[arg-type]
        for condition in conditions:
            counted = counted.where(condition)  # type: ignore[arg-type]
        return self._connection.execute(counted).scalar_one()
