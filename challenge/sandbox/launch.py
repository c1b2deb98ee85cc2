"""How a guest is started: isolated, or trusted because somebody asked for that."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from challenge.errors import SandboxUnavailableError
from challenge.records import Isolation, Limits, Loader
from challenge.sandbox.handoff import sealed
from challenge.sandbox.isolate import (
    ENVIRONMENT,
    GUEST,
    Runtime,
    find_packages,
    write_command,
)
from challenge.sandbox.process import BEHIND, RUNS
from challenge.sandbox.session import Session


class Launcher:
    """Starts guests, all from one thread that lives as long as this object.

    The kernel ends a sandbox when the *thread* that started it ends.

    Parameters
    ----------
    runtime : Runtime or None
        What of this machine a guest may read. None starts plain processes, which may
        do whatever this account may: for whoever runs only models of their own.

    Attributes
    ----------
    isolation : Isolation
        ``BUBBLEWRAP`` or ``TRUSTED``.
    """

    def __init__(self, runtime: Runtime | None) -> None:
        self._runtime = runtime
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")
        self.isolation = Isolation.BUBBLEWRAP if runtime else Isolation.TRUSTED

    def start(
        self, limits: Limits, loader: Loader | None, *, in_advance: bool = False
    ) -> Session:
        """Start a guest and return at once.

        Parameters
        ----------
        limits : Limits
            Its `scratch_mib` sizes the private /tmp; the guest sets the others.
        loader : Loader or None
            What the guest imports before it says that it is ready; None: nothing.
        in_advance : bool
            Whether nobody waits for it yet: it warms up thoroughly, and others go
            first.

        Returns
        -------
        Session
            Started, and not ready.

        Raises
        ------
        SandboxUnavailableError
            If it cannot be started, or this object is closed.
        """
        settings = {"loader": loader, "nice": BEHIND if in_advance else 0}
        try:
            if self._runtime is None:
                session = self._start_trusted(settings)
            else:
                session = self._start_isolated(self._runtime, limits, settings)
        except (OSError, RuntimeError) as error:
            raise SandboxUnavailableError(f"{error}.") from error
        session.wait_its_turn(nice=BEHIND if in_advance else RUNS)
        return session

    def close(self) -> None:
        """End every guest, and start none any more."""
        self._spawner.shutdown()

    def _start_isolated(
        self, runtime: Runtime, limits: Limits, settings: Mapping[str, object]
    ) -> Session:
        guest = _write_arguments(runtime.packages, {**settings, "alone": False})
        with sealed(runtime.call_filter) as files:
            command = write_command(
                runtime, limits=limits, filter_file=files[0], guest=guest
            )
            return self._spawner.submit(Session, command, files).result()

    def _start_trusted(self, settings: Mapping[str, object]) -> Session:
        """Start the same guest in a folder of its own, which is removed with it."""
        # A process that the model made may write there while it is being removed.
        private = tempfile.TemporaryDirectory(
            prefix="kansrijk-", ignore_cleanup_errors=True
        )
        imported = Path(private.name, "sandbox")
        imported.mkdir()
        (imported / GUEST.name).symlink_to(GUEST)
        moved = {
            **dict.fromkeys(("HOME", "TMPDIR"), private.name),
            "PYTHONPATH": str(imported),
            "MLFLOW_TRACKING_URI": f"file:{private.name}/mlruns",
        }
        guest = _write_arguments(find_packages(), {**settings, "alone": True})
        start = partial(Session, environment=ENVIRONMENT | moved, trusted=private)
        return self._spawner.submit(start, [sys.executable, *guest]).result()


def _write_arguments(
    packages: tuple[Path, ...], settings: Mapping[str, object]
) -> list[str]:
    found = {"packages": [str(folder) for folder in packages], **settings}
    # -S and -P: no .pth hook and no script folder. Not -I, which would make Python
    # forget the hash seed and our path; the environment is ours anyway.
    return ["-s", "-S", "-P", "-m", GUEST.name, json.dumps(found)]
