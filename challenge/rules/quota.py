"""What a team has left today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from challenge.brief import Brief
from challenge.errors import QuotaExceededError
from challenge.records import Principal
from challenge.store import Unit
from challenge.store.grants import Grant


@dataclass(frozen=True, slots=True)
class Left:
    """What one team may still use before the day ends.

    Attributes
    ----------
    scored, uploads : int
        Scored runs, and uploads of any kind.
    scored_per_day, uploads_per_day : int
        How many there are in a day.
    starts_again_at : datetime
        When the next day begins; aware UTC.
    grants : tuple of Grant
        What the organiser gave today beyond the brief, newest first; counted above.
    """

    scored: int
    uploads: int
    scored_per_day: int
    uploads_per_day: int
    starts_again_at: datetime
    grants: tuple[Grant, ...] = ()


def day_around(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Say when a day begins and ends on the challenge's own clock.

    Parameters
    ----------
    now : datetime
        Aware.
    zone : ZoneInfo
        Where that clock hangs.

    Returns
    -------
    tuple of datetime
        Its midnight and the next one, aware UTC; 23 to 25 hours apart where the clock
        is put forward or back.

    Examples
    --------
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> [at.hour for at in day_around(noon, ZoneInfo("Europe/Amsterdam"))]
    [23, 23]
    """
    today = now.astimezone(zone).date()
    # Not 24 hours later: midnights are looked up, since not every day is that long.
    first, last = (
        datetime.combine(date, time(), zone).astimezone(UTC)
        for date in (today, today + timedelta(days=1))
    )
    return first, last


def left_today(unit: Unit, brief: Brief, team_id: int, now: datetime) -> Left:
    """Count what a team has left today.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says how many there are, and on which clock a day counts.
    team_id : int
        Whose.
    now : datetime
        Aware UTC.

    Returns
    -------
    Left
        Never below 0.
    """
    today, tomorrow = day_around(now, brief.event.clock)
    count = unit.submissions.count_since
    grants = tuple(unit.grants.of_team(team_id, since=today))
    extra = sum(grant.extra for grant in grants)
    scored = brief.quota.scored_per_day + extra
    uploads = brief.quota.uploads_per_day + extra
    return Left(
        scored=max(0, scored - count(team_id, today, scored=True)),
        uploads=max(0, uploads - count(team_id, today)),
        scored_per_day=scored,
        uploads_per_day=uploads,
        starts_again_at=tomorrow,
        grants=grants,
    )


def check_quota(
    unit: Unit, brief: Brief, team: Principal, now: datetime, *, proof_only: bool
) -> None:
    """Stop a team that has nothing left.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says how many there are.
    team : Principal
        Who wants to hand something in.
    now : datetime
        Aware UTC.
    proof_only : bool
        Whether the proof run alone is asked for; it uses no scored run.

    Raises
    ------
    QuotaExceededError
        If the team used its uploads or scored runs of today.
    """
    left = left_today(unit, brief, team.id, now)
    if not left.uploads:
        raise QuotaExceededError(
            team=team.name, limit=left.uploads_per_day, kind="uploads"
        )
    if not proof_only and not left.scored:
        raise QuotaExceededError(
            team=team.name, limit=left.scored_per_day, kind="scored runs"
        )
