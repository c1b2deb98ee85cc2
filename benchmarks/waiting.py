"""What it costs to have a sandbox waiting: CPU of one warm-up, and memory."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from typing import Any

from processes import children, cpu_seconds, family, pss_mib, wait_until

from challenge.records import Loader
from challenge.sandbox import open_sandbox

# In its own process, as a model server that is new to it would have them.
PLAIN = "import mlflow.pyfunc, sklearn, lightgbm, pandas, pyarrow"


def measure_waiting(count: int) -> dict[str, Any]:
    """Warm so many sandboxes of each loader, one by one, beside plain imports."""
    plain = _plain_import(count)
    return {
        "plain_import": PLAIN,
        "plain_import_cpu_seconds": round(plain, 2),
        "loaders": {loader: _warm_up(loader, count, plain) for loader in Loader},
    }


def _plain_import(count: int) -> float:
    seconds = []
    for _ in range(count):
        before = _used_by_children()
        subprocess.run([sys.executable, "-c", PLAIN], check=True)
        seconds.append(_used_by_children() - before)
    return statistics.median(seconds)


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _warm_up(loader: Loader, count: int, plain: float) -> dict[str, float]:
    others = set(children(os.getpid()))
    with open_sandbox(pool={loader: count}) as sandbox:
        wait_until(lambda: sandbox.pool_ready() == count)
        homes = [family(pid) for pid in {*children(os.getpid())} - others]
        cpu = statistics.median(sum(map(cpu_seconds, pids)) for pids in homes)
        memory = statistics.median(sum(map(pss_mib, pids)) for pids in homes)
    return {
        "cpu_seconds": round(cpu, 2),
        "share_of_plain_import": round(cpu / plain, 2),
        "memory_mib": round(memory),
    }
