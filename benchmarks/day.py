"""A day of a challenge: who comes, and what a crowd of them is answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from field import Field, playing_field
from processes import wait_until
from room import Room, open_room

from challenge.client import Client
from challenge.records import Interest, Role, State
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database

DATABASES = ("sqlite", "postgresql")
ROOT = Path(__file__).parents[1]
CROWD = Path(__file__).with_name("crowd.py")
JURORS, PITCHING, UPLOAD_SECONDS = 20, 10, 600
SLOWEST = 6


@dataclass(frozen=True)
class Day:
    """A field of teams, the service that they use, and who else comes."""

    field: Field
    room: Room
    plan: dict[str, Any]

    def play(self, minutes: float, **changes: object) -> dict[str, Any]:
        """Let everybody in for so long, and read what they were answered.

        `changes` are of the plan; `handed_in` tells when each submission was received.
        """
        plan = {**self.plan, "urls": self.room.urls, **changes}
        with tempfile.TemporaryDirectory(prefix="load-") as folder:
            places = {f"LOAD_{n}": str(Path(folder) / n) for n in ("PLAN", "TOLD")}
            Path(places["LOAD_PLAN"]).write_text(json.dumps(plan), "utf-8")
            people = plan["viewers"] + len(plan["teams"]) + len(plan["jurors"])
            tell(f"{people} people for {minutes:g} minutes")
            command = [sys.executable, "-m", "locust", "-f", str(CROWD), "--headless"]
            command += ["-u", str(people), "-r", str(people), "--only-summary"]
            command += ["-t", f"{round(60 * minutes)}s", "--stop-timeout", "5"]
            command += ["--exit-code-on-error", "0", "--loglevel", "ERROR"]
            began, env = time.monotonic(), os.environ | places
            subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
            told = json.loads(Path(places["LOAD_TOLD"]).read_text("utf-8"))
        seconds = time.monotonic() - began
        return _answered(told["answers"], seconds) | {"handed_in": told["handed_in"]}

    def ends(self, handed_in: Iterable[str]) -> dict[str, int]:
        """Wait until all of these have ended, and count how."""
        ids = [*handed_in]
        tell(f"waiting for {len(ids)} submissions to end")
        with closing(open_database(self.field.settings.database)) as database:

            def states() -> Counter[str]:
                with database.read() as unit:
                    found = (unit.submissions.get(one) for one in ids)
                    return Counter(one.state if one else "missing" for one in found)

            running = {State.QUEUED, State.RUNNING}
            wait_until(lambda: not running & states().keys(), seconds=1800)
            return dict(states())


@contextmanager
def playing_day(kind: str, *, teams: int, viewers: int) -> Iterator[Day]:
    """Give a day on one kind of database; its service ends with it.

    SQLite has one web process and one worker, PostgreSQL two of each.
    """
    with ExitStack() as stack:
        url = stack.enter_context(database_url(kind))
        tell("scoring a field of teams")
        field = stack.enter_context(playing_field(teams, database_url=url))
        plan = _plan(field, viewers)
        count = 1 if kind == "sqlite" else 2
        # As a real service has it; the field itself is scored without sandboxes.
        settings = field.settings.model_copy(update={"pool": Settings().pool})
        room = stack.enter_context(open_room(settings, webs=count, workers=count))
        _pitch(plan, room.urls[0])
        yield Day(field, room, plan)


def tell(words: str) -> None:
    """Say what the benchmark is at."""
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


def of_tests(module: str) -> Any:
    """Give a module of the tests, which start and destroy servers too."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return import_module(f"tests.{module}")


@contextmanager
def database_url(kind: str) -> Iterator[str]:
    """Give the URL of a database that goes away at the end; empty: SQLite.

    PostgreSQL waits for its disk, as that of a real service does.
    """
    if kind == "sqlite":
        yield ""
        return
    with of_tests("postgres").running(durable=True) as server:
        yield server.url(server.create(server.migrated))


def _plan(field: Field, viewers: int) -> dict[str, Any]:
    jurors = [f"Jurylid {n + 1}" for n in range(JURORS)]
    now, tokens = datetime.now(UTC), []
    with (
        closing(open_database(field.settings.database)) as database,
        database.begin() as unit,
    ):
        for name in jurors:
            juror, token = register(unit, Role.JUROR, name, by="benchmark", now=now)
            tokens.append(token)
            for team in unit.people.all(Role.TEAM):
                unit.conflicts.declare(juror, team, Interest.NONE, reason="", now=now)
    return {
        "bundle": str(field.bundle()),
        "teams": [*field.tokens.items()],
        "jurors": tokens,
        "viewers": viewers,
        "upload_seconds": UPLOAD_SECONDS,
        "pitched": [*field.tokens][:PITCHING],
        "rubric": [criterion.slug for criterion in field.brief.rubric],
        "uploads": True,
        "judging": False,
    }


def _pitch(plan: dict[str, Any], url: str) -> None:
    for name, token in plan["teams"][:PITCHING]:
        with Client(url, token=token) as client:
            client.pitch(
                title=f"Voorlezen met {name}", text="Een boekje bij elk bezoek."
            )


def _answered(answers: dict[str, list[list[float]]], seconds: float) -> dict[str, Any]:
    by_kind = {kind: np.array(found) for kind, found in answers.items()}
    every = np.concatenate([*by_kind.values()])
    statuses = Counter(int(status) for status in every[:, 0])
    broken = sum(n for status, n in statuses.items() if not 100 <= status < 500)
    slowest = sorted(by_kind, key=lambda kind: -_p99(by_kind[kind]))[:SLOWEST]
    return {
        "requests": len(every),
        "requests_per_second": round(len(every) / seconds, 1),
        "statuses": {str(status): n for status, n in sorted(statuses.items())},
        "server_errors": broken,
        "pages": {
            "median_ms": round(float(np.median(every[:, 1])), 1),
            "p95_ms": round(float(np.percentile(every[:, 1], 95)), 1),
            "p99_ms": round(_p99(every), 1),
            "longest_ms": round(float(every[:, 1].max()), 1),
        },
        "slowest_p99_ms": {
            kind: {"p99_ms": round(_p99(by_kind[kind])), "count": len(by_kind[kind])}
            for kind in slowest
        },
    }


def _p99(found: np.ndarray[Any, Any]) -> float:
    return float(np.percentile(found[:, 1], 99))
