"""Hold a day's load: everybody at once, on SQLite or PostgreSQL, and account for it.

Prints JSON; says on stderr what it is at. In phase `open` 300 viewers poll the board,
50 teams hand a model in every ten minutes and follow it, and 20 jurors read. Then, in
phase `jury`, in which nothing is handed in by rule, the jurors' ballots save themselves
every 3 seconds beside viewers; a team looks at its list once in ten minutes. Locust
plays them on loopback, on the same cores.

- ``lost``: submissions that were received (202) and did not end with a score;
- ``server_errors``: answers of 500 and above, and requests without an answer;
- ``pages``: milliseconds of every page and call together, and of the slowest kinds;
- ``memory``: of each web process and worker, as `memory.py` tells it.
"""

from __future__ import annotations

import argparse
import json
import os
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from day import DATABASES, Day, playing_day
from field import Field
from memory import Memory

from challenge.records import State
from challenge.store import open_database
from leaderboard import Phase

GOAL_P99_MS = 800


def main() -> None:
    """Play both stretches and print what came of them."""
    asked = _arguments()
    found: dict[str, Any] = {"database": asked.database, "goal_p99_ms": GOAL_P99_MS}
    with playing_day(asked.database, teams=asked.teams, viewers=asked.viewers) as day:
        processes = [*day.room.processes]
        found |= {"cores": len(os.sched_getaffinity(0)), "processes": processes}
        found["open"] = _watched(day, asked.minutes)
        handed_in = found["open"].pop("handed_in")
        states = day.ends(handed_in)
        found |= {"received": len(handed_in), "states": states}
        found["lost"] = len(handed_in) - states.get(State.SCORED, 0)
        day.room.check()
        if asked.jury_minutes:
            _begin_jury(day.field)
            judging = {"uploads": False, "judging": True}
            found["jury"] = _watched(day, asked.jury_minutes, **judging)
            del found["jury"]["handed_in"]
    print(json.dumps(found, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--jury-minutes", type=float, default=5)
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--teams", type=int, default=50)
    return parser.parse_args()


def _watched(day: Day, minutes: float, **changes: object) -> dict[str, Any]:
    with Memory(day.room.processes) as memory:
        played = day.play(minutes, **changes)
    return played | {"memory": memory.told()}


def _begin_jury(field: Field) -> None:
    with (
        closing(open_database(field.settings.database)) as database,
        database.begin() as unit,
    ):
        for phase in (Phase.FROZEN, Phase.JURY):
            unit.phases.change(phase, by="benchmark", now=datetime.now(UTC))


if __name__ == "__main__":
    main()
