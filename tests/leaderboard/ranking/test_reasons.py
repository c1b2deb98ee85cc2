from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import product

import pytest

from leaderboard import FairnessPolicy, PolicyState, Row, Verdict
from leaderboard.errors import LanguageUnknownError
from leaderboard.estimates import Estimate
from leaderboard.ranking.board import ALONE, SCORE, WORST_GROUP, Why
from leaderboard.ranking.reasons import reasons

LED = Row(
    key="a",
    place_low=1,
    place_high=3,
    leading=True,
    score=Estimate(0.10372, 0.09504, 0.11261),
    policy=Verdict(FairnessPolicy(), PolicyState.MEETS, ()),
    outside=None,
    why=Why(ranked=5, above=0, below=2, listed_by=WORST_GROUP),
)
OUTSIDE = replace(
    LED, place_low=None, place_high=None, leading=False, why=Why(ranked=5)
)
STATES = [None, *(Verdict(FairnessPolicy(), state, ()) for state in PolicyState)]


def every_row() -> list[Row]:
    """Every combination of facts that changes a sentence."""
    inside = [
        replace(LED, place_low=1 + above, place_high=5 - below, policy=state, why=why)
        for above, below, state, listed in product(
            range(3), range(3), STATES, (WORST_GROUP, SCORE, ALONE)
        )
        for why in [Why(ranked=5, above=above, below=below, listed_by=listed)]
    ]
    outside = [
        replace(OUTSIDE, outside=reason, policy=state)
        for reason, state in product(
            ("constant", "near-constant", "violates-policy", "withdrawn"), STATES
        )
    ]
    bare = replace(LED, score=Estimate(0.1))
    return [*inside, *outside, bare, replace(LED, why=Why(1, 0, 0, ALONE))]


def test_a_leader_reads_four_sentences() -> None:
    assert reasons(LED, "nl") == (
        "Deze inzending staat op plaats 1 tot en met 3: geen enkele andere is meetbaar"
        " beter en 2 zijn meetbaar minder goed.",
        "De geschaalde Brier-score is 0,104 (95%-interval 0,095 tot 0,113);"
        " hoger is beter.",
        "Het model voldoet op deze gegevens aan de afspraak over groepen;"
        " op andere gegevens kan dat anders zijn.",
        "In de kopgroep staat bovenaan wie in de minst herkende groep de meeste"
        " gezinnen herkent.",
    )
    assert reasons(LED, "en") == (
        "This submission is at place 1 to 3: no other is measurably better and"
        " 2 are measurably less good.",
        "The scaled Brier score is 0.104 (95% interval 0.095 to 0.113);"
        " higher is better.",
        "The model meets the policy on groups on these data;"
        " on other data that may differ.",
        "Among the leaders, whoever recognises most families in the least recognised"
        " group comes first.",
    )


def test_a_certain_place_is_one_number_and_one_other_is_singular() -> None:
    why = Why(ranked=3, above=1, below=1, listed_by=SCORE)

    first, *_ = reasons(replace(LED, place_low=2, place_high=2, why=why), "nl")

    assert first == (
        "Deze inzending staat op plaats 2: 1 andere is meetbaar beter en 1 is meetbaar"
        " minder goed."
    )


def test_who_is_the_only_one_is_told_so() -> None:
    first, *_ = reasons(replace(LED, why=Why(1, 0, 0, ALONE)), "en")

    assert first.startswith("This submission is the only one in the ranking")


@pytest.mark.parametrize(
    ("outside", "last"),
    [
        ("constant", "Het model geeft elk gezin dezelfde kans"),
        ("near-constant", "Het model geeft bijna elk gezin dezelfde kans"),
        ("violates-policy", "Wie niet aan de afspraak voldoet"),
        ("withdrawn", "Staat buiten de rangschikking: withdrawn."),
    ],
)
def test_who_stands_outside_reads_the_reason(outside: str, last: str) -> None:
    sentences = reasons(replace(OUTSIDE, outside=outside), "nl")

    assert sentences[0].endswith("heeft dus geen plaats.")
    assert sentences[3].startswith(last)


def test_too_little_data_never_reads_as_being_in_order() -> None:
    verdict = Verdict(FairnessPolicy(), PolicyState.UNDETERMINED, ())

    for language, words in (("nl", "niet dat het in orde is"), ("en", "does not mean")):
        assert words in reasons(replace(LED, policy=verdict), language)[2]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_there_are_always_four_sentences_without_a_hole(language: str) -> None:
    for row in every_row():
        sentences = reasons(row, language)
        assert len(sentences) == 4
        for sentence in sentences:
            assert re.fullmatch(r"[A-Z][^{}]*\.", sentence), sentence
            # One full stop, but for those inside numbers.
            assert len(re.findall(r"\.(?!\d)", sentence)) == 1, sentence


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_number_is_given_but_places_counts_and_the_score(language: str) -> None:
    for row in every_row():
        place, _, policy, listing = reasons(row, language)
        numbers = {int(number) for number in re.findall(r"\d+", place)}
        known = {row.place_low, row.place_high, row.why.above, row.why.below}
        assert numbers <= known
        assert not re.search(r"\d", policy + listing)


def test_facts_hold_counts_and_a_word_and_no_margin() -> None:
    assert {field.name: field.type for field in fields(Why)} == {
        **dict.fromkeys(("ranked", "above", "below"), "int"),
        "listed_by": "str | None",
    }


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError):
        reasons(LED, "fr")
