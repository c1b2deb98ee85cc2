"""Teams that tie: in which order they stand, and what jurors prefer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby

from challenge.errors import NotFoundError, PermissionDeniedError, RequestRefusedError
from challenge.records import Ballot, Principal, Role
from challenge.rules.jury import JuryVerdict
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


def prefer(
    unit: Unit,
    juror: Principal,
    *,
    preferred: str,
    other: str,
    pairs: Iterable[Pair],
    now: datetime,
) -> None:
    """Keep a juror's choice between two teams that tie.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    juror : Principal
        Who chooses; not about a team that they have an interest in.
    preferred, other : str
        The team chosen, and the other one.
    pairs : iterable of Pair
        What there is to choose between.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If it is no juror.
    RequestRefusedError
        If the two do not tie, or the juror is recused from one of them.
    NotFoundError
        If there is no such team.
    """
    if juror.role is not Role.JUROR:
        raise PermissionDeniedError(role=juror.role, needed="juror")
    if {preferred, other} not in [{pair.first, pair.second} for pair in pairs]:
        raise RequestRefusedError(
            "preferred",
            f"{preferred} and {other} do not tie.",
            hint="Choose between two teams with the same score.",
        )
    recused = {b.team for b in unit.ballots.ballots() if _recuses(b, juror)}
    if recused & {preferred, other}:
        raise RequestRefusedError(
            "preferred",
            "you do not judge one of the two.",
            hint="The other jurors choose.",
        )
    teams = {team.name: team for team in unit.people.all(Role.TEAM)}
    if not {preferred, other} <= teams.keys():
        raise NotFoundError("team", preferred)
    unit.comparisons.prefer(juror, teams[preferred], teams[other], now=now)
    unit.audit.add(
        juror.name, "compare teams", preferred, now=now, preferred_over=other
    )


def _recuses(ballot: Ballot, juror: Principal) -> bool:
    return ballot.recused and ballot.juror == juror.name


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
