"""The rubric: what may stand on a ballot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from challenge.brief import Brief
from challenge.errors import RequestRefusedError
from challenge.records import Opinion, Principal
from challenge.rules.text import check_text

POINTS = range(1, 6)
NOTE_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Asking:
    """Who judges whom, and by which rubric.

    Attributes
    ----------
    juror : Principal
        Whose ballot.
    team_name : str
        On whose pitch.
    brief : Brief
        Holds the rubric.
    """

    juror: Principal
    team_name: str
    brief: Brief


def check_opinion(opinion: Opinion, brief: Brief) -> Opinion:
    """Accept what stands on a ballot, or say what is wrong with it.

    Parameters
    ----------
    opinion : Opinion
        Criteria may be missing.
    brief : Brief
        Holds the rubric.

    Returns
    -------
    Opinion
        With its notes without white space around them.

    Raises
    ------
    RequestRefusedError
        If a criterion is unknown, or has points and none, points are outside 1 to 5,
        or a note is too long or cannot be shown.
    """
    known = [criterion.slug for criterion in brief.rubric]
    points, abstained = opinion.points, set(opinion.abstained)
    if not {*points, *abstained} <= set(known) or abstained & points.keys():
        raise refuse_criteria({*points, *abstained}, brief)
    for criterion, value in points.items():
        if value not in POINTS:
            raise RequestRefusedError(
                f"points.{criterion}",
                f"{value} is outside the scale.",
                hint="Give a whole number from 1 to 5.",
            )
    return replace(
        opinion,
        note=check_text("note", opinion.note, shortest=0, longest=NOTE_LENGTH),
        private_note=check_text(
            "private_note", opinion.private_note, shortest=0, longest=NOTE_LENGTH
        ),
    )


def check_complete(opinion: Opinion, brief: Brief) -> None:
    """Refuse a ballot on which a criterion is open.

    Parameters
    ----------
    opinion : Opinion
        From `check_opinion`.
    brief : Brief
        Holds the rubric.

    Raises
    ------
    RequestRefusedError
        Of the first criterion that has no points, though the juror can judge it.
    """
    for criterion in brief.rubric:
        if criterion.slug not in {*opinion.points, *opinion.abstained}:
            raise RequestRefusedError(
                f"points.{criterion.slug}",
                "it has no points.",
                hint="Give 1 to 5 points, or say that you cannot judge it.",
            )


def refuse_criteria(named: Iterable[str], brief: Brief) -> RequestRefusedError:
    """Say which criteria there are, to who named others.

    Parameters
    ----------
    named : iterable of str
        What stood on the ballot.
    brief : Brief
        Holds the rubric.

    Returns
    -------
    RequestRefusedError
        To raise.
    """
    known = ", ".join(criterion.slug for criterion in brief.rubric)
    return RequestRefusedError(
        "points",
        f"it names {', '.join(sorted(named)) or 'no criterion'}.",
        hint=f"Give points for one or more of: {known}."
        " Or send `recused` if you do not judge this team.",
    )
