"""The processes of one service: web processes and workers, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from processes import children, cpu_seconds, wait_until

from challenge.serving import WORKER_VARIABLES
from challenge.settings import Settings

STOP_SECONDS = 60


class Room:
    """A service under way; one web process and worker are `challenge serve`.

    Attributes
    ----------
    urls : list of str
        Of each web process; they stay when the service starts again.
    processes : dict of str to int
        Its process ids by what each does.
    """

    def __init__(self, settings: Settings, *, webs: int, workers: int) -> None:
        self._settings, self._webs, self._workers = settings, webs, workers
        self._started: list[subprocess.Popen[str]] = []
        self.urls: list[str] = []
        self.processes: dict[str, int] = {}

    @property
    def roots(self) -> list[int]:
        """Process ids of what was started here; all else comes from them."""
        return [process.pid for process in self._started]

    def start(self) -> None:
        """Start every process."""
        ports = [urlsplit(url).port for url in self.urls] or [0] * self._webs
        self._started, self.urls = [], []
        if self._webs == self._workers == 1:
            web = self.processes["web"] = self._serve(ports[0])
            # The one child that lives as long as the web process does.
            wait_until(lambda: bool(children(web)))
            self.processes["worker"] = max(children(web), key=cpu_seconds)
            return
        for number, port in enumerate(ports, 1):
            self.processes[f"web {number}"] = self._serve(port, "--no-worker")
        for number in range(1, self._workers + 1):
            self.processes[f"worker {number}"] = self._start("worker").pid

    def check(self) -> None:
        """Stop if one of them ended meanwhile."""
        for name, pid in self.processes.items():
            if not Path(f"/proc/{pid}").exists():
                raise SystemExit(f"{name} ended during the load.")

    def wait(self) -> None:
        """Wait until all have ended."""
        for process in self._started:
            process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """End every process."""
        for process in self._started:
            process.terminate()
        self.wait()

    def _serve(self, port: int | None, *words: str) -> int:
        process = self._start("serve", *words, port=port)
        self.urls.append(process.stdout.readline().strip() if process.stdout else "")
        if not self.urls[-1]:
            raise SystemExit("A web process did not start.")
        return process.pid

    def _start(self, *words: str, port: int | None = 0) -> subprocess.Popen[str]:
        settings = self._settings.model_copy(update={"port": port})
        process = subprocess.Popen(
            [sys.executable, "-m", "challenge", *words, "--until-stdin-closes"],
            env=os.environ | settings.environment() | WORKER_VARIABLES,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process


@contextmanager
def open_room(settings: Settings, *, webs: int, workers: int) -> Iterator[Room]:
    """Give a service with so many of each; it ends at the end."""
    room = Room(settings, webs=webs, workers=workers)
    try:
        room.start()
        yield room
    finally:
        room.stop()
