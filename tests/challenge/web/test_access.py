"""Whose request it is, and what that leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.records import Role
from challenge.store import Database
from challenge.web.access import audience_of
from leaderboard import Audience

from .conftest import Ask
from .entrance import Desk, get, now


def test_the_last_use_of_a_token_is_kept_after_the_answer(ask: Ask, desk: Desk) -> None:
    team, token = desk.add(Role.TEAM, "Grutto")
    ask([get("/api/submissions", token=token)])
    with desk.database.read() as unit:
        first = unit.tokens.last_used()[team.id]
    ask([get("/api/submissions", token=token)])
    with desk.database.read() as unit:
        assert unit.tokens.last_used()[team.id] == first
    with desk.database.begin() as unit:
        [mine] = unit.tokens.of(team)
        unit.tokens.used(mine.id, now=now() - timedelta(minutes=2))
    ask([get("/api/submissions", token=token)])
    with desk.database.read() as unit:
        assert unit.tokens.last_used()[team.id] >= first


def test_a_use_that_cannot_be_kept_spoils_no_answer(
    ask: Ask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = desk.add(Role.TEAM, "Grutto")

    def busy(self: Database) -> None:
        raise OSError("the disk is busy")

    monkeypatch.setattr(Database, "begin", busy)
    [answer] = ask([get("/api/submissions", token=token)])
    assert answer.status_code == 200


def test_a_mistyped_token_does_not_pass_for_a_visit(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.TEAM, "Grutto")
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    [answer] = ask([get("/api/board", token=wrong)])
    assert answer.status_code == 401


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_everybody_reads_scores_as_somebody(role: Role | None, desk: Desk) -> None:
    reader = None if role is None else desk.add(role, "Wulp")[0]
    expected = {
        None: Audience.VISITOR,
        # A partner sees of scores what a visitor sees.
        Role.PARTNER: Audience.VISITOR,
        Role.TEAM: Audience.TEAM,
        Role.JUROR: Audience.JUROR,
        Role.ORGANISER: Audience.ORGANISER,
        Role.AUDITOR: Audience.AUDITOR,
    }
    assert audience_of(reader) is expected[role]
