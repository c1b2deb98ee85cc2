"""Teams that tie: in which order they stand, and what jurors prefer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby

from challenge.brief import Brief
from challenge.errors import NotFoundError, PermissionDeniedError, RequestRefusedError
from challenge.records import Interest, Principal, Role
from challenge.rules.basis import COMPARED, RECORDED, last_word
from challenge.rules.jury import JuryVerdict
from challenge.rules.panel import check_deliberating
from challenge.rules.tally import counted_ballots
from challenge.store import Unit
from challenge.store.comparisons import Preference

_DIGITS = 2  # in which scores are shown, and so compared


@dataclass(frozen=True, slots=True)
class Pair:
    """Two teams that tie, and what jurors prefer.

    Attributes
    ----------
    first, second : str
        The teams, by name.
    for_first, for_second : int
        Jurors who chose them.
    """

    first: str
    second: str
    for_first: int
    for_second: int


def computed_order(
    verdict: JuryVerdict, preferences: Sequence[Preference] = ()
) -> tuple[str, ...]:
    """Order the judged teams by points, and those that tie by what jurors prefer.

    Parameters
    ----------
    verdict : JuryVerdict
        From the ballots.
    preferences : sequence of Preference
        Choices between teams that tie.

    Returns
    -------
    tuple of str
        Teams that compete first. Who still ties stands by name.
    """
    return tuple(
        team
        for tied in _tied(verdict)
        for team in sorted(tied, key=lambda t: (-_won(t, tied, preferences), t))
    )


def tied_pairs(
    verdict: JuryVerdict, preferences: Sequence[Preference] = ()
) -> tuple[Pair, ...]:
    """List every two teams with the same score, to choose between.

    Parameters
    ----------
    verdict : JuryVerdict
        From the ballots.
    preferences : sequence of Preference
        What jurors chose so far.

    Returns
    -------
    tuple of Pair
        Best score first; empty where no two teams tie.
    """
    chosen = Counter((p.preferred, p.other) for p in preferences)
    return tuple(
        Pair(first, second, chosen[first, second], chosen[second, first])
        for tied in _tied(verdict)
        for first, second in combinations(sorted(tied), 2)
    )


def judged_by(unit: Unit) -> frozenset[tuple[str, str]]:
    """List who may say something about which team where it ties.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    frozenset of (str, str)
        Juror and team: the juror said that they have no interest in the team, and
        handed in a ballot on it that counts.
    """
    free = {(c.juror, c.team) for c in unit.conflicts.all() if c.kind is Interest.NONE}
    judged = {(b.juror, b.team) for b in counted_ballots(unit) if not b.recused}
    return frozenset(free & judged)


def counted_preferences(unit: Unit) -> list[Preference]:
    """List the choices that count: of jurors who judge both teams still.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    list of Preference
        By juror, then by both teams; what was chosen before a juror was recused or
        barred is kept in the database alone.
    """
    judged = judged_by(unit)
    return [
        choice
        for choice in unit.comparisons.all()
        if {(choice.juror, choice.preferred), (choice.juror, choice.other)} <= judged
    ]


def is_settled(unit: Unit, brief: Brief) -> bool:
    """Tell whether choices are fixed, since a verdict was written down on them.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says what a verdict rests on.

    Returns
    -------
    bool
        False again once something that the verdict rests on changed, such as ballots
        after the panel was opened.
    """
    return last_word(unit, brief) == RECORDED


def prefer(
    unit: Unit,
    juror: Principal,
    *,
    preferred: str,
    other: str,
    pairs: Iterable[Pair],
    brief: Brief,
    now: datetime,
) -> None:
    """Keep a juror's choice between two teams that tie.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who chooses: they judge both teams, and have no interest in either.
    preferred, other : str
        The team chosen, and the other one.
    pairs : iterable of Pair
        What there is to choose between.
    brief : Brief
        Says where the challenge begins.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If it is no juror.
    RequestRefusedError
        If the jury does not deliberate now, a verdict is written down already, the two
        do not tie, or the juror does not judge both.
    NotFoundError
        If there is no such team.
    """
    if juror.role is not Role.JUROR:
        raise PermissionDeniedError(role=juror.role, needed="juror")
    check_deliberating(unit, brief)
    pair = {preferred, other}
    _check_choice(unit, juror, pair, pairs, brief)
    teams = {team.name: team for team in unit.people.all(Role.TEAM)}
    if not pair <= teams.keys():
        raise NotFoundError("team", preferred)
    mine = [p for p in unit.comparisons.all() if p.juror == juror.name]
    before = next((p.preferred for p in mine if {p.preferred, p.other} == pair), None)
    unit.comparisons.prefer(juror, teams[preferred], teams[other], now=now)
    unit.audit.add(
        *(juror.name, COMPARED, other),
        now=now,
        before=before,
        after=preferred,
    )


def _check_choice(
    unit: Unit, juror: Principal, pair: set[str], pairs: Iterable[Pair], brief: Brief
) -> None:
    """Refuse a choice that is fixed by now, or that was never theirs."""
    if is_settled(unit, brief):
        raise RequestRefusedError(
            "verdict",
            "the verdict is written down, so choices are fixed.",
            hint="The chair opens the panel again, and closes it, first.",
        )
    if pair not in [{tied.first, tied.second} for tied in pairs]:
        raise RequestRefusedError(
            "preferred",
            f"{' and '.join(sorted(pair))} do not tie.",
            hint="Choose between two teams with the same score.",
        )
    if not {(juror.name, team) for team in pair} <= judged_by(unit):
        raise RequestRefusedError(
            "preferred",
            "you do not judge one of the two.",
            hint="Jurors choose who handed in a ballot on both, without an interest.",
        )


def _tied(verdict: JuryVerdict) -> list[list[str]]:
    """Teams with the same score together: competing ones first, best first."""
    if verdict.result is None:
        return []
    scores = {t.team: t.score.value for t in verdict.result.teams}
    weighted = verdict.weighted.scores if verdict.weighted else scores
    competes = {t.team for t in verdict.result.teams if t.place_low is not None}

    def standing(team: str) -> tuple[bool, bool, float]:
        counted = team in weighted
        score = weighted[team] if counted else scores[team]
        return team not in competes, not counted, -round(score, _DIGITS)

    ordered = sorted(scores, key=standing)
    return [list(tied) for _, tied in groupby(ordered, key=standing)]


def _won(team: str, tied: Sequence[str], preferences: Iterable[Preference]) -> float:
    """Count the others that more jurors put below a team than above it."""
    chosen = Counter((p.preferred, p.other) for p in preferences)
    return sum(
        (chosen[team, other] > chosen[other, team])
        + 0.5 * (chosen[team, other] == chosen[other, team])
        for other in tied
        if other != team
    )
