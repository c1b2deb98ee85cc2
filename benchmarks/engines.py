"""Measure the same submissions on threads of one worker and on two Dask workers.

Prints JSON; says on stderr what it is at. Both play on this machine: two runs at once,
with warm pools of the same size in all. ``dask_to_threads`` is the ratio of scored
submissions per second; below 1 says what the way through a scheduler and files costs
where no machine is gained.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from day import of_tests, tell
from stage import set_stage
from sustained import measure_sustained

RUNS_AT_ONCE = 2
# Four sandboxes: two of each loader here, one of each on either Dask worker.
THREADS_POOL = {"sklearn": 2, "booster": 2}
WORKER_POOL = {"sklearn": 1, "booster": 1}


def main() -> None:
    """Measure both and print it."""
    asked = _arguments()
    tell("making the release, or finding it")
    stage = set_stage(asked.cache, asked.rows)
    found: dict[str, Any] = {"release": stage.rows()}
    tell("threads")
    found["threads"] = measure_sustained(
        *(stage, asked.submissions, tell),
        runs_at_once=RUNS_AT_ONCE,
        refills_at_once=RUNS_AT_ONCE,
        pool=THREADS_POOL,
    )
    with _cluster() as engine:
        tell("two Dask workers")
        found["dask"] = measure_sustained(stage, asked.submissions, tell, **engine)
    ratio = _rate(found["dask"]) / _rate(found["threads"])
    print(json.dumps(found | {"dask_to_threads": round(ratio, 2)}, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000, help="hidden ones")
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--cache", type=Path, default=Path("var/benchmark"))
    return parser.parse_args()


@contextmanager
def _cluster() -> Iterator[dict[str, Any]]:
    """Start a scheduler and two workers; give the settings of a service on them."""
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        files = Path(folder) / "files"
        files.mkdir()
        cluster = of_tests("functional.clustered").Cluster(
            Path(folder), files, pool=json.dumps(WORKER_POOL)
        )
        try:
            cluster.start(RUNS_AT_ONCE)
            yield {"engine": cluster.address, "files": str(files)}
        finally:
            cluster.stop()


def _rate(told: dict[str, Any]) -> float:
    return float(told["submissions_per_second"])


if __name__ == "__main__":
    main()
