"""Every request has a code, one line in the log, and its answer at once."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from challenge.logs import FIELDS, Lines
from challenge.records import Role
from challenge.settings import Settings
from challenge.web import ranking
from challenge.web.tracing import REQUEST_ID, Tracing
from challenge.web.traffic import Traffic

from .conftest import Ask
from .entrance import Desk, get, post
from .plantation import Plantation
from .room import Room

CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{2}\b")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that this process logs meanwhile, as a server writes it."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(Lines("json"))
    ours, root = logging.getLogger("challenge"), logging.getLogger()
    before = ours.level
    ours.setLevel(logging.INFO)
    root.addHandler(handler)
    yield kept
    root.removeHandler(handler)
    ours.setLevel(before)


def lines(written: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def served(written: io.StringIO) -> list[dict]:
    return [line for line in lines(written) if line["event"] == "request"]


def test_the_code_of_a_page_is_that_of_its_request(
    ask: Ask, desk: Desk, written: io.StringIO
) -> None:
    _, token = desk.add(Role.TEAM, "Zwaluw")
    [answer] = ask([get("/organiser/people", token=token)])
    code = answer.headers[REQUEST_ID]
    assert CODE.search(answer.text).group() == code
    with desk.database.read() as unit:
        assert unit.incidents.find(code).status == 403
    assert {line["request_id"] for line in lines(written)} == {code}


def test_a_program_gets_the_code_in_its_problem(ask: Ask) -> None:
    [answer] = ask([httpx.Request("GET", "http://test/api/nowhere")])
    assert answer.json()["request_id"] == answer.headers[REQUEST_ID]


@pytest.mark.parametrize("host", ["no such host", "test"])
def test_also_a_refusal_before_every_route_has_one(ask: Ask, host: str) -> None:
    request = httpx.Request("POST", "http://test/login", headers={"Host": host})
    [answer] = ask([request])
    assert CODE.fullmatch(answer.headers[REQUEST_ID])


def test_a_surprise_has_its_code_everywhere(
    app: FastAPI, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(*_: object) -> None:
        raise KeyError("drawn from row 17")

    monkeypatch.setattr(ranking, "board_page", surprise)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            return await client.send(get("/"))

    answer = asyncio.run(send())
    code = answer.headers[REQUEST_ID]
    assert (answer.status_code, CODE.search(answer.text).group()) == (500, code)
    [line] = served(written)
    assert (line["status"], line["route"], line["request_id"]) == (500, "/", code)
    [fault] = [line for line in lines(written) if line["level"] == "error"]
    assert (fault["request_id"], fault["error"]) == (code, "KeyError")
    assert any("board" in place for place in fault["trace"])
    assert "row 17" not in written.getvalue()


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ("8c7d6e5f-0a1b-4c2d-9e3f-5a6b7c8d9e0f", True),
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("7F3A-2K", False),
        ("kansrijk_0123456789", False),
        ('x" onclick="y', False),
        ("a" * 400, False),
    ],
)
def test_what_a_caller_calls_a_request_is_noted_and_not_believed(
    ask: Ask, written: io.StringIO, given: str, noted: bool
) -> None:
    request = get("/login")
    request.headers[REQUEST_ID] = given
    [answer] = ask([request])
    assert answer.headers[REQUEST_ID] != given
    [line] = served(written)
    assert line.get("caller_id") == (given if noted else None)
    assert noted or given not in written.getvalue()


def test_a_line_has_the_route_and_never_the_address(
    ask: Ask, settings: Settings, written: io.StringIO
) -> None:
    room = Room(settings)
    code = "AB2C-DE3F-GH4J-KM5N"
    asked = {
        f"/invitation/{code}?name=geheim": "/invitation/{code}",
        f"/{code}/geheim": "unknown",
        "/submissions/0123456789abcdef?x=geheim": "/submissions/{submission_id}",
        "/method?x=geheim": "/method",
    }
    ask([room.get(path, "Zwaluw") for path in asked])
    told = served(written)
    assert [line["route"] for line in told] == [*asked.values()]
    assert told[2]["submission_id"] == "0123456789abcdef"
    for line in told:
        assert [*line] == [name for name in FIELDS if name in line]
        assert (line["role"], line["method"]) == ("team", "GET")
        assert isinstance(line["team_id"], int)
        assert line["duration_ms"] > 0
    for secret in (code, "geheim", "Zwaluw", room.tokens["Zwaluw"]):
        assert secret not in written.getvalue()


def test_what_is_polled_and_has_not_changed_is_not_told(
    ask: Ask, written: io.StringIO
) -> None:
    [first] = ask([get("/board/part")])
    again = get("/board/part")
    again.headers["If-None-Match"] = first.headers["etag"]
    answers = ask([again, get("/health/live")])
    assert [a.status_code for a in answers] == [304, 200]
    assert len(served(written)) == 1


def test_no_secret_of_the_day_is_in_the_log(
    ask: Ask, settings: Settings, release, written: io.StringIO
) -> None:
    world = Plantation(settings, release)
    people = world.tokens
    wrong = "kansrijk_" + "W" * 49
    asked = [
        get(path, token=token)
        for token in people.values()
        for path in ("/", "/organiser", "/account", "/submissions", "/jury/Zwaluw")
    ]
    asked += [
        get("/", token=wrong),
        get("/invitation/AB2C-DE3F-GH4J-KM5N"),
        post("/login", name="Niemand", password="een-geheim-wachtwoord"),
        post("/login", token=people["Organisatie"]),
    ]
    answers = ask(asked)
    world.database.close()
    assert len(served(written)) == len(asked)
    secrets = {wrong, "AB2C-DE3F-GH4J-KM5N", "een-geheim-wachtwoord"}
    secrets |= {*people.values(), "Jurylid-Qx81"} | {*people}
    secrets |= {cookie for a in answers for cookie in a.cookies.values()}
    planted = world.planted()
    secrets |= {
        word
        for item, sought in planted.items()
        if item not in ("submission-id", "help-code")
        for word in (*sought.words, *sought.numbers)
    }
    told = re.sub(r'"(time|duration_ms)": ("[^"]*"|[\d.]+)', "", written.getvalue())
    assert len(secrets) > 100
    assert {secret for secret in secrets if secret in told} == set()


def test_each_part_of_an_answer_is_passed_on_before_the_next_is_asked_for() -> None:
    came: list[Message] = []
    seen_by_the_app: list[int] = []

    async def dripping(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            seen_by_the_app.append(len(came))
        await send({"type": "http.response.body", "body": b""})

    async def keep(message: Message) -> None:
        came.append(message)

    traced = Tracing(dripping, Traffic())
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(traced(scope, asyncio.sleep, keep))
    assert seen_by_the_app == [2, 3, 4]


def test_two_requests_at_once_keep_their_own_code(
    app: FastAPI, written: io.StringIO
) -> None:
    async def send() -> list[httpx.Response]:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client,
        ):
            asked = (client.send(get(f"/nowhere-{n}")) for n in range(5))
            return await asyncio.gather(*asked)

    answers = asyncio.run(send())
    for answer in answers:
        assert CODE.search(answer.text).group() == answer.headers[REQUEST_ID]
    assert len({a.headers[REQUEST_ID] for a in answers}) == 5
    told = {line["request_id"] for line in served(written)}
    assert told == {a.headers[REQUEST_ID] for a in answers}


def test_a_visitor_has_no_role_in_the_log(
    ask: Ask, desk: Desk, written: io.StringIO
) -> None:
    _, token = desk.add(Role.ORGANISER, "Desk")
    ask([get("/login"), get("/organiser", token=token)])
    first, second = served(written)
    assert "role" not in first
    assert second["role"] == "organiser"
    assert "team_id" not in second
