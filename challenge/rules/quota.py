"""What a team has left today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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


def first_moment_of_day(now: datetime) -> datetime:
    """Say when the day of the quota began.

    Parameters
    ----------
    now : datetime
        Aware UTC.

    Returns
    -------
    datetime
        Midnight of that day, UTC.
    """
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def left_today(unit: Unit, brief: Brief, team_id: int, now: datetime) -> Left:
    """Count what a team has left today.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says how many there are.
    team_id : int
        Whose.
    now : datetime
        Aware UTC.

    Returns
    -------
    Left
        Never below 0.
    """
    today, count = first_moment_of_day(now), unit.submissions.count_since
    grants = tuple(unit.grants.of_team(team_id, since=today))
    extra = sum(grant.extra for grant in grants)
    scored = brief.quota.scored_per_day + extra
    uploads = brief.quota.uploads_per_day + extra
    return Left(
        scored=max(0, scored - count(team_id, today, scored=True)),
        uploads=max(0, uploads - count(team_id, today)),
        scored_per_day=scored,
        uploads_per_day=uploads,
        starts_again_at=today + timedelta(days=1),
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
