"""A Dask cluster on this machine: two workers for tests.

As a plugin it runs any test against them, also with xdist:
``python -m pytest -p tests.functional.clustered tests/functional``.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DASK = Path(sys.executable).with_name("dask")
MANUAL = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text()
STACK = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start a cluster, and name it in the environment of every test and server."""
    if hasattr(config, "workerinput"):
        return  # a worker of xdist inherits the environment
    stack = config.stash[STACK] = ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "files").mkdir()
    cluster = Cluster(folder, folder / "files")
    stack.callback(cluster.stop)
    cluster.start(2)
    os.environ["CHALLENGE_ENGINE"] = cluster.address
    os.environ["CHALLENGE_FILES"] = str(cluster.files)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    if STACK in config.stash:
        config.stash[STACK].close()


@dataclass
class Cluster:
    """A scheduler and its workers, and what a service manager does with them."""

    folder: Path
    files: Path
    scheme: str = "tcp"
    port: int = 0
    # None warms up at once; most tests have nothing to gain from it.
    pool: str = "{}"
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self, workers: int) -> None:
        """Start whatever is missing."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.port = self.port or free_port()
            self.scheduler = self._run("scheduler")
        self.workers = [w for w in self.workers if w.poll() is None]
        while len(self.workers) < workers:
            self.workers.append(self._run("worker"))

    def stop(self) -> None:
        """End the workers, then the scheduler: both at once can leave one hanging."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        if self.scheduler is not None:
            self.scheduler.terminate()
            self.scheduler.wait(60)

    def _run(self, program: str) -> subprocess.Popen[bytes]:
        *variables, command = documented(program, self)
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [DASK, *command],
                env=os.environ
                | dict(v.split("=", 1) for v in variables)
                | {"CHALLENGE_POOL": self.pool},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )


def documented(program: str, cluster: Cluster) -> list[Any]:
    """Read a command of the manual, with its addresses and folder replaced."""
    (line,) = (
        line
        for line in MANUAL.replace("\\\n", " ").splitlines()
        if f"dask {program} --" in line or f"dask {program} tls://" in line
    )
    for name in ("10.0.0.5", "10.0.0.6"):
        line = line.replace(name, "127.0.0.1")
    line = line.replace("8786", str(cluster.port))
    line = line.replace("/srv/kansrijk", str(cluster.files))
    if cluster.scheme == "tcp":
        line = re.sub(r"--tls-\S+ \S+", "", line).replace("tls://", "tcp://")
    variables, _, options = line.partition("dask ")
    return [*shlex.split(variables), shlex.split(options)]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def descendants(pid: int) -> set[int]:
    """List the processes below a process: its guests, and what started them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = {int(p) for task in tasks for p in task.read_text().split()}
    return children.union(*(descendants(child) for child in children))
