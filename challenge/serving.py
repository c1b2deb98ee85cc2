"""Keep a web process and a worker process going together."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable

import uvicorn

from challenge.errors import AddressTakenError, SandboxUnavailableError
from challenge.sandbox import open_sandbox
from challenge.settings import Settings
from challenge.web import create_app

log = logging.getLogger(__name__)

# A worker that dies at once, say for want of a sandbox, should not spin.
RESTART_SECONDS = 1.0
# Longer than any step that a worker cannot leave half done.
STOP_SECONDS = 10.0


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
    AddressTakenError
        If something else listens there.
    """
    closed = _probe() if with_worker else None
    app = create_app(settings, closed=closed)
    listener = listen(settings)
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        app,
        log_level="warning",
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


def _probe() -> SandboxUnavailableError | None:
    """Try the sandbox once; without one the pages work and uploads are refused."""
    try:
        open_sandbox()
    except SandboxUnavailableError as error:
        log.warning("%s Submissions will be refused. %s", error.message, error.hint)
        return error
    return None


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
        return socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise AddressTakenError(settings.host, settings.port) from error


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


def _keep_worker(settings: Settings, stopping: threading.Event) -> None:
    """Run the worker in a process of its own, and again whenever it dies."""
    while not stopping.is_set():
        worker = subprocess.Popen(
            [sys.executable, "-m", "challenge", "worker", "--until-stdin-closes"],
            # A second linear-algebra thread costs the other run its core.
            env=os.environ | settings.environment() | {"OPENBLAS_NUM_THREADS": "1"},
            # The worker ends when this closes, also when this process is killed.
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        while worker.poll() is None and not stopping.wait(0.2):
            pass
        _end(worker)
        stopping.wait(RESTART_SECONDS)


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin:
        worker.stdin.close()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # Its claims run out, and the next worker takes them over.
        worker.kill()
        worker.wait()
