"""Hold a day's load: everybody at once, on SQLite or PostgreSQL, and account for it.

Prints JSON; says on stderr what it is at. In phase `open` 300 viewers poll the board,
50 teams hand a model in every ten minutes and follow it, and 20 jurors read. Then, in
phase `jury`, in which nothing is handed in by rule, the jurors' ballots save themselves
every 3 seconds beside viewers and teams who look. Locust plays them on loopback, on the
same cores.

- ``lost``: submissions that were received (202) and did not end with a score;
- ``server_errors``: answers of 500 and above, and requests without an answer;
- ``pages``: milliseconds of every page and call together, and of the slowest kinds;
- ``memory``: of each web process and worker, as `memory.py` tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from field import Field, playing_field
from memory import Memory
from processes import wait_until
from room import Room, open_room

from challenge.client import Client
from challenge.records import Interest, Role, State
from challenge.rules.registration import register
from challenge.settings import Settings
from challenge.store import open_database
from leaderboard import Phase

CROWD = Path(__file__).with_name("crowd.py")
JURORS, PITCHING, UPLOAD_SECONDS = 20, 10, 600
GOAL_P99_MS = 800
SLOWEST = 6


def main() -> None:
    """Play both stretches and print what came of them."""
    asked = _arguments()
    with ExitStack() as stack:
        url = stack.enter_context(_database(asked.database))
        _tell("scoring a field of teams")
        field = stack.enter_context(playing_field(asked.teams, database_url=url))
        plan = _plan(field, asked)
        count = 1 if asked.database == "sqlite" else 2
        # As a real service has it; the field itself is scored without sandboxes.
        settings = field.settings.model_copy(update={"pool": Settings().pool})
        room = stack.enter_context(open_room(settings, webs=count, workers=count))
        plan["urls"] = room.urls
        _pitch(plan)
        memory = stack.enter_context(Memory(room.processes))
        found = {"database": asked.database, "goal_p99_ms": GOAL_P99_MS}
        found |= {"cores": len(os.sched_getaffinity(0)), "processes": [*room.processes]}
        found["open"] = _stretch(field, plan, asked.minutes)
        found |= _ends(field, found["open"].pop("handed_in"), room)
        if asked.jury_minutes:
            _begin_jury(field)
            judging = {**plan, "uploads": False, "judging": True}
            found["jury"] = _stretch(field, judging, asked.jury_minutes)
            found["jury"].pop("handed_in")
        found["memory"] = memory.told()
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite"
    )
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--jury-minutes", type=float, default=5)
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--teams", type=int, default=50)
    return parser.parse_args()


def _tell(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """Give the URL of a database that goes away at the end; empty: SQLite."""
    if kind == "sqlite":
        yield ""
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    postgres = import_module("tests.postgres")
    with postgres.running() as server:
        yield server.url(server.create(server.migrated))


def _plan(field: Field, asked: argparse.Namespace) -> dict[str, Any]:
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
        "viewers": asked.viewers,
        "upload_seconds": UPLOAD_SECONDS,
        "pitched": [*field.tokens][:PITCHING],
        "rubric": [criterion.slug for criterion in field.brief.rubric],
        "uploads": True,
        "judging": False,
    }


def _pitch(plan: dict[str, Any]) -> None:
    for name, token in plan["teams"][:PITCHING]:
        with Client(plan["urls"][0], token=token) as client:
            client.pitch(
                title=f"Voorlezen met {name}", text="Een boekje bij elk bezoek."
            )


def _begin_jury(field: Field) -> None:
    with (
        closing(open_database(field.settings.database)) as database,
        database.begin() as unit,
    ):
        for phase in (Phase.FROZEN, Phase.JURY):
            unit.phases.change(phase, by="benchmark", now=datetime.now(UTC))


def _stretch(field: Field, plan: dict[str, Any], minutes: float) -> dict[str, Any]:
    """Let everybody in for so long, and read what they were answered."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        places = {f"LOAD_{name}": str(Path(folder) / name) for name in ("PLAN", "TOLD")}
        Path(places["LOAD_PLAN"]).write_text(json.dumps(plan), "utf-8")
        people = plan["viewers"] + len(plan["teams"]) + len(plan["jurors"])
        _tell(f"{people} people for {minutes:g} minutes")
        command = [sys.executable, "-m", "locust", "-f", str(CROWD), "--headless"]
        command += ["-u", str(people), "-r", str(people), "--only-summary"]
        command += ["-t", f"{round(60 * minutes)}s", "--stop-timeout", "5"]
        command += ["--exit-code-on-error", "0", "--loglevel", "ERROR"]
        began = time.monotonic()
        subprocess.run(
            command, env=os.environ | places, stdout=subprocess.DEVNULL, check=True
        )
        told = json.loads(Path(places["LOAD_TOLD"]).read_text("utf-8"))
    seconds = time.monotonic() - began
    return _answered(told["answers"], seconds) | {"handed_in": told["handed_in"]}


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


def _ends(field: Field, handed_in: Sequence[str], room: Room) -> dict[str, Any]:
    """Wait until all that was received has ended, and count how."""
    _tell(f"waiting for {len(handed_in)} submissions to end")
    with closing(open_database(field.settings.database)) as database:

        def states() -> Counter[str]:
            with database.read() as unit:
                found = (unit.submissions.get(one) for one in handed_in)
                return Counter(one.state if one else "missing" for one in found)

        running = {State.QUEUED, State.RUNNING}
        wait_until(lambda: not running & states().keys(), seconds=1800)
        told = states()
    room.check()
    lost = sum(told.values()) - told[State.SCORED]
    return {"received": len(handed_in), "states": dict(told), "lost": lost}


if __name__ == "__main__":
    main()
