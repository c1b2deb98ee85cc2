"""Destroy everything in the middle of the load, put the backup back, and account.

Prints JSON; says on stderr what it is at. The crowd of `load.py` plays phase `open`
beside `challenge backup --every`. After a while the backups stop, every process of the
service is killed and all under `CHALLENGE_HOME` removed; the newest backup is put back,
and the service starts again at the same address, while the crowd goes on asking.

- ``lost``: submissions that were received (202) and are gone; by rule only such as came
  in after ``complete_until``, so within ``window_seconds`` of it, which is no more than
  the interval of the backups and the time that one takes;
- ``lost_before``: such as should have been in the backup: none, or this stops with 1;
- ``restored_seconds``: putting back; on PostgreSQL with the wait, up to a minute, in
  which killed workers count as there;
- ``outage_seconds``: from the blow until the service answers again;
- ``states``: how what was kept, or handed in afterwards, ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from day import DATABASES, Day, of_tests, playing_day, tell
from processes import wait_until
from room import STOP_SECONDS

from challenge.settings import Settings
from challenge.store.restored_database import submitters


def main() -> None:
    """Play the day with its disaster and print what came of it."""
    asked = _arguments()
    with (
        playing_day(asked.database, teams=asked.teams, viewers=asked.viewers) as day,
        tempfile.TemporaryDirectory(prefix="backups-") as folder,
    ):
        found = {"database": asked.database, "interval_minutes": asked.every}
        found |= _play(day, asked, Path(folder))
        day.room.check()
    print(json.dumps(found, indent=2))
    if found["lost_before"] or found["states"].keys() != {"scored"}:
        raise SystemExit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--strike-after", type=float, default=5, help="Minutes.")
    parser.add_argument("--every", type=int, default=2, help="Minutes between backups.")
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--teams", type=int, default=50)
    return parser.parse_args()


def _play(day: Day, asked: argparse.Namespace, backups: Path) -> dict[str, Any]:
    played: dict[str, Any] = {}
    crowd = threading.Thread(target=lambda: played.update(day.play(asked.minutes)))
    with _backing_up(day.field.settings, backups, asked.every):
        wait_until(lambda: any(backups.glob("*Z")))
        crowd.start()
        time.sleep(60 * asked.strike_after)
    struck = datetime.now(UTC)
    restored_seconds, complete_until = _destroy(day, backups)
    outage = datetime.now(UTC) - struck
    crowd.join()
    received = {
        key: datetime.fromtimestamp(at, UTC) for key, at in played["handed_in"].items()
    }
    there = submitters(day.field.settings.database)
    lost = {key: at for key, at in received.items() if key not in there}
    window = max(lost.values(), default=complete_until) - complete_until
    return {
        "received": len(received),
        "lost": len(lost),
        "lost_before": sum(at < complete_until for at in lost.values()),
        "struck": struck.isoformat(timespec="seconds"),
        "complete_until": complete_until.isoformat(timespec="seconds"),
        "since_backup_seconds": round((struck - complete_until).total_seconds(), 1),
        "window_seconds": round(window.total_seconds(), 1),
        "restored_seconds": round(restored_seconds, 1),
        "outage_seconds": round(outage.total_seconds(), 1),
        "states": day.ends(received.keys() - lost.keys()),
        "statuses": played["statuses"],
        "pages": played["pages"],
    }


@contextmanager
def _backing_up(settings: Settings, backups: Path, minutes: int) -> Iterator[None]:
    """Have backups made as an operator does, until left."""
    words = ["backup", str(backups), "--every", str(minutes), "--keep", "50"]
    process = subprocess.Popen(
        [sys.executable, "-m", "challenge", *words],
        env=os.environ | settings.environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _destroy(day: Day, backups: Path) -> tuple[float, datetime]:
    """Strike, put back, start; tell what putting back took, and until when it is."""
    drill, settings = of_tests("functional.drill"), day.field.settings
    tell("destroying everything")
    drill.strike(day.room.roots, settings)
    day.room.wait()
    if left := [*settings.home.iterdir()]:
        raise SystemExit(f"There is still {left[0]}.")
    _, loss = drill.put_back(backups, settings, {})
    tell(f"back after {loss.restored_seconds:.1f} s")
    day.room.start()
    return loss.restored_seconds, loss.complete_until


if __name__ == "__main__":
    main()
