"""Proof that a sandbox holds, on this machine and now.

A guest really tries to get out. That bubblewrap is installed, or the kernel new
enough, would prove nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits
from challenge.sandbox.isolate import ENVIRONMENT, SHARED_MIB, Runtime
from challenge.sandbox.launch import Launcher
from challenge.sandbox.seccomp import list_refused

_PROBE_SECONDS = 30.0
_SCRATCH_MIB = 1
# Asked for by their numbers these would make a process, which is tried by itself.
_NOT_ASKED = ("fork", "vfork")


def find_holes(launcher: Launcher, runtime: Runtime) -> list[str]:
    """Start a guest that tries to get out.

    Parameters
    ----------
    launcher : Launcher
        Of isolated guests.
    runtime : Runtime
        What they are made of.

    Returns
    -------
    list of str
        A sentence for each attack that worked; empty if the sandbox holds.

    Raises
    ------
    SandboxUnavailableError
        If the sandbox does not start.
    """
    with (
        _bait() as targets,
        launcher.start(Limits(scratch_mib=_SCRATCH_MIB), None) as session,
    ):
        session.wait_until_ready()
        targets["package"] = str(runtime.packages[0])
        session.send({"probe": targets})
        answer = session.receive_text(limit_seconds=_PROBE_SECONDS)
    if not answer:
        raise SandboxUnavailableError("The self-test gave no answer.")
    found: list[str] = json.loads(answer)
    return found


@contextlib.contextmanager
def _bait() -> Iterator[dict[str, object]]:
    """Put things on this machine that a guest must not reach."""
    name = f"kansrijk-{secrets.token_hex(8)}"
    refused = list_refused(platform.machine())
    with (
        tempfile.NamedTemporaryFile(prefix="kansrijk-") as file,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        Path(file.name).chmod(0o644)
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield {
            "file": file.name,
            "port": server.getsockname()[1],
            "abstract": name,
            "pid": os.getpid(),
            "variables": [*ENVIRONMENT, "PWD"],
            "scratch_mib": _SCRATCH_MIB,
            "shared_mib": SHARED_MIB,
            "calls": {n: refused[n] for n in refused if n not in _NOT_ASKED},
        }
