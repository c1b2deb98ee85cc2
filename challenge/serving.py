"""Keep a web process and a worker process going together."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import uvicorn

from challenge.connections import PatientProtocol, most_connections
from challenge.engine import check_engine
from challenge.errors import AddressTakenError, SandboxUnavailableError
from challenge.records import Isolation
from challenge.rules.trust import check_trust
from challenge.sandbox import open_sandbox
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.web import create_app

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
# A worker that refuses to start, say for want of a release, should not spin: importing
# what it needs takes seconds of a core.
LONGEST_RESTART_SECONDS = 30.0
# After so long it had started.
STARTED_SECONDS = 30.0
# A second linear-algebra thread costs the other run its core.
WORKER_VARIABLES = {"OPENBLAS_NUM_THREADS": "1"}
# Longer than any step that a worker cannot leave half done.
STOP_SECONDS = 10.0
# A laptop that slept or changed networks is missed after a minute.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


def serve(
    settings: Settings, *, ready: Callable[[str], None], with_worker: bool = True
) -> None:
    """Serve until interrupted: the web in this process, the worker in another.

    Parameters
    ----------
    settings : Settings
        Where everything is; port 0 takes a free one.
    ready : callable
        Told the address once connections are accepted.
    with_worker : bool
        False leaves the submissions to a worker elsewhere.

    Raises
    ------
    TrustRefusedError
        If submissions are trusted on an address that others can reach.
    EngineRefusedError
        If the engine's address is not safe, or its TLS files are missing.
    AddressTakenError
        If something else listens there.
    """
    check_trust(settings)
    check_engine(settings)
    open_shelf(settings)  # here, so that an extra that is missing is named
    isolation, closed = _probe(settings) if with_worker else (None, None)
    app = create_app(settings, closed=closed, isolation=isolation)
    listener = listen(settings)
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        app,
        # What it logs goes where ours goes; of requests `web.tracing` tells.
        log_config=None,
        access_log=False,
        log_level="warning",
        http=PatientProtocol,
        limit_concurrency=most_connections(),
        # Open downloads should not hold up an interrupt.
        timeout_graceful_shutdown=2,
    )
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(settings, stopping))
    has_worker = with_worker and closed is None
    if has_worker:
        keeper.start()
    try:
        _Server(config, lambda: ready(f"http://{host}:{port}")).run([listener])
    finally:
        stopping.set()
        if has_worker:
            keeper.join()


def _probe(
    settings: Settings,
) -> tuple[Isolation | None, SandboxUnavailableError | None]:
    """Try the sandbox once; without one the pages work and uploads are refused."""
    if settings.engine:
        return None, None  # models run on other machines, which try their own
    try:
        with open_sandbox(trusted=settings.trust_submissions) as sandbox:
            return sandbox.isolation, None
    except SandboxUnavailableError as error:
        log.warning("%s Submissions will be refused. %s", error.message, error.hint)
        return Isolation.NONE, error


def listen(settings: Settings) -> socket.socket:
    """Take the address that the server will have.

    Parameters
    ----------
    settings : Settings
        Host and port.

    Returns
    -------
    socket
        Listening.

    Raises
    ------
    AddressTakenError
        If something else listens there.
    """
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise AddressTakenError(settings.host, settings.port) from error
    # What is accepted inherits both. The end of an answer would wait 40 ms for word
    # from the other side (Nagle, RFC 896), and who goes without a word is never missed.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # Linux
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return listener


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


def _keep_worker(settings: Settings, stopping: threading.Event) -> None:
    """Run the worker in a process of its own, and again whenever it ends."""
    pause = RESTART_SECONDS
    while not stopping.is_set():
        began = time.monotonic()
        worker = subprocess.Popen(
            [sys.executable, "-m", "challenge", "worker", "--until-stdin-closes"],
            env=os.environ | settings.environment() | WORKER_VARIABLES,
            # The worker ends when this closes, also when this process is killed.
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        while worker.poll() is None and not stopping.wait(0.2):
            pass
        _end(worker)
        if stopping.is_set():
            return
        # One that was killed, or ran for a while, is missed at once.
        refused = worker.returncode > 0 and time.monotonic() - began < STARTED_SECONDS
        pause = min(2 * pause, LONGEST_RESTART_SECONDS) if refused else RESTART_SECONDS
        log.warning("The worker ended (%d); another starts.", worker.returncode)
        stopping.wait(pause)


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin:
        worker.stdin.close()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # Its claims run out, and the next worker takes them over.
        worker.kill()
        worker.wait()
