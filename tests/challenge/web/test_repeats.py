"""A form sent twice by one session is one act; nothing is kept longer than that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from challenge.records import Role
from challenge.web import repeats
from challenge.web.cookies import keep_session
from challenge.web.repeats import Repeats

from .conftest import Ask
from .entrance import Desk, get, post, secret_in


class Counting:
    """An application that counts what reaches it, and answers as it is told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.ran = self.running = self.most_at_once = 0
        route = Route("/x", self._run, methods=["POST"])
        self.app = Repeats(Starlette(routes=[route]))
        self.fails = False

    async def _run(self, request: Request) -> Response:
        self.ran += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        # Everybody else of the test has come by then.
        for _ in range(50):
            await asyncio.sleep(0)
        self.running -= 1
        if self.fails:
            raise RuntimeError
        keep_session(request, "renewed")
        status = self.statuses.pop(0) if self.statuses else 200
        return PlainTextResponse(f"answer {self.ran}", status)

    def ask(self, *requests: httpx.Request) -> list[httpx.Response]:
        """Send them all at once."""
        return asyncio.run(self._ask(requests))

    async def _ask(self, requests: Iterable[httpx.Request]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await asyncio.gather(*map(client.send, requests))


def form(secret: str = "mine", **fields: str) -> httpx.Request:
    return post("/x", secret=secret, **(fields or {"text": "Hoi"}))


def test_a_form_that_comes_twice_at_once_runs_once_with_one_answer() -> None:
    server = Counting()
    texts = {answer.text for answer in server.ask(form(), form(), form())}
    assert (server.ran, texts) == (1, {"answer 1"})


def test_after_a_refusal_one_of_those_who_waited_goes_and_the_rest_wait_on() -> None:
    server = Counting(422, 200)
    answers = server.ask(*(form() for _ in range(5)))
    assert [answer.status_code for answer in answers] == [422, 200, 200, 200, 200]
    assert (server.ran, server.most_at_once) == (2, 1)
    assert {answer.text for answer in answers[1:]} == {"answer 2"}


def test_what_a_browser_without_a_session_sends_is_never_answered_from_memory() -> None:
    server = Counting()
    server.ask(form(""), form(""))
    assert server.ran == 2
    assert server.app._last == {}


def test_an_answer_that_is_no_success_is_not_kept() -> None:
    server = Counting(422, 404, 500)
    for status in (422, 404, 500):
        assert server.ask(form())[0].status_code == status
        assert server.app._last == {}
    server.fails = True
    server.ask(form())
    assert server.app._last == {}


def test_what_was_shown_once_leaves_memory_though_nobody_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeats, "SECONDS", 1.0)
    server = Counting()

    async def wait() -> tuple[int, int]:
        await server._ask([form()])
        kept = len(server.app._last)
        await asyncio.sleep(1.1)
        return kept, len(server.app._last)

    assert asyncio.run(wait()) == (1, 0)


def test_a_form_that_comes_later_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "SECONDS", 0.0)
    server = Counting()
    server.ask(form())
    server.ask(form())
    assert server.ran == 2


def test_no_more_forms_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeats, "MOST", 3)
    server = Counting()
    server.ask(*(form(secret=f"s{i}") for i in range(9)))
    assert len(server.app._last) == 3
    server.ask(form(secret="s8"))
    assert server.ran == 9  # the newest is still there
    server.ask(form(secret="s0"))
    assert server.ran == 10


def test_who_logs_out_and_in_again_at_once_is_in(ask: Ask, desk: Desk) -> None:
    token = desk.add(Role.TEAM, "Zwaluw")[1]
    first = ask([post("/login", token=token)])[0]
    old = secret_in(first)
    out, second = ask([post("/logout", secret=old), post("/login", token=token)])
    assert (out.status_code, second.status_code) == (303, 303)
    [page] = ask([get("/account", secret=secret_in(second))])
    assert page.status_code == 200
    assert secret_in(second) != old


def test_of_two_who_log_in_from_one_address_each_has_a_session(
    ask: Ask, desk: Desk
) -> None:
    token = desk.add(Role.TEAM, "Zwaluw")[1]
    answers = ask([post("/login", token=token) for _ in range(2)])
    assert len({secret_in(answer) for answer in answers}) == 2


def test_a_token_that_is_shown_once_is_shown_to_a_second_click(
    ask: Ask, desk: Desk
) -> None:
    secret = desk.session(desk.add(Role.TEAM, "Zwaluw")[0])
    made = [post("/account/tokens", secret=secret, label="laptop", scope="all")] * 2
    first, second = ask(made)
    assert first.status_code == 200
    assert first.content == second.content
    assert "kansrijk_" in second.text


def test_a_session_that_was_renewed_comes_with_the_second_answer_too() -> None:
    async def inner(scope, receive, send) -> None:
        await server.app(scope, receive, send)
        seen.append(scope["state"].get("cookie"))

    server, seen = Counting(), []

    async def twice() -> None:
        transport = httpx.ASGITransport(inner)
        async with httpx.AsyncClient(transport=transport) as client:
            for _ in range(2):
                await client.send(form())

    asyncio.run(twice())
    assert (server.ran, seen) == (1, ["renewed", "renewed"])
