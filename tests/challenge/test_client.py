"""The client without a server, or with one that is not ours."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from challenge.client import Client
from challenge.errors import ServerUnreachableError


def serving(answer: Callable[[str, str | None], tuple[int, bytes]]) -> Iterator[str]:
    """Serve what a function of path and token answers, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = answer(self.path, self.headers["Authorization"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


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

    def answer(path: str, token: str | None) -> tuple[int, bytes]:
        if path == "/api/challenge":
            return 200, json.dumps(told).encode()
        return (200, content) if token else (500, b"no")

    yield from serving(answer)


@pytest.fixture
def stranger() -> Iterator[str]:
    """A web server that knows nothing of challenges."""
    yield from serving(lambda path, token: (500, b"boom"))


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
