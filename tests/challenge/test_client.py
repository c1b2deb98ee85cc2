"""The client without a server, or with one that is not ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from challenge.client import Client
from challenge.errors import ServerUnreachableError


@pytest.fixture
def stranger() -> Iterator[str]:
    """A web server that knows nothing of challenges."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(500)
            self.end_headers()
            self.wfile.write(b"boom")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


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
