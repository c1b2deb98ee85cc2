"""What a verdict must say, and what of its ballots leaves."""

from __future__ import annotations

import pytest

from challenge.errors import RequestRefusedError
from challenge.records import Ballot
from challenge.rules.sheet import write_sheet
from challenge.rules.verdicts import Draft, ballot_rows, check_draft, pseudonyms

from ...factories import NOON

COMPUTED = ("Zwaluw", "Grutto", "Kievit")


def test_an_order_as_computed_needs_no_reason_to_differ() -> None:
    found = check_draft(Draft(COMPUTED, " Daarom. ", "zomaar"), computed=COMPUTED)

    assert found == Draft(COMPUTED, "Daarom.", "")


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft((), "Daarom."), "places"),
        (Draft(("Zwaluw", "Grutto"), "Daarom."), "places"),
        (Draft(("Zwaluw", "Grutto", "Grutto"), "Daarom."), "places"),
        (Draft((*COMPUTED, "Wulp"), "Daarom."), "places"),
        (Draft(COMPUTED, "  "), "reasons"),
        (Draft(COMPUTED, "x" * 10_001), "reasons"),
        (Draft(COMPUTED[::-1], "Daarom."), "deviation"),
        (Draft(COMPUTED[::-1], "Daarom.", " "), "deviation"),
    ],
)
def test_a_draft_that_says_too_little_is_refused_at_its_field(
    draft: Draft, field: str
) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        check_draft(draft, computed=COMPUTED)

    assert caught.value.field == field


def test_ballots_become_lines_without_names_or_private_words() -> None:
    ballots = [
        Ballot("Ans", "Zwaluw", {"a": 4}, "Mooi.", NOON, "GEHEIM", abstained=("b",)),
        Ballot("Ans", "Grutto", {}, "Mijn zus.", NOON, recused=True),
    ]

    assert list(ballot_rows(ballots, "x")) == [
        ("J1", "Zwaluw", "a", 4, ""),
        ("J1", "Zwaluw", "b", None, ""),
        ("J1", "Zwaluw", "note", None, "Mooi."),
        ("J1", "Grutto", "recused", None, ""),
    ]


def test_numbers_of_jurors_follow_from_the_challenge_and_not_from_the_alphabet() -> (
    None
):
    names = [f"Jurylid {letter}" for letter in "abcdefgh"]

    one, same, other = (
        pseudonyms(n, s) for n, s in ((names, "x"), (names[::-1], "x"), (names, "y"))
    )

    assert one == same != other
    assert sorted(one.values()) == [f"J{n}" for n in range(1, 9)]
    assert list(one) != names


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_sheet_starts_a_formula(start: str) -> None:
    text = write_sheet(["team"], [[f"{start}1+1"]])

    assert f"'{start}1+1" in text


def test_numbers_of_a_sheet_stay_numbers_and_nothing_stays_empty() -> None:
    text = write_sheet(["a", "b"], [[-3, None]], language="en")

    assert text.splitlines()[-1] == "-3,"
    assert "Not for decisions about a family" in text
