"""A team's note: every save is kept, and few of them are entries of the audit table."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.interpreting import TOLD_EVERY, interpret, waive
from challenge.store import Database

from ...factories import NOON, QUICKSTART

BRIEF = read_brief(QUICKSTART)


def test_an_hour_of_typing_is_an_entry_each_five_minutes(database: Database) -> None:
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)
        for second in range(0, 3600, 20):
            now = NOON + timedelta(seconds=second)
            interpret(unit, BRIEF, team, f"Na {second} seconden.", now=now)
        assert unit.interpretations.get(team).text == "Na 3580 seconden."
        told = [entry["at"] for entry in unit.audit.all()]
    # One began within each five minutes; the next only after they are over.
    assert len(told) == 12
    assert min(b - a for a, b in pairwise(told)) > TOLD_EVERY


def told_after(database: Database, *saves: tuple[timedelta, str]) -> list[str]:
    """Save texts of Zwaluw at times after noon, and list what is told; empty: waive."""
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)
        for after, text in saves:
            if text:
                interpret(unit, BRIEF, team, text, now=NOON + after)
            else:
                waive(unit, "Zwaluw", by="Wulp", now=NOON + after)
        return [entry["action"] for entry in unit.audit.all()]


def test_an_entry_of_a_clock_that_was_ahead_stands_for_no_save_of_now(
    database: Database,
) -> None:
    ahead, minute = timedelta(days=1), timedelta(minutes=1)
    told = told_after(database, (ahead, "One."), (minute, "Two."), (2 * minute, "3."))
    assert told == ["write note"] * 2


def test_the_first_save_after_a_waiver_is_told_however_soon(database: Database) -> None:
    minute = timedelta(minutes=1)
    saves = [(0 * minute, "One."), (minute, ""), (2 * minute, "2."), (3 * minute, "3.")]
    told = told_after(database, *saves)
    assert told == ["write note", "waive note", "write note"]


def test_a_note_of_a_team_with_a_longer_name_is_not_its_own(database: Database) -> None:
    with database.begin() as unit:
        for name in ("Zwaluw", "Zwaluw 2", "Zwaluw"):
            team = unit.people.named(Role.TEAM, name) or unit.people.add(
                Role.TEAM, name, token_hash=name, now=NOON
            )
            text = f"After {len(unit.audit.all())}."
            interpret(unit, BRIEF, team, text, now=NOON)
        told = [entry["subject"] for entry in unit.audit.all()]
    assert told == ["Zwaluw", "Zwaluw 2"]
