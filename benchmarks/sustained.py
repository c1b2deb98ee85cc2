"""Many submissions through a real server, its queue, its worker and MLflow."""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from processes import busy_seconds, cpu_seconds, wait_until
from room import Room, open_room
from stage import Stage, join

from challenge.client import Client
from challenge.settings import Settings

TEAMS = ["Zwaluw", "Grutto", "Kievit", "IJsvogel", "Wulp"]
# The last fifth of the uploads is timed, one in so many seconds, and the queue is
# full by then.
TIMED_SHARE, PACE_SECONDS = 5, 0.25
GOAL_SHARE, GOAL_POST_MS = 0.85, 50
STOP_SECONDS = 60
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Use:
    """CPU seconds used until a moment: by all, the web process, the worker itself."""

    at: float
    machine: float
    web: float
    worker: float


def measure_sustained(
    stage: Stage,
    submissions: int,
    tell: Callable[[str], None],
    *,
    costs: Mapping[str, float] | None = None,
    **changes: object,
) -> dict[str, Any]:
    """Queue so many submissions at once, and time how they are handed in and end.

    `costs` are the CPU seconds that each bundle needs at least: without them nothing is
    held against what the cores allow. `changes` are settings.
    """
    with stage.home() as plain:
        settings = plain.model_copy(update=changes)
        tokens = {name: token for name, (_, token) in join(settings, TEAMS).items()}
        with (
            open_room(settings, webs=1, workers=1) as room,
            _open(settings) as database,
        ):
            filling, timed = _hand_in(stage, submissions, room.urls[0], tokens)
            queued, began, before = _waiting(database), datetime.now(UTC), _use(room)
            tell(f"{queued} of {submissions} submissions wait")
            _wait(database, submissions, tell)
            after = _use(room)
            late = _wait_for_mlflow(database)
            ends = _ends(database)
    # Until a core is idle for want of submissions.
    during = [end for end in ends if end > began][: -settings.runs_at_once]
    rate = len(during) / (during[-1] - began).total_seconds()
    named = {"pool", "refills_at_once", "runs_at_once"}
    return {
        "submissions": submissions,
        "bundles": [*stage.bundles],
        "settings": settings.model_dump(mode="json", include=named),
        "waiting_when_all_was_posted": queued,
        "post": _told(timed) | {"goal_median_ms": GOAL_POST_MS},
        "post_back_to_back_before": _told(filling),
        "submissions_per_second": round(rate, 3),
        **(_compared(rate, statistics.mean(costs.values())) if costs else {}),
        **_used(before, after, queued),
        "mlflow_seconds_behind": round(late, 1),
    }


def _told(taken: list[float]) -> dict[str, int]:
    return {
        "uploads": len(taken),
        "median_ms": round(statistics.median(taken)),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1]),
    }


def _compared(rate: float, cost: float) -> dict[str, float]:
    return {
        "cpu_seconds_needed": round(cost, 2),
        "cores_allow_per_second": round(CORES / cost, 3),
        "share": round(rate * cost / CORES, 2),
        "goal_share": GOAL_SHARE,
    }


def _used(before: Use, after: Use, submissions: int) -> dict[str, Any]:
    """Tell what each submission cost in fact, and how far the cores were busy."""
    spent = {
        name: getattr(after, name) - getattr(before, name)
        for name in ("machine", "web", "worker")
    }
    seconds = after.at - before.at
    return {
        "cpu_seconds_used": {n: round(s / submissions, 2) for n, s in spent.items()},
        "cores_busy": round(spent["machine"] / seconds / CORES, 2),
    }


def _hand_in(
    stage: Stage, count: int, url: str, tokens: Mapping[str, str]
) -> tuple[list[float], list[float]]:
    """Hand all in, team by team; give milliseconds, of the paced ones apart."""
    timed = max(2, count // TIMED_SHARE)
    clients = [Client(url, token=token) for token in tokens.values()]
    turns = zip(cycle(clients), cycle(stage.bundles.values()), strict=False)
    taken = []
    for number, (client, bundle) in zip(range(count), turns, strict=False):
        if number >= count - timed:
            time.sleep(PACE_SECONDS)
        began = time.perf_counter()
        client.submit(bundle)
        taken.append((time.perf_counter() - began) * 1e3)
    for client in clients:
        client.close()
    return taken[:-timed], taken[-timed:]


def _use(room: Room) -> Use:
    pids = room.processes["web"], room.processes["worker"]
    own = (cpu_seconds(pid, ended=False) for pid in pids)
    return Use(time.monotonic(), busy_seconds(), *own)


# --- what the database says -----------------------------------------------------------


@contextmanager
def _open(settings: Settings) -> Iterator[sqlite3.Connection]:
    place = f"file:{settings.home / 'challenge.db'}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=30)) as database:
        yield database


def _states(database: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT state, count(*) FROM submissions GROUP BY state"
    return dict(database.execute(query).fetchall())


def _waiting(database: sqlite3.Connection) -> int:
    return _states(database).get("queued", 0)


def _wait(
    database: sqlite3.Connection, total: int, tell: Callable[[str], None]
) -> None:
    """Wait until every submission is scored."""
    told, last, changed = 0, 0, time.monotonic()
    while (scored := (states := _states(database)).get("scored", 0)) < total:
        if states.keys() - {"queued", "running", "scored"}:
            raise SystemExit(f"Submissions ended otherwise: {states}")
        if scored > last:
            last, changed = scored, time.monotonic()
        elif time.monotonic() > changed + STOP_SECONDS:
            raise SystemExit(f"Nothing was scored for {STOP_SECONDS} s: {states}")
        if scored >= told + total // 10:
            told = scored
            tell(f"{scored} of {total} submissions scored")
        time.sleep(0.5)


def _wait_for_mlflow(database: sqlite3.Connection) -> float:
    """Wait until MLflow has every result; give how long that took."""
    began = time.monotonic()
    query = "SELECT count(*) FROM results WHERE run_id IS NULL"
    wait_until(lambda: database.execute(query).fetchone() == (0,))
    return time.monotonic() - began


def _ends(database: sqlite3.Connection) -> list[datetime]:
    query = "SELECT scored_at FROM results ORDER BY scored_at"
    found = (datetime.fromisoformat(at) for (at,) in database.execute(query))
    return [at if at.tzinfo else at.replace(tzinfo=UTC) for at in found]
