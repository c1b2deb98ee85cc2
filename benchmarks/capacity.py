"""Measure what one of each costs, so that a larger challenge can be reckoned out.

Prints JSON; says on stderr what it is at. `docs/capacity.md` reckons with it.

- ``ranking``: CPU seconds and peak memory of ranking so many teams anew;
- ``writing``: submissions that are put into the queue in a second, each in a writing
  unit of its own, from eight threads; both databases wait for their disk;
- ``tracking``: seconds that MLflow takes for one run;
- ``stored``: KiB that one scored submission takes, its own bundle left out.
"""

from __future__ import annotations

import argparse
import json
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from day import DATABASES, database_url, tell
from field import CHALLENGE, SOURCES, Field, playing_field, run_of
from scoring import draw_cards

from challenge.records import Role, Stage, State
from challenge.store import Database, open_database
from challenge.tracking import Tracker
from leaderboard.ranking import rank

THREADS, RUNS, REPLICATES = 8, 20, 1024


def main() -> None:
    """Measure everything and print it."""
    asked = _arguments()
    found: dict[str, Any] = {"ranking": [_ranking(teams) for teams in asked.ranked]}
    found["writing"] = {}
    for kind in DATABASES:
        with ExitStack() as stack:
            url = stack.enter_context(database_url(kind))
            tell(f"scoring a field of teams on {kind}")
            field = stack.enter_context(playing_field(asked.teams, database_url=url))
            opened = stack.enter_context(
                closing(open_database(field.settings.database))
            )
            if kind == DATABASES[0]:
                found |= _kept(field, opened)
            tell(f"writing to {kind}")
            found["writing"][kind] = _writing(opened, field, asked.seconds)
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ranked", type=int, nargs="+", default=[50, 200, 1000])
    parser.add_argument("--teams", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10, help="of writing")
    return parser.parse_args()


def _ranking(teams: int) -> dict[str, Any]:
    tell(f"ranking {teams} teams")
    cards = draw_cards(teams, REPLICATES)
    began = time.process_time()
    rank(cards)
    seconds = time.process_time() - began
    tracemalloc.start()
    rank(cards)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "teams": teams,
        "cpu_seconds": round(seconds, 3),
        "peak_mib": round(peak / 2**20),
    }


def _writing(database: Database, field: Field, seconds: float) -> dict[str, float]:
    with database.read() as unit:
        teams = unit.people.all(Role.TEAM)
    ends = time.monotonic() + seconds

    def write(thread: int) -> list[float]:
        taken: list[float] = []
        while (began := time.monotonic()) < ends:
            now, number = datetime.now(UTC), len(taken)
            with database.begin() as unit:
                unit.submissions.add(
                    id=f"written-{thread}-{number}",
                    team_id=teams[number % len(teams)].id,
                    state=State.QUEUED,
                    stage=Stage.RECEIVED,
                    release=field.release.name,
                    sources=SOURCES,
                    title="Written",
                    bundle_sha256="ab",
                    created_at=now,
                    updated_at=now,
                )
            taken.append(time.monotonic() - began)
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        every = np.concatenate([*pool.map(write, range(THREADS))])
    return {
        "per_second": round(len(every) / seconds, 1),
        "p99_ms": round(1e3 * float(np.percentile(every, 99)), 1),
    }


def _kept(field: Field, database: Database) -> dict[str, Any]:
    """Tell what MLflow takes for a run, and the disk for a submission."""
    home = field.settings.home
    with database.read() as unit:
        run = run_of(field, unit.results.all(field.release.name)[0])
    tracker = Tracker(home / "mlflow", challenge=CHALLENGE)
    before, began = _kib(home / "mlflow"), time.monotonic()
    for number in range(RUNS):
        tracker.record(replace(run, submission_id=f"run-{number}"))
    seconds = (time.monotonic() - began) / RUNS
    tracked = (_kib(home / "mlflow") - before) / RUNS
    return {
        "tracking": {"seconds": round(seconds, 3)},
        "stored": {
            "database_kib": round(_kib(home, "challenge.db*") / len(field.tokens)),
            "mlflow_kib": round(tracked - run.bundle.stat().st_size / 2**10),
        },
    }


def _kib(folder: Path, pattern: str = "**/*") -> float:
    return sum(p.stat().st_size for p in folder.glob(pattern) if p.is_file()) / 2**10


if __name__ == "__main__":
    main()
