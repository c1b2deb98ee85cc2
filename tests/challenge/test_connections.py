"""Whoever opens a connection and does not get on loses it; everybody else is served."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from challenge import connections
from challenge.connections import PatientProtocol, most_connections

# Long for what ends in a tenth of a second, also on a machine that is busy.
PATIENCE_SECONDS = 30
ANSWER = b"x" * (8 << 20)


async def content(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without a look at the body; 8 MiB where that is asked for."""
    if scope["type"] != "http":
        return
    body = ANSWER if scope["path"] == "/large" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for start in range(0, len(body), 1 << 16):
        piece = body[start : start + (1 << 16)]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    """Patient for a fifth of a second, with eight connections at most."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.2)
    monkeypatch.setattr(connections, "STALL_SECONDS", 0.2)
    config = uvicorn.Config(
        content, http=PatientProtocol, port=0, limit_concurrency=8, lifespan="off"
    )
    config.log_config = None
    made = uvicorn.Server(config)
    started = threading.Event()
    startup = made.startup

    async def told(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    monkeypatch.setattr(made, "startup", told)
    thread = threading.Thread(target=made.run)
    thread.start()
    assert started.wait(PATIENCE_SECONDS)
    yield made
    made.should_exit = True
    thread.join()


@pytest.fixture
def connect(server: uvicorn.Server) -> Iterator[Callable[[], socket.socket]]:
    place = server.servers[0].sockets[0].getsockname()
    with contextlib.ExitStack() as stack:

        def one() -> socket.socket:
            made = socket.create_connection(place, timeout=PATIENCE_SECONDS)
            return stack.enter_context(made)

        yield one


def ended(connection: socket.socket) -> bytes:
    """Read until the server closes it, which it has to."""
    read = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(1 << 16):
            read += piece
    return read


def wait_until(holds: Callable[[], object]) -> None:
    """Look again and again; it has to come."""
    tick = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        if holds():
            return
        tick.wait(0.05)
    raise AssertionError("it never came")


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-a: "],
    ids=["nothing", "line", "header"],
)
def test_a_connection_without_a_whole_request_is_closed(
    connect: Callable[[], socket.socket], begun: bytes
) -> None:
    """Slowloris: some hundred of these once kept a server for themselves."""
    connection = connect()
    connection.sendall(begun)
    assert ended(connection) == b""


def test_a_second_request_that_never_ends_is_closed_too(
    connect: Callable[[], socket.socket],
) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /")
    assert ended(connection).count(b"200 OK") == 1


def test_a_header_that_trickles_is_closed(
    connect: Callable[[], socket.socket],
) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\n")
    stop = threading.Event()

    def trickle() -> None:
        with contextlib.suppress(OSError):
            while not stop.wait(0.02):
                connection.sendall(b"a: b\r\n")

    sender = threading.Thread(target=trickle)
    sender.start()
    assert b"200 OK" not in ended(connection)
    stop.set()
    sender.join()


def test_a_body_that_trickles_on_after_its_answer_is_closed(
    connect: Callable[[], socket.socket],
) -> None:
    connection = connect()
    connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nab")
    assert b"200 OK" in ended(connection)


def test_a_client_that_takes_no_answer_is_closed(
    connect: Callable[[], socket.socket], server: uvicorn.Server
) -> None:
    connection = connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    # What was sent waits in the system's buffers; the server waits for nobody.
    connection.recv(1)
    wait_until(lambda: not server.server_state.connections)


def test_one_that_pauses_and_reads_on_gets_a_large_answer_whole(
    connect: Callable[[], socket.socket],
    server: uvicorn.Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[asyncio.TimerHandle] = []
    later = PatientProtocol.pause_writing

    def pause(protocol: PatientProtocol) -> None:
        later(protocol)
        begun.append(protocol._stall)

    monkeypatch.setattr(connections, "STALL_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(PatientProtocol, "pause_writing", pause)
    connection = connect()
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    wait_until(lambda: begun)
    # In chunks, whose lengths stand between.
    assert ended(connection).count(b"x") >= len(ANSWER)
    assert all(timer.cancelled() for timer in begun)


def test_beyond_the_most_connections_a_newcomer_is_sent_away_and_later_served(
    connect: Callable[[], socket.socket],
    server: uvicorn.Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 10 * PATIENCE_SECONDS)
    held = [connect() for _ in range(8)]
    wait_until(lambda: len(server.server_state.connections) == 8)
    for _ in range(3):
        assert ended(connect()) == b""
    # Who came before is answered, and nobody of them went.
    held[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert held.pop(0).recv(1000).startswith(b"HTTP/1.1 200")
    for connection in held:
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
    for connection in held[:4]:
        connection.close()
    wait_until(lambda: len(server.server_state.connections) <= 4)
    port = server.servers[0].sockets[0].getsockname()[1]
    assert httpx.get(f"http://127.0.0.1:{port}/").text == "ok"


def test_a_system_without_limits_on_files_serves_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.delitem(sys.modules, "challenge.connections")
    found = importlib.import_module("challenge.connections")
    assert found.most_connections() == found.MOST_CONNECTIONS


@pytest.mark.parametrize(
    ("soft", "hard", "most"),
    [
        (256, 1024, 768),
        (1024, 524_288, 2000),
        (1_048_576, 1_048_576, 2000),
        (1024, resource.RLIM_INFINITY, 2000),
    ],
)
def test_connections_leave_files_for_everything_else(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, most: int
) -> None:
    limits = {"now": (soft, hard)}
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits["now"])
    monkeypatch.setattr(
        resource, "setrlimit", lambda _, wanted: limits.update(now=wanted)
    )
    assert most_connections() == most
    assert limits["now"][0] * 0.75 >= most
    assert limits["now"][1] == hard
