"""A team's note: every save is kept, and few of them are entries of the audit table."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.interpreting import TOLD_EVERY, interpret
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
