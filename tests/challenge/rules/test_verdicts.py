"""What a verdict must say, and what of its ballots leaves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from typing import Any

import pytest

from challenge.brief import Brief, read_brief
from challenge.errors import RequestRefusedError
from challenge.records import Opinion, Principal, Role
from challenge.rules.basis import Computed, basis_of
from challenge.rules.panel import change_panel
from challenge.rules.registration import bar
from challenge.rules.sheet import write_sheet
from challenge.rules.verdicts import (
    Draft,
    check_deciding,
    check_draft,
    check_version,
    decide,
)
from challenge.store import Database, Unit, open_database

from ...factories import NOON, QUICKSTART, RELEASE, enqueue, enqueue_counting

BRIEF = read_brief(QUICKSTART)
COMPUTED = ("Zwaluw", "Grutto", "Kievit")
# Here the model board has a part in the verdict.
WITHIN = BRIEF.model_copy(
    update={"jury": BRIEF.jury.model_copy(update={"within_tie_set": True})}
)


def asked(unit: Unit, version: int, brief: Brief = BRIEF) -> dict[str, Any]:
    """What else comes with a draft: what was computed, and the winner's name."""
    return {
        "computed": Computed(COMPUTED, basis_of(unit, brief, RELEASE)),
        **{"version": version, "winner": COMPUTED[0]},
        **{"brief": brief, "release": RELEASE, "now": NOON},
    }


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


def test_who_did_not_see_the_last_version_reads_it_first_unless_it_is_their_own(
    database: Database,
) -> None:
    mine, theirs = Draft(COMPUTED, "Daarom."), Draft(COMPUTED, "Toch.")
    with database.begin() as unit:
        check_version(unit, mine, 0, BRIEF)
        with pytest.raises(RequestRefusedError):
            check_version(unit, mine, 1, BRIEF)
        unit.verdicts.hold()
        unit.verdicts.add(COMPUTED, reasons="Toch.", deviation="", by="x", now=NOON)
        check_version(unit, theirs, 0, BRIEF)
        check_version(unit, mine, 1, BRIEF)
        with pytest.raises(RequestRefusedError, match="meanwhile") as caught:
            check_version(unit, mine, 0, BRIEF)

    assert caught.value.field == "versions"


def test_the_same_verdict_is_a_new_version_only_after_the_panel_was_opened_again(
    database: Database,
) -> None:
    organiser = Principal(1, "Organisatie", Role.ORGANISER)
    draft = Draft(COMPUTED, "Daarom.")

    def write(unit: Unit, version: int) -> int:
        decide(unit, organiser, draft, **asked(unit, version))
        return len(unit.verdicts.all())

    with database.begin() as unit:
        juror = unit.people.add(Role.JUROR, "Plevier", token_hash="p", now=NOON)
        for name in COMPUTED:
            team = unit.people.add(Role.TEAM, name, token_hash=name, now=NOON)
            unit.pitches.put(team, title="T", text="x", now=NOON)
            points = Opinion({"a": 4})
            unit.ballots.put(juror, team, points, now=NOON, submitted_at=NOON)
        unit.phases.change("jury", by="a test", now=NOON)
        change_panel(unit, organiser, is_open=False, brief=BRIEF, now=NOON)
        assert [write(unit, 0), write(unit, 0)] == [1, 1]
        change_panel(unit, organiser, is_open=True, brief=BRIEF, now=NOON)
        change_panel(unit, organiser, is_open=False, brief=BRIEF, now=NOON)
        # A form of before is no word about the ballots of after.
        with pytest.raises(RequestRefusedError, match="meanwhile"):
            write(unit, 0)
        assert [write(unit, 1), write(unit, 1)] == [2, 2]


