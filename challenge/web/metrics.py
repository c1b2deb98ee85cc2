"""``/metrics``: what Prometheus asks for, of this process and of the whole challenge.

No label holds a team, a person, a score or anything that a visitor typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import quantiles

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from challenge.records import Isolation, State
from challenge.web.access import Deployment, Here
from challenge.web.traffic import Traffic
from challenge.web.vitals import Vitals, take_vitals

router = APIRouter(include_in_schema=False)

Count = Callable[[Vitals], float | None]
GAUGES: tuple[tuple[str, str, Count], ...] = (
    ("queue_length", "Submissions that wait.", lambda v: v.figures.waiting),
    (
        "queue_oldest_seconds",
        "How long the first has waited that still waits; 0: nobody waits.",
        lambda v: v.since(v.figures.oldest) or 0,
    ),
    ("runs_in_progress", "Submissions that run.", lambda v: v.figures.running),
    (
        "scored_today",
        "Submissions that were scored since midnight of the event.",
        lambda v: v.figures.scored_today,
    ),
    ("workers", "Workers heard of within a minute.", lambda v: len(v.fleet.workers)),
    ("slots", "Submissions that can run side by side.", lambda v: v.fleet.slots),
    (
        "workers_without_sandbox",
        "Workers that run models without a sandbox.",
        lambda v: sum(w.isolation is not Isolation.BUBBLEWRAP for w in v.fleet.workers),
    ),
    (
        "uploads_open",
        "1: uploads are taken; 0: this machine has no sandbox and refuses them.",
        lambda v: v.is_open,
    ),
    ("pool_size", "Sandboxes that should wait.", lambda v: v.fleet.pool_size),
    ("pool_ready", "Sandboxes that do wait.", lambda v: v.fleet.pool_ready),
    (
        "mlflow_backlog",
        "Results that MLflow has not got yet.",
        lambda v: v.figures.untracked,
    ),
    (
        "mlflow_oldest_seconds",
        "How long ago the first of them was scored; 0: MLflow has all.",
        lambda v: v.since(v.figures.untracked_since) or 0,
    ),
    (
        "help_requests_open",
        "Questions of teams without an answer.",
        lambda v: v.figures.questions,
    ),
    (
        "failed_log_ins",
        "Log-ins by password of the last five minutes that did not succeed.",
        lambda v: v.figures.failed_log_ins,
    ),
    ("people", "Who have an account.", lambda v: v.figures.people),
    ("database_bytes", "Size of the database.", lambda v: v.figures.database_bytes),
    ("disk_free_bytes", "Free on the disk of the home.", lambda v: v.machine.free),
    ("disk_bytes", "Size of the disk of the home.", lambda v: v.machine.total),
    (
        "disk_short",
        "1: an hour of large uploads may not fit.",
        lambda v: v.machine.is_short,
    ),
    (
        "memory_used_share",
        "Of the machine's memory, 0 to 1.",
        lambda v: v.machine.memory,
    ),
    (
        "clock_skew_seconds",
        "Most that the clock of the database or a worker differs from this one.",
        lambda v: v.skew,
    ),
    (
        "last_backup_timestamp_seconds",
        "Until when the newest known backup has everything; absent: there is none.",
        lambda v: v.machine.backup.timestamp() if v.machine.backup else None,
    ),
)
"""Figures without labels: name behind ``kansrijk_``, what it says, how it is had.

One that gives None is left out.
"""

# Bounds of processor time, which is kept rounded up to a power of two.
_CPU_SECONDS = tuple(2**power for power in range(10))


@router.get("/metrics")
def metrics(request: Request, here: Here) -> Response:
    """Give the figures of this process and of the challenge to Prometheus."""
    with here.database.read() as unit:
        vitals = take_vitals(here, unit, datetime.now(UTC))
    found = Scrape(request.app.state.traffic, here, vitals)
    return Response(generate_latest(found), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Scrape(Collector):
    """All that is told at one moment.

    Parameters
    ----------
    traffic : Traffic
        Of this process.
    here : Deployment
        What is served.
    vitals : Vitals
        Of the whole challenge.
    """

    def __init__(self, traffic: Traffic, here: Deployment, vitals: Vitals) -> None:
        self._traffic, self._here, self._vitals = traffic, here, vitals

    def collect(self) -> Iterator[Metric]:
        """Give every metric, to a millionth: finer is noise of a clock.

        Yields
        ------
        Metric
            One family after another.
        """
        for family in self._families():
            # When a counter began is for another format, and doubles this one.
            family.samples = [
                sample._replace(value=round(sample.value, 6))
                for sample in family.samples
                if not sample.name.endswith("_created")
            ]
            yield family

    def _families(self) -> Iterator[Metric]:
        for name, told, count in GAUGES:
            if (value := count(self._vitals)) is not None:
                yield GaugeMetricFamily(f"kansrijk_{name}", told, value)
        figures = self._vitals.figures
        yield _labelled(
            "submissions", "Submissions in each state.", "state", figures.states
        )
        yield _labelled(
            "submissions_without_score",
            "Submissions that ended without a score, by why.",
            "reason",
            figures.reasons,
        )
        yield _latest(figures.run_seconds)
        yield _processor_time(figures.cpu_seconds)
        yield self._build()
        yield from self._traffic.registry.collect()

    def _build(self) -> Metric:
        told = GaugeMetricFamily(
            "kansrijk_build_info",
            "Always 1: which version serves which release.",
            labels=("version", "release"),
        )
        told.add_metric((version("kansrijk"), self._here.release.name), 1)
        return told


def _labelled(
    name: str, told: str, label: str, counts: Mapping[State, int] | Mapping[str, int]
) -> Metric:
    family = GaugeMetricFamily(f"kansrijk_{name}", told, labels=(label,))
    for value, count in counts.items():
        family.add_metric((str(value),), count)
    return family


def _latest(seconds: Sequence[float]) -> Metric:
    """Tell how long a run takes at this moment; nothing before there are two."""
    family = GaugeMetricFamily(
        "kansrijk_latest_run_seconds",
        "How long the latest 50 runs took, from claim to end: half, 95 % and all of"
        " them at most.",
        labels=("quantile",),
    )
    if len(seconds) > 1:
        cuts = quantiles(seconds, n=20, method="inclusive")
        for quantile, value in (("0.5", cuts[9]), ("0.95", cuts[18])):
            family.add_metric((quantile,), value)
        family.add_metric(("1",), seconds[-1])
    return family


def _processor_time(counts: Mapping[int, int]) -> Metric:
    bounds = [
        (str(bound), sum(n for seconds, n in counts.items() if seconds <= bound))
        for bound in _CPU_SECONDS
    ]
    family = HistogramMetricFamily(
        "kansrijk_run_cpu_seconds",
        "Processor time of scored runs, each rounded up to a power of two.",
    )
    total = sum(seconds * n for seconds, n in counts.items())
    family.add_metric((), [*bounds, ("+Inf", sum(counts.values()))], total)
    return family
