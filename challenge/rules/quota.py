"""What a team has left today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from challenge.brief import Brief
from challenge.errors import QuotaExceededError
from challenge.records import Principal
from challenge.store import Unit


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
    """

    scored: int
    uploads: int
    scored_per_day: int
    uploads_per_day: int
    starts_again_at: datetime


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
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    count, quota = unit.submissions.count_since, brief.quota
    return Left(
        scored=max(0, quota.scored_per_day - count(team_id, today, scored=True)),
        uploads=max(0, quota.uploads_per_day - count(team_id, today)),
        scored_per_day=quota.scored_per_day,
        uploads_per_day=quota.uploads_per_day,
        starts_again_at=today + timedelta(days=1),
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
