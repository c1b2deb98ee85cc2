"""Measure what a submission costs: its time, its warm-up, many of them, an upload.

Prints JSON; says on stderr what it is at. On 50,000 hidden rows of 30 columns, with a
logistic pipeline and with LightGBM as a `Booster` and as a classifier in a pipeline:

- ``one``: from claimed to scored in a sandbox that waited, without the MLflow write,
  by turns with loading, predicting proof and hidden rows and scoring in this process;
  the logistic one also in a sandbox that starts cold, with its own loader and with
  MLflow's. The wait until a power of two of seconds is left out, and told apart;
- ``waiting``: CPU of one warm-up of each loader against a plain import of the stack in
  a new process, and the memory of a sandbox that waits;
- ``many``: submissions handed in over HTTP to a server with a worker, queue and MLflow:
  how long an upload takes while the queue is full, and how many are scored in a second
  against what the cores allow when warm-up, predictions and scoring are counted.

With defaults it takes about ten minutes, and makes its release the first time.
docs/performance.md names the options that its figures come from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from in_process import in_process
from stage import set_stage
from sustained import measure_sustained
from threadpoolctl import threadpool_limits
from waiting import measure_waiting
from warm import LOADERS, measure_warm

PACKAGES = ("lightgbm", "mlflow", "numpy", "pandas", "pyarrow", "scikit-learn")
SETTINGS = ("runs_at_once", "refills_at_once")


def main() -> None:
    """Measure everything and print it."""
    asked, tell = _arguments(), _teller()
    load = os.getloadavg()[0]
    tell("making the release, or finding it")
    stage = set_stage(asked.cache, asked.rows)
    found: dict[str, Any] = {"machine": _machine(load), "release": stage.rows()}
    tell("warming up sandboxes")
    found["waiting"] = measure_waiting(asked.waiting)
    with threadpool_limits(1), in_process(stage) as rival:
        tell("timing one submission")
        found["one"], floors = measure_warm(stage, rival, asked.repeats)
    loaders = found["waiting"]["loaders"]
    costs = {n: cpu + loaders[LOADERS[n]]["cpu_seconds"] for n, cpu in floors.items()}
    if asked.submissions:
        tell("queueing many submissions")
        changes = {name: value for name in SETTINGS if (value := getattr(asked, name))}
        found["many"] = measure_sustained(
            stage, asked.submissions, tell, costs=costs, **changes
        )
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000, help="hidden ones")
    parser.add_argument("--repeats", type=int, default=5, help="of one submission")
    parser.add_argument("--waiting", type=int, default=3, help="sandboxes a loader")
    parser.add_argument("--submissions", type=int, default=200, help="0: leave out")
    parser.add_argument("--runs-at-once", type=int, help="other than the default")
    parser.add_argument("--refills-at-once", type=int, help="likewise")
    parser.add_argument("--cache", type=Path, default=Path("var/benchmark"))
    return parser.parse_args()


def _teller() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda words: print(
        f"{time.monotonic() - began:4.0f} s  {words}", file=sys.stderr, flush=True
    )


def _machine(load: float) -> dict[str, Any]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "memory_gib": round(memory / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load_before": round(load, 2),
    }


if __name__ == "__main__":
    main()
