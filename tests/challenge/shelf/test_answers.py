"""What a storage server can answer, byte for byte, and what we say of it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from challenge.errors import FilesUnavailableError
from challenge.shelf import objects
from challenge.shelf.objects import Objects
from challenge.store.postgresql import IDLE_SECONDS

from ...storage import KEYS

NAME = Path("sealed", "features", "x", "all-hidden.arrow")
REFUSAL = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
    "<Message>bucket-of-somebody, key AKIA123</Message></Error>"
)


def answer(status: str, body: str, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    return f"{head}{body}".encode()


# Before a fixture shortens it; and botocore waits a second before it tries again.
LONGEST_SECONDS = (
    objects.CONNECT_SECONDS + objects.SILENCE_SECONDS
) * objects.TRIES + 1


def test_silence_while_a_file_is_named_is_shorter_than_a_transaction_may_idle() -> None:
    """Else PostgreSQL ends the transaction, and the database is blamed."""
    assert LONGEST_SECONDS < IDLE_SECONDS


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """Say the same to every request, or nothing at all until the end."""
    over = threading.Event()

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            if not said:
                over.wait()
            self.wfile.write(said)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(objects, "SILENCE_SECONDS", 2.0)
    monkeypatch.setattr(objects, "TRIES", 1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer("403 Forbidden", REFUSAL.format(code="AccessDenied")), "AccessDenied"),
        (
            answer("403 Forbidden", REFUSAL.format(code="InvalidAccessKeyId")),
            "InvalidAccessKeyId",
        ),
        (answer("503 Slow Down", REFUSAL.format(code="SlowDown")), "SlowDown"),
        (answer("500 Error", REFUSAL.format(code="InternalError")), "InternalError"),
        (answer("404 Not Found", REFUSAL.format(code="NoSuchBucket")), "no such b"),
        (answer("200 OK", "half of it", length=4096), "does not answer"),
        (b"", "does not answer"),
        (b"\x16\x03\x01 no HTTP at all", "does not answer"),
    ],
    ids=["denied", "key", "slow", "broken", "bucket", "half", "silent", "no-http"],
)
def test_no_answer_is_taken_for_a_file(
    said: bytes, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(said) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(FilesUnavailableError) as told:
            Objects("s3://kansrijk/x", copies=tmp_path).bring(NAME)
    assert reason in told.value.reason
    assert [*tmp_path.rglob("*")] == []
    # What a stranger's server says is not repeated.
    assert "AKIA123" not in f"{told.value} {told.value.reason} {told.value.repair}"


def test_a_file_that_is_not_there_is_told_from_a_server_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer("404 Gone", REFUSAL.format(code="NoSuchKey"))) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(FileNotFoundError):
            Objects("s3://kansrijk/x", copies=tmp_path).bring(NAME)
