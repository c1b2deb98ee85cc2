"""Blind means blind everywhere: one ballot with unique texts that others look for."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from pathlib import Path

import pytest

from challenge.brief import Brief, read_brief
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release
from challenge.web.app import ROUTERS, create_app
from challenge.web.policy import POLICY

from ...factories import NOON, RELEASE, Player
from .conftest import Ask, asking
from .juries import PEOPLE, Jury

FILLED = {"points_bruikbaarheid": 5}
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


BOARDS = ("/", "/board/part", "/board/big", "/board.csv", "/api/board")
SETS = ("", "?set=final", "?set=external")


@pytest.fixture
def judging(
    settings: Settings, jury: Jury, release: Release, monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """Give a jury that judges without the board, beside one that has scores."""
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))
        card = player.result("one").scorecard
        with database.begin() as unit:
            cards = {"final": card, "external": card, "transport": "[]"}
            unit.finals.record("one", cards, release=RELEASE, scorer="1", now=NOON)

    def read(place: Path) -> Brief:
        brief = read_brief(place)
        blind = brief.jury.model_copy(update={"blind_to_board": True})
        return brief.model_copy(update={"jury": blind})

    monkeypatch.setattr("challenge.web.app.read_brief", read)
    return asking(create_app(settings))


def scores_in(text: str) -> set[str]:
    """Find what looks like a score: no version, no share of the brief, no time."""
    text = re.sub(r"\b0\.\d\d(?= CES?T)", "", text)
    return set(re.findall(r"(?<![\d.=])0[.,]\d\d+\b(?!\.\d)", text)) - {"0.15"}


def test_a_juror_who_is_blind_to_the_board_sees_it_nowhere(
    judging: Ask, jury: Jury, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "challenge")
    paths = [f"{path}{rows}" for path in BOARDS for rows in SETS]
    # Versions of packages look like scores, and formulas have examples.
    other = ("/api/runtime", "/method")
    paths += [path for path in reachable(jury, "Ans") if not path.startswith(other)]
    seen, known = (
        judging([jury.get(path, who) for path in paths])
        for who in ("Ans", "Organisatie")
    )
    assert any(scores_in(answer.text) for answer in known)
    told = {path: scores_in(a.text) for path, a in zip(paths, seen, strict=True)}
    assert {path: scores for path, scores in told.items() if scores} == {}
    places = [a.text for a in seen if "board-rows" in a.text or '"place' in a.text]
    assert places == []
    assert not scores_in(caplog.text)


def test_a_blind_juror_is_told_why_and_sees_the_board_when_the_panel_closes(
    judging: Ask, jury: Jury, settings: Settings
) -> None:
    [page] = judging([jury.get("/", "Ans")])
    assert page.status_code == 200
    assert "Je beoordeelt de pitches zonder de ranglijst" in page.text
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    page, *others = judging([jury.get(path, "Ans") for path in BOARDS])
    assert "Je beoordeelt" not in page.text
    assert all(scores_in(answer.text) for answer in (page, *others))


def test_who_saw_the_board_does_not_judge_again(
    judging: Ask, jury: Jury, settings: Settings
) -> None:
    handed_in = jury.post("/jury/Zwaluw", "Ans", version=0, action="submit", **FILLED)
    ballot, board = jury.get("/jury/Zwaluw", "Ans"), jury.get("/", "Ans")
    again = [
        jury.post("/jury/Zwaluw", "Ans", version=1, action="reopen"),
        jury.post("/jury/Zwaluw", "Ans", version=1, action="submit", **FILLED),
        jury.put("/api/ballots/Zwaluw", "Ans", points={"bruikbaarheid": 1}),
    ]
    _, *before = judging([handed_in, ballot, board])
    assert "zie je als de jury gesloten is" in before[0].text
    assert [scores_in(answer.text) for answer in before] == [set(), set()]
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    seen, *refused = judging([ballot, *again])
    assert scores_in(seen.text)
    assert [answer.status_code for answer in refused] == [422, 422, 422]


def test_a_blind_juror_reads_what_the_line_is_held_against_once_the_panel_closes(
    judging: Ask, jury: Jury, settings: Settings
) -> None:
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        unit.references.keep(RELEASE, "final", {"all": 0.12}, scorer="1", now=NOON)
    [before] = judging([jury.get("/jury/Zwaluw", "Ans")])
    with closing(open_database(settings.database)) as base, base.begin() as unit:
        unit.panels.change(is_open=False, by="a test", now=NOON)
    [after] = judging([jury.get("/jury/Zwaluw", "Ans")])
    assert "eenvoudig model" not in before.text
    assert ">zonder model<" not in after.text
    assert ">eenvoudig model<" in after.text


def test_without_that_in_the_brief_jurors_read_the_board(ask: Ask, jury: Jury) -> None:
    answers = ask([jury.get(path, "Ans") for path in BOARDS])
    assert {answer.status_code for answer in answers} == {200}