@pytest.mark.parametrize("within", [True, False])
def test_a_verdict_that_rests_on_models_waits_for_their_final_scores(
    database: Database, within: bool
) -> None:
    """One that came later would change the order behind it, and nobody would see."""
    brief = WITHIN if within else BRIEF
    chair = Principal(1, "Voorzitter", Role.JUROR, chairs=True)
    enqueue_counting(database, "s", "Zwaluw")
    with database.begin() as unit:
        unit.phases.change("jury", by="a test", now=NOON)
        unit.panels.change(is_open=False, by="a test", now=NOON)
        refused = nullcontext()
        if within:
            refused = pytest.raises(RequestRefusedError, match="Zwaluw 1 has no final")
        with refused:
            check_deciding(unit, chair, brief, RELEASE)
        unit.finals.record("s", {"final": "{}"}, release=RELEASE, scorer="1", now=NOON)
        check_deciding(unit, chair, brief, RELEASE)


@pytest.mark.parametrize(
    "change",
    [
        lambda unit, juror: bar(unit, juror, "Sold a vote.", by="x", now=NOON),
        lambda unit, _: unit.audit.add("x", "compare teams", "Zwaluw", now=NOON),
        lambda unit, _: unit.finals.record(
            "s", {"final": "{}"}, release=RELEASE, scorer="1", now=NOON
        ),
    ],
    ids=["juror", "choice", "final score"],
)
def test_an_order_that_was_computed_before_a_change_is_not_written_down_after_it(
    database: Database, change: Callable[[Unit, Principal], object]
) -> None:
    """Whoever writes waits for who writes already, and computed the order before."""
    enqueue(database, "s", "Zwaluw")
    organiser = Principal(1, "Organisatie", Role.ORGANISER)
    with database.begin() as unit:
        juror = unit.people.add(Role.JUROR, "Plevier", token_hash="p", now=NOON)
        unit.phases.change("jury", by="a test", now=NOON)
        unit.panels.change(is_open=False, by="a test", now=NOON)
        before = asked(unit, 0, WITHIN)
        change(unit, juror)
        with pytest.raises(RequestRefusedError, match="meanwhile") as refused:
            decide(unit, organiser, Draft(COMPUTED, "Daarom."), **before)
        assert refused.value.field == "basis"
        decide(unit, organiser, Draft(COMPUTED, "Daarom."), **asked(unit, 0, WITHIN))
        assert len(unit.verdicts.all()) == 1


def test_a_final_score_that_has_no_part_in_it_brings_nobody_back(
    database: Database,
) -> None:
    enqueue(database, "s", "Zwaluw")
    with database.begin() as unit:
        before = basis_of(unit, BRIEF, RELEASE)
        unit.finals.record("s", {"final": "{}"}, release=RELEASE, scorer="1", now=NOON)
        assert basis_of(unit, BRIEF, RELEASE) == before


def test_of_four_verdicts_at_once_one_is_written_down(url: str) -> None:
    organiser = Principal(1, "Organisatie", Role.ORGANISER)
    with closing(open_database(url)) as database:
        with database.begin() as unit:
            unit.phases.change("jury", by="a test", now=NOON)
            unit.panels.change(is_open=False, by="a test", now=NOON)

        def write(number: int) -> bool:
            draft = Draft(COMPUTED, f"Reden {number}.")
            try:
                with database.begin() as unit:
                    decide(unit, organiser, draft, **asked(unit, 0))
            except RequestRefusedError:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            written = list(pool.map(write, range(4)))
        with database.read() as unit:
            kept = unit.verdicts.all()

    assert sorted(written) == [False, False, False, True]
    assert [d.reasons for d in kept] == [f"Reden {written.index(True)}."]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_sheet_starts_a_formula(start: str) -> None:
    text = write_sheet(["team"], [[f"{start}1+1"]])

    assert f"'{start}1+1" in text


def test_numbers_of_a_sheet_stay_numbers_and_nothing_stays_empty() -> None:
    text = write_sheet(["a", "b"], [[-3, None]], language="en")

    assert text.splitlines()[-1] == "-3,"
    assert "Not for decisions about a family" in text
