"""What a body may be: small, plain, and there in reasonable time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from challenge.errors import RequestTooSlowError
from challenge.records import Role
from challenge.web import bodies
from challenge.web.bodies import timely

from .conftest import Ask
from .entrance import SITE, Desk

FORM = "application/x-www-form-urlencoded"


def send(
    path: str, content: object, *, type: str = FORM, token: str = "", **headers: str
) -> httpx.Request:
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    headers |= {"Content-Type": type, "Accept": "application/json", "Origin": SITE}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Request("POST", SITE + path, content=content, headers=headers)


def never() -> Iterator[bytes]:
    """A body that makes a test fail which reads it."""
    raise AssertionError("it was read")
    yield b""


@pytest.fixture
def token(desk: Desk) -> str:
    return desk.add(Role.TEAM, "Wulp")[1]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody begin slowly."""
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.1)


@pytest.mark.parametrize("length", [f"{257 << 10}", "9" * 5000], ids=["257-KiB", "9s"])
def test_a_body_that_says_it_is_too_large_is_not_read(ask: Ask, length: str) -> None:
    [answer] = ask([send("/login", aiter_of(never()), Content_Length=length)])
    assert (answer.status_code, answer.json()["slug"]) == (413, "request-too-large")


@pytest.mark.parametrize("path", ["/login", "/api/submissions", "/pitch/pdf"])
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_a_compressed_body_is_refused_unread(ask: Ask, path: str, coding: str) -> None:
    """256 KiB of gzip are 256 MiB of zeros."""
    [answer] = ask([send(path, aiter_of(never()), Content_Encoding=coding)])
    assert (answer.status_code, answer.json()["slug"]) == (415, "request-not-possible")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 40_000,
        b'{"title": ' + b"9" * 200_000 + b"}",
        b'{"title": "\\ud800"}',
        b'{"title": NaN}',
        b"\xff\xfe" + b"[" * 1000,
    ],
    ids=["depth", "objects", "digits", "surrogate", "nan", "utf-16"],
)
def test_json_that_is_made_to_break_a_reader_is_a_mistake_of_its_sender(
    ask: Ask, token: str, body: bytes
) -> None:
    [answer] = ask([send("/api/pitches", body, type="application/json", token=token)])
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def multipart(*parts: str) -> bytes:
    ended = [f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts]
    return ("".join(ended) + "--x--\r\n").encode()


@pytest.mark.parametrize(
    "body",
    [
        multipart(*[f'name="{n}"\r\n\r\n' for n in range(3000)]),
        multipart(*[f'name="a"; filename="{n}"\r\n\r\n' for n in range(2000)]),
        multipart('name="a"\r\nX: ' + "y" * 200_000 + "\r\n\r\n"),
        multipart('name="a"' + "\r\nX: y" * 30_000 + "\r\n\r\n"),
    ],
    ids=["fields", "files", "long-header", "many-headers"],
)
def test_forms_of_many_parts_or_endless_headers_are_refused(
    ask: Ask, token: str, body: bytes
) -> None:
    kind = "multipart/form-data; boundary=x"
    login, upload = ask(
        [
            send("/login", body, type=kind),
            send("/api/submissions", body, type=kind, token=token),
        ]
    )
    for answer in (login, upload):
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_of_a_hundred_thousand_fields_is_refused(ask: Ask) -> None:
    [answer] = ask([send("/login", b"a&" * 100_000)])
    assert answer.status_code == 400
    assert "Too many fields" in answer.json()["detail"]


