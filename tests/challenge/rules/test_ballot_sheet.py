"""What of ballots leaves, and by which number a juror is called."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from challenge.records import Ballot, Role
from challenge.rules.ballot_sheet import ballot_rows, pseudonyms
from challenge.store import Database, open_database

from ...factories import NOON


def numbered(place: Path, names: list[str]) -> dict[str, str]:
    """Number the jurors of a database of their own."""
    with closing(open_database(f"sqlite:///{place}")) as database:
        with database.begin() as unit:
            for name in names:
                unit.people.add(Role.JUROR, name, now=NOON)
        with database.read() as unit:
            assert pseudonyms(unit) == pseudonyms(unit)
            return pseudonyms(unit)


def test_nobody_works_out_from_names_which_juror_is_which_number(
    tmp_path: Path,
) -> None:
    names = [f"Jurylid {letter}" for letter in "abcdefghijklm"]

    one, other = (numbered(tmp_path / place, names) for place in ("one", "other"))

    assert sorted(one) == sorted(other) == names
    assert {*one.values()} == {*other.values()} == {f"J{n}" for n in range(1, 14)}
    assert one != other


def test_a_juror_keeps_their_number_when_they_are_barred(database: Database) -> None:
    with database.begin() as unit:
        unit.people.add(Role.TEAM, "Zwaluw", now=NOON)
        jurors = [unit.people.add(Role.JUROR, f"J-{n}", now=NOON) for n in range(5)]
        before = pseudonyms(unit)
        unit.people.bar(jurors[0], "Left.")
        assert pseudonyms(unit) == before


def test_ballots_become_lines_without_names_or_private_words() -> None:
    ballots = [
        Ballot("Ans", "Grutto", {}, "Mijn zus.", NOON, recused=True),
        Ballot("Ans", "Zwaluw", {"a": 4}, "Mooi.", NOON, "GEHEIM", abstained=("b",)),
    ]

    assert list(ballot_rows(ballots, {"Ans": "J1"})) == [
        ("J1", "Grutto", "recused", None, ""),
        ("J1", "Zwaluw", "a", 4, ""),
        ("J1", "Zwaluw", "b", None, ""),
        ("J1", "Zwaluw", "note", None, "Mooi."),
    ]


def test_lines_stand_in_the_order_of_numbers_since_that_of_names_tells_who_is_who() -> (
    None
):
    numbers = {f"Jurylid {10 - n}": f"J{n + 1}" for n in range(10)}
    ballots = [Ballot(name, "Zwaluw", {"a": 4}, "", NOON) for name in sorted(numbers)]

    told = [juror for juror, *_ in ballot_rows(ballots, numbers)]

    assert told == [f"J{n}" for n in range(1, 11)]
