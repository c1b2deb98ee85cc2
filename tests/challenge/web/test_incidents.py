"""A page that says no has a code, and an organiser finds out what it means."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI

from challenge.records import Role
from challenge.store.incidents import KEPT, Incident
from challenge.web import ranking

from ...factories import NOON
from .conftest import Ask
from .entrance import Desk, get, post

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{2}\b")


@pytest.mark.parametrize(
    ("language", "said"), [("nl", "Dit mag je niet"), ("en", "You may not do this")]
)
def test_a_page_that_refuses_a_team_shows_a_code_that_an_organiser_can_look_up(
    ask: Ask, desk: Desk, language: str, said: str
) -> None:
    _, token = desk.add(Role.ORGANISER, "Desk")
    _, team = desk.add(Role.TEAM, "Zwaluw")
    wrong = get(f"/organiser/people?lang={language}&secret=hush", token=team)
    [refused] = ask([wrong])
    assert refused.status_code == 403
    assert said in refused.text
    code = CODE.search(refused.text).group()
    [found] = ask([get(f"/organiser/incidents?code={code.lower()}", token=token)])
    assert found.text.count(code) > 1
    assert "PermissionDeniedError" in found.text
    assert "GET /organiser/people" in found.text
    assert "hush" not in found.text


def test_what_a_visitor_is_refused_and_what_is_not_there_pushes_no_code_out(
    ask: Ask, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    _, team = desk.add(Role.TEAM, "Zwaluw")
    with caplog.at_level("INFO", "challenge"):
        answers = ask(
            [
                get("/nowhere"),
                post("/challenge"),
                post("/login", origin="http://elsewhere.example"),
                get("/nowhere", token=team),
                get("/submissions/none", token=team),
            ]
        )
    assert [answer.status_code for answer in answers] == [404, 405, 403, 404, 404]
    with desk.database.read() as unit:
        assert unit.incidents.latest(5) == []
    for answer in answers:
        assert CODE.search(answer.text).group() in caplog.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/invitatie/AB2C-DE3F-GH4J", "/invitatie/…"),
        ("/invitation/AB2C-DE3F-GH4J/x", "/invitation/…"),
        ("//AB2C-DE3F", "/…"),
        ("/AB2C-DE3F-GH4J", "/…"),
        ("/kansrijk_4fzq", "/…"),
        ("/nowhere", "/nowhere"),
    ],
)
def test_a_code_in_a_mistyped_address_is_not_kept(
    ask: Ask, path: str, kept: str, caplog: pytest.LogCaptureFixture
) -> None:
    request = get("/")
    request.url = httpx.URL(f"http://test{path}")
    with caplog.at_level("INFO", "challenge"):
        [missing] = ask([request])
    assert missing.status_code == 404
    assert f": 404 NotFoundError {kept}\n" in caplog.text


def test_only_the_newest_thousand_are_kept(desk: Desk) -> None:
    with desk.database.begin() as unit:
        for number in range(KEPT + 3):
            code = f"{number:04d}-AA"
            unit.incidents.add(Incident(code, NOON, 404, "GET", "/", "", "Lost"))
        assert unit.incidents.find("0002-AA") is None
        assert unit.incidents.find("0003-AA") is not None
        assert len(unit.incidents.latest(2 * KEPT)) == KEPT


def test_an_unknown_code_is_said_to_be_unknown(ask: Ask, desk: Desk) -> None:
    _, token = desk.add(Role.ORGANISER, "Desk")
    [found] = ask([get("/organiser/incidents?code=ZZZZ-ZZ", token=token)])
    assert "Deze code staat er niet" in found.text


def test_a_surprise_is_kept_by_its_class_and_never_by_its_text(
    app: FastAPI, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(*_: object) -> None:
        raise KeyError("drawn from row 17")

    monkeypatch.setattr(ranking, "board_page", surprise)
    answer = fail(app)
    assert "row 17" not in answer.text
    with desk.database.read() as unit:
        [kept] = unit.incidents.latest(5)
    assert (kept.kind, kept.status, kept.path) == ("KeyError", 500, "/")
    assert kept.code in answer.text


def test_a_broken_database_still_gives_a_page_with_a_code(
    app: FastAPI, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise OSError("no database any more")

    async def break_it(app: FastAPI) -> None:
        database = app.state.deployment.database
        database.read = database.begin = broken

    with caplog.at_level("INFO"):
        answer = fail(app, break_it)
    assert answer.status_code == 500
    code = CODE.search(answer.text).group()
    assert code in caplog.text
    assert "Er ging iets mis bij ons" in answer.text


def fail(app: FastAPI, before: object = None) -> httpx.Response:
    """Ask for the board of an application that cannot give it."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            if before is not None:
                await before(app)
            return await client.send(get("/"))

    return asyncio.run(send())
