"""A flood is held off, and an honest room never notices."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from challenge.records import Role
from challenge.web import rates
from challenge.web.limits import Limits, Windows
from challenge.web.policy import POLICY
from challenge.web.rates import Kind, kind_of

from .conftest import Ask, asking
from .entrance import Desk, get, post


class Clock:
    """A clock that a test sets; it stands in for the one that only goes forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each be asked a few times only: 2 by address, 3 by token, 4 by person."""
    table = dict.fromkeys(Kind, rates._rates("3 per hour", "4 per hour", "2 per hour"))
    monkeypatch.setattr(rates, "RATES", table)


def api(path: str, *, token: str = "") -> httpx.Request:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Request("GET", f"http://test{path}", headers=headers)


def codes(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_each_line_of_the_table_is_a_route() -> None:
    routes = {f"{method} {path}" for method, path in POLICY.routes}
    assert {*rates.LIVE, *rates.COSTLY, *rates.ENTERING} <= routes
    assert set(rates.RATES) == set(Kind)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/", Kind.ORDINARY),
        ("GET", "/no/such/page", Kind.ORDINARY),
        ("GET", "/submissions/8f2c", Kind.ORDINARY),
        ("GET", "/submissions/8f2c/live", Kind.LIVE),
        ("GET", "/board/part", Kind.LIVE),
        ("POST", "/submissions", Kind.COSTLY),
        ("GET", "/submissions", Kind.ORDINARY),
        ("HEAD", "/submissions/8f2c/scorecard.csv", Kind.COSTLY),
        ("GET", "/api/releases/1.0/files/sources/all/train.csv", Kind.COSTLY),
        ("GET", "/kit/quickstart.zip", Kind.COSTLY),
        ("POST", "/login", Kind.ENTERING),
        ("GET", "/login", Kind.ORDINARY),
        ("POST", "/api/invitations/4F-3K", Kind.ENTERING),
        ("GET", "/static/app.js", None),
        ("GET", "/health/live", None),
        ("GET", "/health/ready", Kind.ORDINARY),
        ("GET", "/mlflow/static-files/a.js", Kind.ORDINARY),
        ("GET", "/mlflow/ajax-api/2.0/mlflow/runs/search", Kind.ORDINARY),
    ],
)
def test_a_request_is_of_a_kind_before_its_route_is_known(
    method: str, path: str, kind: Kind | None
) -> None:
    assert kind_of(method, path) is kind


def test_a_whole_page_counts_as_one_where_its_part_that_lives_has_its_address(
    ask: Ask, few: None
) -> None:
    part = get("/clock")
    part.headers["HX-Request"] = "true"
    pages = [get("/clock"), get("/board/big"), get("/")]
    assert codes(ask([part, part, *pages, part])) == [200, 200, 200, 200, 429, 429]


def test_a_visitor_who_floods_is_told_when_to_come_back(ask: Ask, few: None) -> None:
    *before, page, program, static = ask(
        [get("/"), get("/challenge"), get("/"), api("/api/board"), get("/static/a.css")]
    )
    assert codes(before) == [200, 200]
    assert codes([page, program, static]) == [429, 429, 404]
    assert "te veel verzoeken" in page.text
    assert "default-src" in page.headers["content-security-policy"]
    assert program.json()["slug"] == "too-many-requests"
    assert program.headers["content-type"] == "application/problem+json"
    assert page.headers["x-request-id"] in page.text
    for refused in (page, program):
        assert 3590 <= int(refused.headers["retry-after"]) <= 3600
        assert refused.headers["ratelimit-policy"] == '"ordinary";q=2;w=3600'
        assert refused.headers["ratelimit"].startswith('"ordinary";r=0;t=3')


def test_each_kind_has_a_count_of_its_own(ask: Ask, few: None) -> None:
    answers = ask([*[get("/board.csv")] * 3, get("/"), post("/login", token="x")])
    assert codes(answers) == [200, 200, 429, 200, 401]


def test_a_stranger_in_the_room_keeps_no_team_out(
    ask: Ask, desk: Desk, few: None
) -> None:
    _, token = desk.add(Role.TEAM, "Wulp")
    team = api("/api/submissions", token=token)
    known, *flood, after = ask([team, get("/"), get("/"), get("/"), team])
    assert codes([known, *flood, after]) == [200, 200, 429, 429, 200]


def test_a_team_that_asks_for_what_is_not_there_is_known_all_the_same(
    ask: Ask, desk: Desk, few: None
) -> None:
    _, token = desk.add(Role.TEAM, "Zwaluw")
    mine = api("/api/challenge", token=token)
    told = ask([mine, api("/api/none", token=token), get("/"), get("/"), mine])
    assert codes(told) == [200, 404, 200, 429, 200]


def test_a_token_that_somebody_makes_up_is_worth_nothing(ask: Ask, few: None) -> None:
    made_up = [api("/api/submissions", token=f"kansrijk_{n}") for n in range(4)]
    assert codes(ask(made_up)) == [401, 401, 429, 429]


def test_one_token_that_runs_wild_leaves_the_team_its_others(
    ask: Ask, desk: Desk, few: None
) -> None:
    team, token = desk.add(Role.TEAM, "Wulp")
    secret = desk.session(team)
    script, page = api("/api/submissions", token=token), get("/start", secret=secret)
    # The first of each is counted by address; then 3 by token, and 4 by person.
    found = codes(ask([script, page, *[script] * 4, page, page]))
    assert found == [200, 200, 200, 200, 200, 429, 200, 429]


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer{}"])
def test_a_header_that_nobody_reads_is_no_other_credential(
    ask: Ask, desk: Desk, few: None, header: str
) -> None:
    team, _ = desk.add(Role.TEAM, "Wulp")
    secret = desk.session(team)
    asked = [get("/start", secret=secret) for _ in range(5)]
    for number, page in enumerate(asked):
        page.headers["Authorization"] = header.format(number)
    assert codes(ask(asked)) == [200, 200, 200, 200, 429]


def test_a_token_with_spaces_before_it_is_the_same_one(
    ask: Ask, desk: Desk, few: None
) -> None:
    _, token = desk.add(Role.TEAM, "Wulp")
    asked = [api("/api/submissions", token=" " * n + token) for n in range(5)]
    assert codes(ask(asked)) == [200, 200, 200, 200, 429]


def test_a_session_that_ended_counts_as_none(ask: Ask, desk: Desk, few: None) -> None:
    team, _ = desk.add(Role.TEAM, "Wulp")
    secret = desk.session(team)
    page = get("/submissions", secret=secret)
    out = post("/logout", secret=secret)
    # Known by its answer, and unknown by the one after it ended.
    assert codes(ask([page, out, page, page, page])) == [200, 303, 401, 401, 429]


def test_a_flood_from_one_household_is_one_whatever_its_address(
    app: FastAPI, few: None
) -> None:
    def from_(address: str) -> int:
        async def go() -> int:
            transport = httpx.ASGITransport(app, client=(address, 1))
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport) as client,
            ):
                return (await client.send(get("/"))).status_code

        return asyncio.run(go())

    assert [from_(f"2001:db8::{n}") for n in (1, 2, 3)] == [200, 200, 429]
    assert from_("2001:db8:0:1::1") == 200
    # A server that listens on both kinds of address writes the old ones so.
    assert [from_(f"::ffff:192.0.2.{n}") for n in (1, 1, 2, 1)] == [200, 200, 200, 429]


def test_windows_are_bounded_end_and_follow_no_clock_of_the_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, windows = Clock(monkeypatch), Windows(most=3)
    monkeypatch.setattr(time, "time", None)
    assert [windows.incr("a", 10) for _ in range(3)] == [1, 2, 3]
    for key in "bcd":
        windows.incr(key, 10)
    assert (windows.get("a"), windows.get("d"), windows.reset()) == (0, 1, 3)
    windows.incr("a", 10)
    clock.now += 10
    assert (windows.get("a"), windows.incr("a", 10)) == (0, 1)


async def _content(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything, and know each token as its own person's."""
    token = dict(scope["headers"]).get(b"authorization", b"")
    if token:
        scope["state"]["reader"] = type("Person", (), {"id": token})()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_room_of_three_hundred_behind_one_address_meets_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All open pages within five seconds, and poll as those do; teams and jurors work.

    The board asks again every 4 seconds, and the clock of a pitch every second.
    """
    clock, limits = Clock(monkeypatch), Limits(_content)
    found: set[int] = set()

    async def ask_for(path: str, who: str = "", method: str = "GET") -> None:
        async def send(message: dict) -> None:
            found.add(message.get("status", 204))

        headers = [(b"authorization", b"Bearer " + who.encode())] if who else []
        headers += [(b"hx-request", b"true")] if path == "/clock" else []
        scope = {"type": "http", "method": method, "path": path, "headers": headers}
        scope |= {"client": ("192.0.2.1", 1), "scheme": "http", "query_string": b""}
        await limits(scope, None, send)

    async def second(number: int) -> None:
        clock.now += 1
        for viewer in range(300):
            if viewer % 5 == number:
                for path in ("/", "/board/part", "/api/board"):
                    await ask_for(path)
            if viewer % 4 == number % 4:
                await ask_for("/board/part")
            await ask_for("/clock")
        for team in range(50):
            # Three members look on, and two scripts wait for a score.
            for who in range(5):
                await ask_for("/api/submissions/1", f"{team} {who}")
        for juror in range(20):
            for _ in range(2):
                await ask_for("/jury/Wulp", f"juror {juror}", "POST")

    async def at_the_doors() -> None:
        """What one minute has at most, at one moment."""
        for _ in range(300):
            await ask_for("/kit/challenge.whl")
            await ask_for("/login", method="POST")
        for team in range(50):
            for number in range(60):
                await ask_for(f"/api/releases/1/files/{number}.csv", f"{team} 0")

    async def room() -> None:
        for number in range(12):
            await second(number)
        await at_the_doors()

    asyncio.run(room())
    assert found == {204}


def test_a_refusal_costs_no_look_at_the_database(
    app: FastAPI, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "RATES", {})
    assert codes(asking(app)([get("/")] * 4)) == [200] * 4
    table = {Kind.ORDINARY: rates._rates("1 per hour", "1 per hour", "0 per hour")}
    monkeypatch.setattr(rates, "RATES", table)
    for method in ("begin", "read"):
        monkeypatch.setattr(f"challenge.store.Database.{method}", None)
    assert codes(asking(app)([get("/"), api("/api/board")])) == [429, 429]


def test_what_is_not_counted_asks_the_database_nothing(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {"Accept": "text/html", "Authorization": "Bearer made-up"}
    asked = [
        httpx.Request(method, f"http://test{path}", headers=shown)
        for method, path in (
            ("GET", "/static/none.css"),
            ("POST", "/static/app.js"),
            ("GET", "/health/live"),
            ("GET", "/health/live/none"),
        )
    ]
    for method in ("begin", "read"):
        monkeypatch.setattr(f"challenge.store.Database.{method}", None)
    answers = asking(app)(asked)
    assert codes(answers) == [404, 405, 200, 404]
    assert {kind_of(one.method, one.url.path) for one in asked} == {None}
    for refused in (answers[0], answers[1], answers[3]):
        assert refused.headers["content-type"] == "application/problem+json"
