"""Ballots as a sheet, and the numbers that stand in it for jurors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from challenge.records import Ballot
from challenge.store import Unit

COLUMNS = ("juror", "team", "criterion", "points", "note")
"""Of the ballots as a sheet: a line per criterion, and one per note."""


def ballot_rows(
    ballots: Sequence[Ballot], numbers: Mapping[str, str]
) -> Iterator[tuple[str, str, str, int | None, str]]:
    """Give every ballot as rows of a sheet, without jurors' names.

    Parameters
    ----------
    ballots : sequence of Ballot
        As they were submitted, by team.
    numbers : mapping of str to str
        From `pseudonyms`.

    Yields
    ------
    tuple
        `COLUMNS`, by team and then by number; no points where a juror cannot judge,
        and the word ``recused`` for the criterion where a juror does not judge the
        team, without the reason.
    """
    order = [*numbers]
    for ballot in sorted(ballots, key=lambda b: (b.team, order.index(b.juror))):
        juror, team = numbers[ballot.juror], ballot.team
        if ballot.recused:
            yield juror, team, "recused", None, ""
            continue
        for criterion, points in ballot.points.items():
            yield juror, team, criterion, points, ""
        for criterion in ballot.abstained:
            yield juror, team, criterion, None, ""
        if ballot.note:
            yield juror, team, "note", None, ballot.note


def pseudonyms(unit: Unit) -> dict[str, str]:
    """Give jurors numbers in the order of the lots that they drew.

    Every page and file numbers all jurors of the challenge, whoever of them stands on
    it. A lot is random and leaves the database in no answer, so that nobody works out
    from names who is which number.

    Parameters
    ----------
    unit : Unit
        An open transaction.

    Returns
    -------
    dict of str to str
        Name to ``J1`` and so on, in this order: who lists jurors by name would tell
        which is which.
    """
    jurors = unit.ballots.jurors()
    return {name: f"J{number}" for number, name in enumerate(jurors, start=1)}
