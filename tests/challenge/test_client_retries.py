"""What the client asks again, how long it waits, and what it never does twice."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from challenge.client import Client, Retry
from challenge.errors import ServerRefusedError, ServerUnreachableError

WELL = (200, {}, {"rows": []})
BROKEN = None
BUSY = (503, {}, {"slug": "storage-unavailable"})


def problem(status: int, headers: dict, body: dict) -> bytes:
    if status < 400:
        return json.dumps(body).encode()
    told = {"status": status, "detail": "No.", "hint": "Wait.", **body}
    return json.dumps(told).encode()


@contextmanager
def playing(*script: tuple | None) -> Iterator[tuple[str, list]]:
    """Serve a script of answers, one a request; None hangs up without a word."""
    left, asked = list(script), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.headers.get("Idempotency-Key"), body))
            turn = left.pop(0)
            if turn is BROKEN:
                self.close_connection = True
                return
            status, headers, _ = turn
            self.send_response(status)
            if status >= 400:
                self.send_header("Content-Type", "application/problem+json")
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(problem(*turn))

        do_POST = do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def play(waited: list[float]) -> Callable:
    """Ask a scripted server something; gives what came of it and what was asked."""

    def run(act: Callable[[Client], object], *script: tuple | None):
        told: list[Retry] = []
        with (
            playing(*script) as (url, asked),
            Client(url, told=told.append, wait=waited.append) as client,
        ):
            try:
                return act(client), asked, told
            except (ServerRefusedError, ServerUnreachableError) as error:
                return error, asked, told

    return run


def test_what_only_reads_is_asked_again_with_growing_pauses(play, waited) -> None:
    found, asked, told = play(Client.board, BROKEN, BUSY, BUSY, WELL)
    assert found == {"rows": []}
    assert len(asked) == 4
    assert waited == [0.5, 1.0, 2.0]
    assert [retry.number for retry in told] == [1, 2, 3]
    assert told[1].reason == "No."


def test_it_gives_up_in_the_end_and_says_why(play, waited) -> None:
    error, asked, _ = play(Client.board, *[BUSY] * 6)
    assert isinstance(error, ServerRefusedError)
    assert (len(asked), sum(waited)) == (6, 15.5)


def test_the_server_says_how_long_in_seconds_or_as_a_date(play, waited) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    slug = {"slug": "too-many-attempts"}
    play(
        Client.board,
        (429, {"Retry-After": "7"}, slug),
        (429, {"Retry-After": then}, slug),
        WELL,
    )
    assert waited[0] == 7.0
    assert 25 < waited[1] <= 30


@pytest.mark.parametrize(
    "answer",
    [
        (429, {"Retry-After": "86400"}, {"slug": "too-many-attempts"}),
        (429, {}, {"slug": "quota-exceeded"}),
        (503, {}, {"slug": "sandbox-unavailable"}),
        (404, {}, {"slug": "not-found"}),
    ],
    ids=["a day", "quota", "no sandbox", "not there"],
)
def test_what_waiting_does_not_mend_is_told_at_once(play, waited, answer) -> None:
    error, asked, _ = play(Client.board, answer)
    assert isinstance(error, ServerRefusedError)
    assert (len(asked), waited) == (1, [])


def test_an_upload_goes_again_whole_and_with_its_key(play) -> None:
    bundle = io.BytesIO(b"a model")
    _, asked, _ = play(lambda c: c.submit(bundle), BROKEN, BUSY, WELL)
    keys = {key for _, key, _ in asked}
    assert len(asked) == 3
    assert len(keys) == 1
    assert None not in keys
    assert all(b"a model" in body for _, _, body in asked)


def test_two_uploads_have_two_keys(play) -> None:
    def twice(client: Client) -> None:
        for _ in range(2):
            client.submit(io.BytesIO(b"a model"))

    _, asked, _ = play(twice, WELL, WELL)
    assert len({key for _, key, _ in asked}) == 2


def test_what_changes_something_is_not_sent_twice(play) -> None:
    error, asked, _ = play(lambda c: c.pitch(title="a", text="b"), BROKEN)
    assert isinstance(error, ServerUnreachableError)
    assert len(asked) == 1


def test_an_address_that_never_answered_is_told_at_once(waited) -> None:
    with (
        Client("http://127.0.0.1:9", wait=waited.append) as client,
        pytest.raises(ServerUnreachableError, match="Connection refused"),
    ):
        client.board()
    assert waited == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("kansrijk.example", "no protocol"),
        ("http://", "no host"),
        ("http://[", "no host"),
        ("ftp://kansrijk.example", "no host"),
        ("https://:80", "no host"),
        ("http://a:b", "no host"),
    ],
)
def test_what_is_no_address_is_refused_with_one(address: str, reason: str) -> None:
    with pytest.raises(ServerUnreachableError, match=reason) as refused:
        Client(address)
    assert "challenge login https://" in refused.value.hint


def test_a_page_of_the_server_is_as_good_as_its_address() -> None:
    with Client("https://kansrijk.example:8443/start?lang=nl") as client:
        assert client.site == "https://kansrijk.example:8443"


def test_a_server_that_moved_is_named(play) -> None:
    moved = (301, {"Location": "https://new.example/api/board"}, {})
    error, _, _ = play(Client.board, moved)
    assert "https://new.example/api/board" in str(error)
    assert "challenge login https://new.example`" in error.hint


def test_https_where_only_http_is_spoken_is_told() -> None:
    with (
        playing() as (url, _),
        Client(url.replace("http:", "https:")) as client,
        pytest.raises(ServerUnreachableError, match="does not speak https") as refused,
    ):
        client.board()
    assert "http://" in refused.value.hint


def test_a_token_that_is_not_known_is_told_with_how_to_log_in(play) -> None:
    error, _, _ = play(Client.board, (401, {}, {"slug": "authentication-required"}))
    assert "challenge login http://127.0.0.1" in error.hint
    assert "/account" in error.hint


def test_a_wrong_role_is_told_with_how_to_be_somebody_else(play) -> None:
    error, _, _ = play(Client.board, (403, {}, {"slug": "permission-denied"}))
    assert "challenge login http://127.0.0.1" in error.hint
