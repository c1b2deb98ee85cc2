"""Who leads the panel, and when it is open."""

from __future__ import annotations

import pytest

from challenge.brief import Brief, read_brief
from challenge.errors import PermissionDeniedError, RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.panel import change_panel, leads, may_judge
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART

CHAIR = Principal(1, "Voorzitter", Role.JUROR, chairs=True)
JUROR = Principal(2, "Ans", Role.JUROR)
TEAM = Principal(3, "Zwaluw", Role.TEAM, chairs=True)
ORGANISER = Principal(4, "Organisatie", Role.ORGANISER)


@pytest.fixture
def brief() -> Brief:
    return read_brief(QUICKSTART)


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.begin() as opened:
        opened.phases.change("jury", by="a test", now=NOON)
        yield opened


@pytest.mark.parametrize(
    ("person", "may"),
    [(CHAIR, True), (ORGANISER, True), (JUROR, False), (TEAM, False), (None, False)],
    ids=["chair", "organiser", "juror", "team", "visitor"],
)
def test_chair_and_organiser_lead(person, may) -> None:
    assert leads(person) is may


def test_the_panel_closes_and_opens_and_the_log_says_who(unit, brief) -> None:
    assert may_judge(unit, brief)
    change_panel(unit, CHAIR, is_open=False, brief=brief, now=NOON)
    assert not may_judge(unit, brief)
    change_panel(unit, ORGANISER, is_open=True, brief=brief, now=NOON)
    assert may_judge(unit, brief)
    acts = [(e["actor"], e["action"]) for e in unit.audit.all()]
    assert acts == [("Voorzitter", "close panel"), ("Organisatie", "open panel")]


def test_closing_twice_is_written_once(unit, brief) -> None:
    for _ in range(2):
        change_panel(unit, CHAIR, is_open=False, brief=brief, now=NOON)
    assert len(unit.audit.all()) == 1


def test_another_juror_cannot_close_it(unit, brief) -> None:
    with pytest.raises(PermissionDeniedError):
        change_panel(unit, JUROR, is_open=False, brief=brief, now=NOON)


def test_outside_phase_jury_there_is_no_panel(unit, brief) -> None:
    unit.phases.change("open", by="a test", now=NOON)
    with pytest.raises(RequestRefusedError, match="phase jury"):
        change_panel(unit, CHAIR, is_open=False, brief=brief, now=NOON)
