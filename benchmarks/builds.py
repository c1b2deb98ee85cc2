"""Time one whole build of the first 1000 days, on this process or on warm workers.

Prints JSON. Run as ``python benchmarks/builds.py --rows 100000 --workers 2``;
``benchmarks/synthesis.py`` runs it in a process of its own and watches its memory.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from challenge.brief import read_brief
from challenge.engine import open_processes
from challenge.synthesis import build

CONTENT = Path(__file__).parents[1] / "datasets" / "first-1000-days"


def main() -> None:
    """Build once, after warming up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    if asked.workers == 1:
        print(json.dumps(timed(asked.rows, None)))
        return
    with open_processes(asked.workers) as executor:
        print(json.dumps(timed(asked.rows, executor) | {"workers": asked.workers}))


def timed(rows: int, executor: Executor | None) -> dict[str, Any]:
    """Build a release of so many rows, after two small ones that warm all up."""
    shares = read_brief(CONTENT).sets
    total = sum(shares.values())
    sizes = {name: max(50, rows * share // total) for name, share in shares.items()}
    with tempfile.TemporaryDirectory() as folder:
        releases = Path(folder)
        for seed in (1, 2):
            build(
                CONTENT,
                releases,
                seed=seed,
                rows=dict.fromkeys(sizes, 1000),
                executor=executor,
            )
        started, cpu = time.monotonic(), time.process_time()
        stages: dict[str, float] = {}
        build(
            CONTENT,
            releases,
            seed=3,
            rows=sizes,
            executor=executor,
            progress=lambda stage, done, total: stages.update(
                {stage: time.monotonic() - started}
            ),
        )
        seconds = time.monotonic() - started
    made = sum(sizes.values())
    return {
        "rows": made,
        "seconds": round(seconds, 1),
        "rows_per_second": round(made / seconds),
        "seconds_until_the_end_of": {k: round(v, 1) for k, v in stages.items()},
        **(
            {}
            if executor
            else {"rows_per_cpu_second": round(made / (time.process_time() - cpu))}
        ),
    }


if __name__ == "__main__":
    main()
