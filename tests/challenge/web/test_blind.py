"""Blind means blind everywhere: one ballot with unique texts that others look for."""

from __future__ import annotations

import logging

import pytest

from challenge.settings import Settings
from challenge.web.app import ROUTERS
from challenge.web.policy import POLICY

from .conftest import Ask
from .juries import PEOPLE, Jury

NOTE, PRIVATE, REASON = "PLANT-NOTITIE", "PLANT-PRIVE", "PLANT-REDEN"
# Who may read a submitted note: whoever runs the day. Nobody reads a private one.
DESK = {"Organisatie", "Toezicht"}


@pytest.fixture
def jury(settings: Settings) -> Jury:
    return Jury(settings)


def reachable(jury: Jury, who: str | None) -> list[str]:
    """List every page and answer that somebody may ask for."""
    assert not POLICY.differs(ROUTERS)
    role = PEOPLE[who] if who else None
    names = {"{team_name}": "Zwaluw", "{juror_name}": "Ans", "{submission_id}": "1"}
    found = []
    for method, path in sorted(POLICY.routes):
        if method != "GET" or not POLICY.admits(method, path, role):
            continue
        for parameter, value in names.items():
            path = path.replace(parameter, value)
        if "{" not in path:
            found += [path, f"{path}?set=final", f"{path}?lang=en"]
    assert len(found) > 10
    return found


@pytest.mark.parametrize("state", ["save", "submit"])
def test_nobody_reads_another_jurors_ballot(
    ask: Ask, jury: Jury, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    caplog.set_level(logging.DEBUG)
    readers = [who for who in [*PEOPLE, None] if who != "Ans"]
    asked = [(who, path) for who in readers for path in reachable(jury, who)]
    planted = {"note": NOTE, "private_note": PRIVATE, "points_bruikbaarheid": 5}
    kept, recused, *answers = ask(
        [
            jury.post("/jury/Zwaluw", "Ans", version=0, action=state, **planted),
            jury.post("/jury/Grutto", "Ans", version=0, action="recuse", reason=REASON),
            *(jury.get(path, who) for who, path in asked),
        ]
    )
    assert (kept.status_code, recused.status_code) == (303, 303)
    leaks = [
        (who, path, word)
        for (who, path), answer in zip(asked, answers, strict=True)
        for word in (NOTE, PRIVATE, REASON)
        if word in answer.text and not may_read(who, word, state)
    ]
    assert leaks == []
    assert not any(word in caplog.text for word in (NOTE, PRIVATE, REASON))
    assert not any(
        PRIVATE in str(entry) or NOTE in str(entry) for entry in jury.audit()
    )


def may_read(who: str | None, word: str, state: str) -> bool:
    """Say who may read what; a draft is its juror's alone."""
    if word == PRIVATE or (word == NOTE and state == "save"):
        return False
    return who in DESK


def test_the_planted_texts_can_be_found_at_all(ask: Ask, jury: Jury) -> None:
    planted = {"note": NOTE, "private_note": PRIVATE, "points_bruikbaarheid": 5}
    _, mine, listed = ask(
        [
            jury.post("/jury/Zwaluw", "Ans", version=0, action="submit", **planted),
            jury.get("/jury/Zwaluw", "Ans"),
            jury.get("/api/ballots", "Organisatie"),
        ]
    )
    assert NOTE in mine.text
    assert PRIVATE in mine.text
    assert NOTE in listed.text
