"""The processes of one service: web processes and workers, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from processes import children, cpu_seconds, wait_until

from challenge.settings import Settings

STOP_SECONDS = 60


@dataclass
class Room:
    """A service under way.

    Attributes
    ----------
    urls : list of str
        Of each web process.
    processes : dict of str to int
        Its process ids by what each does.
    """

    urls: list[str] = field(default_factory=list)
    processes: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Stop if one of them ended meanwhile."""
        for name, pid in self.processes.items():
            if not Path(f"/proc/{pid}").exists():
                raise SystemExit(f"{name} ended during the load.")


@contextmanager
def open_room(settings: Settings, *, webs: int, workers: int) -> Iterator[Room]:
    """Start so many of each; one of both is `challenge serve`, as on a laptop."""
    room, started = Room(), list[subprocess.Popen[str]]()

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "challenge", *words, "--until-stdin-closes"],
            env=os.environ | settings.environment() | {"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    def serve(*words: str) -> int:
        process = start("serve", *words)
        room.urls.append(process.stdout.readline().strip() if process.stdout else "")
        if not room.urls[-1]:
            raise SystemExit("A web process did not start.")
        return process.pid

    try:
        if webs == workers == 1:
            web = room.processes["web"] = serve()
            # The one child that lives as long as the web process does.
            wait_until(lambda: bool(children(web)))
            room.processes["worker"] = max(children(web), key=cpu_seconds)
        else:
            for number in range(1, webs + 1):
                room.processes[f"web {number}"] = serve("--no-worker")
            for number in range(1, workers + 1):
                room.processes[f"worker {number}"] = start("worker").pid
        yield room
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(STOP_SECONDS)
