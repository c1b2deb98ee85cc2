"""How long a run may take, and at which moments its end is seen."""

from __future__ import annotations

import math
import time
from datetime import timedelta

from challenge.records import Limits, Stage

START = timedelta(minutes=5)
"""From a claim to the proof run. A cold sandbox needs 6 s of one core; on a machine
that is fifty times slower it is still not taken for one that hangs."""

SLACK = timedelta(minutes=1)
"""On top of the limits that the sandbox keeps itself: to read files, to score 70,000
rows, to wait for another's transaction (`challenge.store.sqlite.BUSY_SECONDS`)."""

SHORTEST_STEP = 0.25


def stage_time(stage: Stage, limits: Limits) -> timedelta:
    """Say how long a stage may take before its run counts as one that hangs.

    The sandbox ends a model at its limit; this is for what should never happen, a
    thread of ours that waits for ever while its worker breathes on.

    Parameters
    ----------
    stage : Stage
        Where the run is.
    limits : Limits
        Of its sandbox, per pass.

    Returns
    -------
    timedelta
        From the start of the stage.
    """
    one_pass = timedelta(seconds=limits.limit_seconds)
    if stage is Stage.PROOF:
        return 2 * one_pass + SLACK  # some rows are asked twice
    if stage is Stage.SCORING:
        return 2 * (one_pass + SLACK)  # the end is held back to a power of two
    return START


def rest_after(attempt: int) -> timedelta:
    """Say how long a submission waits after a fault of ours.

    What was in the way, a full disk or a restart, should not use up every try within
    a second.

    Parameters
    ----------
    attempt : int
        How often it was tried, from 1.

    Returns
    -------
    timedelta
        2, 4, 8, ... seconds.
    """
    return timedelta(seconds=2**attempt)


def next_step(elapsed: float) -> float:
    """Give the first moment at which an end may be seen.

    Parameters
    ----------
    elapsed : float
        Seconds since scoring began.

    Returns
    -------
    float
        1/4, 1/2, 1, 2, 4, ... seconds: the first that is not earlier.
    """
    if elapsed <= SHORTEST_STEP:
        return SHORTEST_STEP
    return float(2.0 ** math.ceil(math.log2(elapsed)))


def hold_to_step(began: float) -> None:
    """Wait until the end of a run may be seen.

    A model sees the hidden rows and decides how long it takes. If its team could
    watch the clock, every run would tell it many bits of a row: a pause of 0.1 s for
    one child, 0.2 s for the next. What is recorded at powers of two alone says how
    often the time doubled, as processor time and memory do.

    Parameters
    ----------
    began : float
        When the hidden rows were sent, on the clock of `time.monotonic`.
    """
    elapsed = time.monotonic() - began
    time.sleep(max(next_step(elapsed) - elapsed, 0.0))
