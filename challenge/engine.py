"""Where runs are carried out: an executor of the standard library."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

from challenge.settings import Settings


def open_engine(settings: Settings) -> Executor:
    """Open the executor that runs submissions.

    Threads are enough: the work is in the sandbox's own process, and numpy lets
    go of the interpreter while it scores.

    Parameters
    ----------
    settings : Settings
        ``runs_at_once`` says how many submissions run side by side.

    Returns
    -------
    Executor
        Close it with a ``with`` statement.
    """
    return ThreadPoolExecutor(settings.runs_at_once, thread_name_prefix="run")
