"""Interests in teams."""

from __future__ import annotations

import pytest

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Interest, Opinion, Principal, Role
from challenge.rules.conflicts import declare, undeclared
from challenge.store import Database, Unit

from ...factories import NOON


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.begin() as opened:
        for name in ("Zwaluw", "Grutto", "Kievit"):
            team = opened.people.add(Role.TEAM, name, token_hash=name, now=NOON)
            if name != "Kievit":
                opened.pitches.put(team, title="Titel", text="Tekst", now=NOON)
        yield opened


@pytest.fixture
def juror(unit: Unit) -> Principal:
    return unit.people.add(Role.JUROR, "Ans", token_hash="j", now=NOON)


def say(unit: Unit, juror: Principal, kind: Interest, reason: str = "") -> None:
    declare(unit, juror, {"Zwaluw": kind}, reasons={"Zwaluw": reason}, now=NOON)


def test_every_pitching_team_wants_a_word_and_no_other(unit, juror) -> None:
    assert undeclared(unit, juror) == ["Grutto", "Zwaluw"]
    say(unit, juror, Interest.NONE)
    assert undeclared(unit, juror) == ["Grutto"]


@pytest.mark.parametrize("kind", [Interest.KNOWS, Interest.ORGANISATION])
def test_an_interest_takes_the_place_of_a_ballot(unit, juror, kind) -> None:
    team = unit.people.named(Role.TEAM, "Zwaluw")
    unit.ballots.put(
        juror, team, Opinion({"bruikbaarheid": 5}), now=NOON, submitted_at=NOON
    )
    say(unit, juror, kind, "Mijn zus.")
    [ballot] = unit.ballots.ballots()
    assert (ballot.points, ballot.recused, ballot.note) == ({}, True, "")
    assert unit.conflicts.of_juror(juror)["Zwaluw"].reason == "Mijn zus."
    first, second = unit.audit.all()
    assert (first["action"], second["action"]) == (
        "declare interest",
        "recuse from pitch",
    )
    assert first["detail"] == {"before": None, "after": kind}
    assert second["detail"] == {"before": "submitted", "after": "recused"}


def test_an_interest_that_ended_leaves_an_empty_draft(unit, juror) -> None:
    say(unit, juror, Interest.KNOWS, "Mijn zus.")
    say(unit, juror, Interest.NONE, "Mijn zus.")
    assert unit.ballots.ballots() == []
    assert unit.conflicts.of_juror(juror)["Zwaluw"].reason == ""
    assert unit.audit.all()[-1]["action"] == "reopen ballot"


def test_the_same_word_twice_is_written_once(unit, juror) -> None:
    say(unit, juror, Interest.KNOWS, "Mijn zus.")
    say(unit, juror, Interest.KNOWS, "Mijn zus.")
    assert len(unit.audit.all()) == 2


def test_a_reason_is_no_novel(unit, juror) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        say(unit, juror, Interest.KNOWS, "x" * 1001)
    assert refused.value.field == "reason.Zwaluw"


def test_nobody_has_an_interest_in_a_team_that_is_not_there(unit, juror) -> None:
    with pytest.raises(NotFoundError):
        declare(unit, juror, {"Wulp": Interest.NONE}, reasons={}, now=NOON)


def test_after_the_end_nothing_is_declared_though_the_panel_was_opened_again(
    unit, juror
) -> None:
    team = unit.people.named(Role.TEAM, "Zwaluw")
    unit.ballots.put(
        juror, team, Opinion({"bruikbaarheid": 5}), now=NOON, submitted_at=NOON
    )
    unit.phases.change("closed", by="a test", now=NOON)
    with pytest.raises(RequestRefusedError, match="ended"):
        say(unit, juror, Interest.ORGANISATION)
    [ballot] = unit.ballots.ballots()
    assert (ballot.points, ballot.recused) == ({"bruikbaarheid": 5}, False)


def test_after_the_panel_closed_nothing_is_declared(unit, juror) -> None:
    unit.phases.change("jury", by="a test", now=NOON)
    unit.panels.change(is_open=False, by="a test", now=NOON)
    with pytest.raises(RequestRefusedError, match="closed"):
        say(unit, juror, Interest.NONE)


def test_after_a_step_back_a_juror_declares_though_the_panel_was_closed(
    unit, juror
) -> None:
    """Else phase jury, which waits for every word, could not be reached again."""
    unit.panels.change(is_open=False, by="a test", now=NOON)
    unit.phases.change("frozen", by="a test", now=NOON)
    say(unit, juror, Interest.NONE)
    assert undeclared(unit, juror) == ["Grutto"]
