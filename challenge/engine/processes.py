"""Processes of this machine, for work that keeps the interpreter busy."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait


def open_processes(workers: int) -> Executor:
    """Open an executor of processes, for work that keeps the interpreter busy.

    Processes are spawned, not forked: a fork of a process with threads may hang.

    Parameters
    ----------
    workers : int
        How many; at least 1.

    Returns
    -------
    Executor
        Close it with a ``with`` statement. If this process is killed, its workers
        end too.
    """
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_end_with_parent
    )


def _end_with_parent() -> None:
    """Watch the parent: an idle worker of a killed pool would wait for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
