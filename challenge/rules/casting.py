"""A ballot in one go, as a program hands it in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from challenge.errors import RequestRefusedError
from challenge.records import Ballot, Opinion
from challenge.rules.judging import Clash, recuse, submit
from challenge.rules.panel import pitching_team
from challenge.rules.rubric import Asking, refuse_criteria
from challenge.store import Unit


def cast(
    unit: Unit,
    ask: Asking,
    *,
    points: Mapping[str, int],
    note: str,
    now: datetime,
    recused: bool = False,
) -> Ballot:
    """Hand in a ballot at once, as a program does.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    ask : Asking
        Who judges whom, by which rubric.
    points : mapping of str to int
        One criterion of the rubric or more, each from 1 to 5; the juror cannot judge
        the others. None with a recusal.
    note : str
        For the team, or the reason of a recusal; at most 10,000 characters.
    now : datetime
        Aware UTC.
    recused : bool
        Whether the juror does not judge this team.

    Returns
    -------
    Ballot
        As it is kept; a later one takes the place of an earlier one, points never
        that of a recusal.

    Raises
    ------
    NotFoundError
        If no such team pitched.
    RequestRefusedError
        If there is no criterion, an unknown one, points outside 1 to 5, points with
        a recusal or after one, a note that cannot be shown, or the jury does not
        judge now.
    """
    team = pitching_team(unit, ask.team_name)
    if recused and points:
        raise RequestRefusedError(
            "points", "a recusal has none.", hint="Leave out `points` or `recused`."
        )
    if recused:
        return recuse(unit, ask, note, now=now)
    if not points:
        raise refuse_criteria(points, ask.brief)
    known = [criterion.slug for criterion in ask.brief.rubric]
    stored = unit.ballots.get(ask.juror, team)
    opinion = Opinion(
        points=dict(points),
        abstained=tuple(slug for slug in known if slug not in points),
        note=note,
        private_note=stored.private_note if stored else "",
    )
    kept = submit(unit, ask, opinion, version=None, now=now)
    if isinstance(kept, Clash):  # without a version nothing clashes
        raise TypeError("a ballot without a version clashed")
    return kept
