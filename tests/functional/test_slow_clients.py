"""Hundreds of connections that never get on keep nobody from a real server."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from .conftest import Server

pytestmark = [pytest.mark.sandbox, pytest.mark.full]

HALF_OPEN, TRICKLING, FILES_BESIDE = 500, 100, 200
# Longer than the server is patient, and by far than what is asked of it here.
PATIENCE_SECONDS = 120
LINE = b"GET / HTTP/1.1\r\nHost: x\r\n"
FORM = (
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname="
)


@pytest.fixture
def slow(server: Server) -> Iterator[list[socket.socket]]:
    """Connections with half a header, or half a form."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < HALF_OPEN + TRICKLING + FILES_BESIDE:
        pytest.skip(f"this test may open {soft} files only (`ulimit -n`)")
    place = urlsplit(server.url)
    with contextlib.ExitStack() as stack:
        made = []
        for begun in [LINE] * HALF_OPEN + [FORM] * TRICKLING:
            connection = socket.create_connection(
                (place.hostname, place.port), timeout=PATIENCE_SECONDS
            )
            made.append(stack.enter_context(connection))
            connection.sendall(begun)
        yield made


def test_others_are_served_meanwhile_and_the_slow_ones_are_sent_away(
    server: Server, slow: list[socket.socket]
) -> None:
    pages = [httpx.get(f"{server.url}{path}") for path in ("/", "/challenge") * 10]
    with server.client("Organisatie") as organiser:
        board = organiser.board()
    ends = [_rest(connection) for connection in slow]
    assert {page.status_code for page in pages} == {200}
    assert board["rows"] == []
    assert ends[:HALF_OPEN] == [b""] * HALF_OPEN
    assert {end[:12] for end in ends[HALF_OPEN:]} == {b"HTTP/1.1 408"}


def _rest(connection: socket.socket) -> bytes:
    read = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(1 << 16):
            read += piece
    return read
