"""What processes hold in memory over time, and whether it grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from processes import pss_mib

EVERY_SECONDS = 5.0


class Memory:
    """Sample the memory of some processes until left.

    Parameters
    ----------
    processes : mapping of str to int
        Process ids by name; their children are not counted.
    """

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = processes
        self._samples: dict[str, list[tuple[float, float]]] = {n: [] for n in processes}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            now = time.monotonic() / 60
            for name, pid in self._processes.items():
                self._samples[name].append((now, pss_mib(pid)))

    def told(self) -> dict[str, Any]:
        """Tell where each process began and ended, and how steeply it grew.

        Returns
        -------
        dict
            MiB at first, at the end and at most; MiB a minute of the least-squares line
            through what follows the first third, in which caches fill.
        """
        return {name: _line(np.array(found)) for name, found in self._samples.items()}


def _line(found: np.ndarray[Any, Any]) -> dict[str, float]:
    settled = found[len(found) // 3 :]
    slope = np.polyfit(settled[:, 0], settled[:, 1], 1)[0]
    values = found[:, 1]
    return {
        "first_mib": round(float(values[0]), 1),
        "settled_mib": round(
            float(np.median(settled[: max(1, len(settled) // 4), 1])), 1
        ),
        "last_mib": round(float(np.median(values[-max(1, len(values) // 20) :])), 1),
        "most_mib": round(float(values.max()), 1),
        "mib_a_minute": round(float(slope), 3),
    }
