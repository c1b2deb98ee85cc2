"""The restore drill: everything is gone, and comes back from a backup."""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from challenge.backups import Making
from challenge.backups.contents import compare
from challenge.client import Client
from challenge.errors import ChallengeError
from challenge.records import Role, State
from challenge.settings import Settings
from challenge.shelf import open_shelf
from challenge.store import open_database

from ..conftest import settings_on_file
from ..factories import pyfunc_bundle
from .conftest import register_all, wait_for, wait_for_tracking
from .drill import Loss, put_back, strike
from .faults import Hall

pytestmark = pytest.mark.sandbox
log = logging.getLogger(__name__)

ENDS = (State.SCORED, State.REFUSED, State.FAILED)
CODE = """
import time
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    "number {number}"
    def predict(self, frame):
        time.sleep({seconds} if len(frame) > 1000 else 0)
        return np.linspace(0.05, 0.3, len(frame))
"""


@pytest.fixture
def hall(sandbox_works: None, settings: Settings, tmp_path: Path) -> Iterator[Hall]:
    own = settings_on_file(settings.home)
    yield from kept(Hall(own, log=tmp_path / "server.log"))


def kept(hall: Hall) -> Iterator[Hall]:
    hall.start()
    try:
        yield hall
    finally:
        if hall.process.poll() is None:
            hall.stop()
        hall.process.stdout.close()


def bundle_of(folder: Path, number: int, *, seconds: float = 0) -> Path:
    place = folder / f"{number}.zip"
    place.write_bytes(pyfunc_bundle(CODE.format(number=number, seconds=seconds)))
    return place


def ends(settings: Settings) -> dict[str, State]:
    """Read the end of each submission that has one."""
    with closing(open_database(settings.database)) as database, database.read() as unit:
        every = [
            submission
            for team in unit.people.all(Role.TEAM)
            for submission in unit.submissions.of_team(team.id)
        ]
    return {s.id: s.state for s in every if s.state in ENDS}


def come_back(
    hall: Hall,
    backups: Path,
    received: dict[str, datetime],
    threads: Sequence[threading.Thread] = (),
) -> Loss:
    """Destroy everything, put the backup back, start again; see that all ends well."""
    strike([hall.process.pid], hall.settings)
    for thread in threads:
        thread.join()
    hall.process.wait()
    hall.process.stdout.close()
    assert [*hall.settings.home.iterdir()] == []
    done, loss = put_back(backups, hall.settings, received)
    before = {key for key, at in received.items() if at < loss.complete_until}
    assert before <= {*loss.kept}
    harmless = {"bundle-without-submission", "predictions-without-score"}
    assert {str(d.kind) for d in done.books.differences} <= harmless
    hall.start()
    assert wait_for(lambda: ends(hall.settings).keys() >= {*loss.kept}, 900)
    found = ends(hall.settings)
    assert {found[key] for key in loss.kept} == {State.SCORED}, Counter(found.values())
    wait_for_tracking(hall.settings)
    left = compare(
        hall.settings.database,
        hall.settings.home,
        open_shelf(hall.settings),
        challenge="quickstart",
    )
    assert {str(d.kind) for d in left.differences} <= harmless
    assert left.runs == left.results == left.states[State.SCORED]
    return loss


def test_all_that_was_in_the_backup_comes_back_and_ends_and_the_rest_is_named(
    hall: Hall, tmp_path: Path
) -> None:
    token = register_all(hall.settings, {"Zwaluw": Role.TEAM})["Zwaluw"]
    received = {}

    def hand_in(number: int) -> str:
        with Client(hall.url, token=token) as client:
            key = client.submit(bundle_of(tmp_path, number))["id"]
        received[key] = datetime.now(UTC)
        return key

    # One that waits or runs while the backup is made, and one that comes after it.
    first = hand_in(1)
    made = Making(hall.settings).make(tmp_path / "backups")
    second = hand_in(2)
    loss = come_back(hall, tmp_path / "backups", received)

    assert (loss.kept, loss.lost) == ((first,), (second,))
    assert loss.complete_until == made.manifest.database_at
    # Its team sees that it is not there, and hands it in again.
    with Client(hall.url, token=token) as client:
        assert [s["id"] for s in client.submissions()] == [first]
        assert client.submit(tmp_path / "2.zip")["id"] not in received


@pytest.mark.full
def test_under_traffic_no_more_is_lost_than_came_in_since_the_last_backup(
    hall: Hall, tmp_path: Path
) -> None:
    seed = secrets.randbits(32)
    log.warning("seed %d", seed)
    chance, backups = random.Random(seed), tmp_path / "backups"
    birds = ("Zwaluw", "Grutto", "Kievit", "Wulp", "Merel", "Roodborst")
    tokens = register_all(hall.settings, dict.fromkeys(birds, Role.TEAM))
    received: dict[str, datetime] = {}
    ended = threading.Event()

    def team(token: str, first: int) -> None:
        for number in range(first, first + 4):
            bundle = bundle_of(tmp_path, number, seconds=0.5)
            with suppress(ChallengeError), Client(hall.url, token=token) as client:
                key = client.submit(bundle)["id"]
                # When the team was told, not before.
                received[key] = datetime.now(UTC)
            if ended.wait(1):
                return

    threads = [
        threading.Thread(target=team, args=(token, 100 * number))
        for number, token in enumerate(tokens.values())
    ]
    for thread in threads:
        thread.start()
    for _ in range(5):
        time.sleep(chance.uniform(0.5, 3))
        Making(hall.settings).make(backups, keep=2, verify=True)
    time.sleep(chance.uniform(0, 2))
    struck = datetime.now(UTC)
    ended.set()
    # Some are handing in at this moment.
    loss = come_back(hall, backups, received, threads)
    assert loss.kept
    assert loss.window(received) < struck - loss.complete_until + timedelta(seconds=30)
    log.warning("kept %d, lost %d", len(loss.kept), len(loss.lost))
