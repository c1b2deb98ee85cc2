"""What this web process has served since it began, for `challenge.web.metrics`.

Every label is one of a closed list, so that no visitor can make the figures grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""Seconds; the goal is a page within 0.8 s for 99 of 100 (docs/performance.md)."""


class Traffic:
    """Count requests; one for each application, never one for the whole process.

    Attributes
    ----------
    registry : CollectorRegistry
        Holds what is counted, and what this process uses of the machine.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            "kansrijk_request_seconds",
            "Requests by route, method and class of the answer, in seconds.",
            ("route", "method", "status"),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self._under_way = Gauge(
            "kansrijk_requests_in_progress",
            "Requests that this process answers now.",
            registry=self.registry,
        )
        self._uploads = Gauge(
            "kansrijk_uploads_in_progress",
            "Uploads that this process takes in now.",
            registry=self.registry,
        )

    @contextmanager
    def under_way(self, *, is_upload: bool) -> Iterator[None]:
        """Count a request as long as it lasts.

        Parameters
        ----------
        is_upload : bool
            Whether it brings a file.

        Yields
        ------
        None
            Once it counts.
        """
        gauges = (self._under_way, self._uploads)[: 1 + is_upload]
        for gauge in gauges:
            gauge.inc()
        try:
            yield
        finally:
            for gauge in gauges:
                gauge.dec()

    def served(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that ended.

        Parameters
        ----------
        route : str
            As it is declared.
        method : str
            Of a closed list.
        status : int
            Of the answer; its class is kept.
        seconds : float
            How long it took.
        """
        self._seconds.labels(route, method, f"{status // 100}xx").observe(seconds)
