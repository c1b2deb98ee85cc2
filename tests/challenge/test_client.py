"""The client without a server, or with one that is not ours."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from challenge.client import Client
from challenge.errors import ServerUnreachableError

from .answering import serving


@pytest.fixture
def release() -> Iterator[str]:
    """A server that hands out one file to whoever has a token."""
    content = b"rows"
    told = {
        "terms": {"sha256": "", "required": False},
        "sources": {"name": "all"},
        "release": {
            "version": 1,
            "files": {"train.parquet": hashlib.sha256(content).hexdigest()},
        },
    }

    def answer(path: str, token: str | None, _: bytes) -> tuple[int, bytes]:
        if path == "/api/challenge":
            return 200, json.dumps(told).encode()
        return (200, content) if token else (500, b"no")

    yield from serving(answer)


@pytest.fixture
def stranger() -> Iterator[str]:
    """A web server that knows nothing of challenges."""
    yield from serving(lambda path, token, body: (500, b"boom"))


def test_nobody_there_is_said_with_the_address() -> None:
    with (
        Client("http://127.0.0.1:9") as client,
        pytest.raises(ServerUnreachableError, match=r"127\.0\.0\.1:9") as refused,
    ):
        client.board()
    assert "challenge serve" in refused.value.hint


def test_somebody_elses_server_is_not_taken_for_ours(stranger: str) -> None:
    with Client(stranger) as client, pytest.raises(ServerUnreachableError, match="500"):
        client.board()


def test_a_download_that_is_refused_leaves_no_folder(
    release: str, tmp_path: Path
) -> None:
    with Client(release) as client, pytest.raises(ServerUnreachableError):
        client.download(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_file_that_cannot_be_put_in_its_place_leaves_no_half(
    release: str, tmp_path: Path
) -> None:
    (tmp_path / "train.parquet").mkdir()  # where the file should go
    with Client(release, token="x") as client:
        with pytest.raises(OSError, match="train"):
            client.download(tmp_path)
        (tmp_path / "train.parquet").rmdir()
        client.download(tmp_path)
    assert [place.name for place in tmp_path.iterdir()] == ["train.parquet"]


STEPS = [
    *[("queued", "received", "second in the queue, about 2 minutes")] * 2,
    ("queued", "received", "first in the queue, about a minute"),
    *[("running", "proof", None)] * 2,
    ("proved", "proof", None),
]


def test_each_change_is_told_once_until_the_proof_run_is_over() -> None:
    steps = iter(STEPS)

    def answer(path: str, token: str | None, _: bytes) -> tuple[int, bytes]:
        state, stage, waiting = next(steps)
        told = {"state": state, "stage": stage, "waiting": waiting, "path": path}
        return 200, json.dumps(told).encode()

    for url in serving(answer):
        with Client(url, wait=lambda seconds: None) as client:
            seen = [*client.follow("abc")]
    assert [(one["state"], one["waiting"]) for one in seen] == [
        ("queued", "second in the queue, about 2 minutes"),
        ("queued", "first in the queue, about a minute"),
        ("running", None),
        ("proved", None),
    ]
    assert {one["path"] for one in seen} == {"/api/submissions/abc"}


def test_an_open_file_is_handed_in_and_left_open() -> None:
    sent: list[bytes] = []

    def answer(path: str, token: str | None, body: bytes) -> tuple[int, bytes]:
        sent.append(body)
        return 200, b"{}"

    bundle = io.BytesIO(b"a model")
    for url in serving(answer):
        with Client(url) as client:
            client.submit(bundle)
    assert b"a model" in sent[0]
    assert b'name="proof"\r\n\r\nno' in sent[0]
    assert not bundle.closed


def test_the_packages_of_the_server_are_asked_for() -> None:
    told = {"python": "3.11.7", "packages": {"numpy": "2.4.0"}}

    def answer(path: str, token: str | None, _: bytes) -> tuple[int, bytes]:
        return (200 if path == "/api/runtime" else 500), json.dumps(told).encode()

    for url in serving(answer):
        with Client(url) as client:
            assert client.runtime() == told


def test_a_juror_says_that_she_does_not_judge_a_team() -> None:
    sent = []

    def answer(path: str, token: str | None, body: bytes) -> tuple[int, bytes]:
        sent.append((path, json.loads(body)))
        return 200, b"{}"

    for url in serving(answer):
        with Client(url, token="t") as client:
            client.ballot("Grutto", points={}, recused=True)
    said = {"points": {}, "recused": True, "note": ""}
    assert sent == [("/api/ballots/Grutto", said)]