async def aiter_of(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def trickle() -> AsyncIterator[bytes]:
    """Send a byte now and then, for ever."""
    while True:
        yield b"a"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("path", ["/login", "/api/pitches", "/invitation/4F3K"])
def test_a_small_body_that_trickles_is_given_up(
    ask: Ask, hasty: None, path: str
) -> None:
    [answer] = ask([send(path, trickle())])
    assert (answer.status_code, answer.json()["slug"]) == (408, "request-too-slow")


@pytest.mark.parametrize("path", ["/api/submissions", "/submissions", "/pitch/pdf"])
def test_an_upload_that_trickles_is_given_up_and_its_turn_is_free_again(
    ask: Ask, token: str, hasty: None, path: str
) -> None:
    kind = "multipart/form-data; boundary=x"
    form = multipart('name="bundle"; filename="a.zip"\r\n\r\nPK')[:-9]

    async def body() -> AsyncIterator[bytes]:
        yield form
        async for piece in trickle():
            yield piece

    answers = ask(send(path, body(), type=kind, token=token) for _ in range(3))
    assert [answer.status_code for answer in answers] == [408] * 3


class Sender:
    """Sends a piece every ten seconds, by a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, piece: bytes) -> None:
        self._now, self._piece = 0.0, piece
        monkeypatch.setattr(bodies, "time", self)

    def monotonic(self) -> float:
        return self._now

    async def receive(self) -> Message:
        await asyncio.sleep(0)
        self._now += 10
        return {"type": "http.request", "body": self._piece, "more_body": True}

    async def pieces(self, most: int) -> int:
        """Count the pieces that are taken."""
        got = timely(self.receive)
        for taken in range(most):
            try:
                await got()
            except RequestTooSlowError:
                return taken
        return most


def test_a_body_may_take_as_long_as_it_gets_on(monkeypatch: pytest.MonkeyPatch) -> None:
    steady = Sender(monkeypatch, bytes(10 * bodies.SLOWEST_KIB << 10))
    assert asyncio.run(steady.pieces(100)) == 100


def test_a_body_that_comes_at_half_of_that_has_the_beginning_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Sender(monkeypatch, bytes(5 * bodies.SLOWEST_KIB << 10))
    # Each ten seconds take five of the thirty.
    assert asyncio.run(slow.pieces(100)) in (6, 7)


def test_whoever_sent_fast_may_not_fall_silent_for_longer(hasty: None) -> None:
    """18 MiB at once once earned half an hour, in which a team had one upload less."""
    first = iter([{"type": "http.request", "body": bytes(18 << 20), "more_body": True}])

    async def receive() -> Message:
        for message in first:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def go() -> None:
        got = timely(receive)
        await got()
        with pytest.raises(RequestTooSlowError):
            await asyncio.wait_for(got(), 60)

    asyncio.run(go())


def test_whoever_waits_for_a_client_to_go_waits_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.01)
    gone = asyncio.Event()

    async def receive() -> Message:
        if not gone.is_set():
            gone.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    async def go() -> list[str]:
        got = timely(receive)
        return [(await got())["type"] for _ in range(2)]

    assert asyncio.run(go()) == ["http.request", "http.disconnect"]


def test_a_body_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.01)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def go() -> None:
        await timely(receive)()

    with pytest.raises(RequestTooSlowError, match="less than 10 KiB a second"):
        asyncio.run(go())


def test_a_third_upload_of_a_team_waits_and_another_team_does_not(
    app: FastAPI, desk: Desk
) -> None:
    tokens = [desk.add(Role.TEAM, name)[1] for name in ("Wulp", "Kievit")]
    kind = "multipart/form-data; boundary=x"

    async def go() -> tuple[list[int], httpx.Response, int, int]:
        come, end = asyncio.Semaphore(0), asyncio.Event()

        async def held() -> AsyncIterator[bytes]:
            yield multipart('name="note"\r\n\r\n')[:-9]
            come.release()
            await end.wait()
            yield b"\r\n--x--\r\n"

        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client,
        ):

            async def hand_in(token: str, content: object) -> httpx.Response:
                to = send("/api/submissions", content, type=kind, token=token)
                return await client.send(to)

            first = [asyncio.create_task(hand_in(tokens[0], held())) for _ in range(2)]
            for _ in first:
                await come.acquire()
            third = await hand_in(tokens[0], b"--x--\r\n")
            other = await hand_in(tokens[1], b"--x--\r\n")
            end.set()
            ended = [answer.status_code for answer in await asyncio.gather(*first)]
            again = await hand_in(tokens[0], b"--x--\r\n")
            return ended, third, other.status_code, again.status_code

    ended, third, other, again = asyncio.run(go())
    assert (third.status_code, third.json()["slug"]) == (429, "too-many-uploads")
    assert third.headers["retry-after"] == "10"
    assert (ended, other, again) == ([422, 422], 422, 422)
