"""Things die and fail at random moments; every submission ends once all the same."""

from __future__ import annotations

import logging
import secrets
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from challenge.checkup import Checkup
from challenge.client import Client
from challenge.records import Loader, Reason, Role, State
from challenge.rules.reconciliation import Folders, Reconciliation, reconcile
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.store.inspection import Inspection
from challenge.synthesis import Release
from challenge.tracking import Tracker

from ..conftest import settings_for
from ..factories import pyfunc_bundle
from .clustered import Cluster
from .conftest import register_all
from .faults import (
    ON_A_CLUSTER,
    ON_THREADS,
    Hall,
    Strike,
    choose,
    kill_sandbox,
    settled,
    small_disk,
)

pytestmark = pytest.mark.sandbox

log = logging.getLogger(__name__)

BIRDS = (
    *("Zwaluw", "Grutto", "Kievit", "Merel", "Wulp", "Tureluur", "Scholekster"),
    *("Ijsvogel", "Roodborst", "Winterkoning"),
)
ENDS = (State.SCORED, State.REFUSED, State.FAILED)
DISK_MIB = 256

# What each kind of model comes to when nothing of ours fails.
MODELS = {
    "slow": ("time.sleep(1 if len(frame) > 1000 else 0)", State.SCORED),
    "labels": ("return (frame.index.to_numpy() % 2).astype(int)", State.REFUSED),
    "crash": ("raise ValueError('no')", State.REFUSED),
    "quits": ("os._exit(3)", State.REFUSED),
}
CODE = """
import os, time
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    "number {number}"
    def predict(self, frame):
        {body}
        return np.linspace(0.05, 0.3, len(frame))
"""


@dataclass
class Diary:
    """What was seen of each submission's end, read past all of our own code."""

    database: Path
    ends: dict[str, tuple[str, str | None, str | None]] = field(default_factory=dict)

    def look(self) -> int:
        """Read the ends so far; none that was seen may ever be another."""
        for key, *end in self._rows():
            if end[0] in ENDS:
                assert self.ends.setdefault(key, tuple(end)) == tuple(end)
        return len(self.ends)

    def _rows(self) -> list[tuple[str, ...]]:
        place = f"file:{self.database}?mode=ro"
        query = (
            "SELECT id, state, reason, scored_at FROM submissions"
            " LEFT JOIN results ON results.submission_id = submissions.id"
        )
        with (
            suppress(sqlite3.OperationalError),  # whatever is struck at this moment
            closing(sqlite3.connect(place, uri=True)) as connection,
        ):
            return connection.execute(query).fetchall()
        return []


@pytest.fixture
def home(release: Release, tmp_path: Path) -> Iterator[Path]:
    """A home on a disk of its own, with a copy of the release and its entry."""
    folder = tmp_path / "home"
    with small_disk(folder, DISK_MIB):
        shutil.copytree(release.path.parent, folder / "releases" / "quickstart")
        shutil.copy(release.path.parents[2] / "challenge.db", folder)
        yield folder


@pytest.fixture
def hall(sandbox_works: None, home: Path, tmp_path: Path) -> Iterator[Hall]:
    yield from running(Hall(settings_of(home), log=tmp_path / "server.log"))


@pytest.fixture
def warm_hall(sandbox_works: None, home: Path, tmp_path: Path) -> Iterator[Hall]:
    settings = settings_of(home, pool={Loader.SKLEARN: 1, Loader.PYFUNC: 1})
    yield from running(Hall(settings, log=tmp_path / "server.log"))


@pytest.fixture
def hall_with_cluster(
    sandbox_works: None, home: Path, tmp_path: Path
) -> Iterator[Hall]:
    folder = tmp_path / "dask"
    folder.mkdir()
    cluster = Cluster(folder, files=home)
    cluster.start(2)
    settings = settings_of(home, engine=cluster.address)
    yield from running(Hall(settings, log=tmp_path / "server.log", cluster=cluster))
    cluster.stop()


def settings_of(home: Path, **changed: object) -> Settings:
    """Make settings that no variable of this process changes."""
    return settings_for(home).model_copy(
        update={"files": home, "engine": "", **changed}
    )


def running(hall: Hall) -> Iterator[Hall]:
    hall.start()
    try:
        yield hall
    finally:
        if hall.process.poll() is None:
            hall.stop()


def test_four_submissions_end_once_whatever_dies_at_a_moment(
    hall: Hall, bundle: Path, tmp_path: Path
) -> None:
    spend_a_day(hall, bundle, tmp_path, ON_THREADS, submissions=4, moments=1)


@pytest.mark.full
def test_a_hundred_submissions_end_once_whatever_dies_at_twenty_moments(
    warm_hall: Hall, bundle: Path, tmp_path: Path
) -> None:
    spend_a_day(warm_hall, bundle, tmp_path, ON_THREADS, submissions=100, moments=20)


@pytest.mark.full
def test_the_same_holds_of_a_cluster(
    hall_with_cluster: Hall, bundle: Path, tmp_path: Path
) -> None:
    spend_a_day(
        hall_with_cluster, bundle, tmp_path, ON_A_CLUSTER, submissions=30, moments=9
    )


def spend_a_day(
    hall: Hall,
    honest: Path,
    folder: Path,
    faults: tuple[Strike, ...],
    *,
    submissions: int,
    moments: int,
) -> None:
    seed = secrets.randbits(32)
    log.warning("seed %d", seed)
    chance, diary = Random(seed), Diary(hall.database)
    expected = hand_in(hall, honest, folder, submissions)
    struck = strike(hall, diary, choose(faults, moments, chance), chance, submissions)
    assert settled(diary.look, submissions), Counter(diary.ends.values())
    hall.stop()
    assert set(diary.ends) == set(expected)
    # To us, a model whose process is killed from outside is one that crashed.
    robbed = [
        key
        for key, state in expected.items()
        if diary.ends[key][0] not in (state, State.FAILED)
    ]
    assert len(robbed) <= struck.count(kill_sandbox)
    assert {diary.ends[key][1] for key in robbed} <= {Reason.CRASHED}
    assert compare(hall.settings).differences == ()
    found = {finding.name: finding for finding in Checkup(hall.settings).findings()}
    assert [f for f in found.values() if f.state == "fault"] == []


def hand_in(hall: Hall, honest: Path, folder: Path, count: int) -> dict[str, State]:
    """Submit models of every kind, of teams in turn; tell how each should end."""
    teams = dict.fromkeys(BIRDS[: max(2, count // 10)], Role.TEAM)
    tokens = list(register_all(hall.settings, teams).values())
    expected = {}
    for number in range(count):
        path, state = honest, State.SCORED
        if number % 2:
            body, state = list(MODELS.values())[number // 2 % len(MODELS)]
            path = folder / f"{number}.zip"
            path.write_bytes(pyfunc_bundle(CODE.format(number=number, body=body)))
        with Client(hall.url, token=tokens[number % len(tokens)]) as client:
            expected[client.submit(path)["id"]] = state
    return expected


def strike(
    hall: Hall, diary: Diary, faults: list[Strike], chance: Random, submissions: int
) -> list[Strike]:
    """Strike each fault at a random moment while submissions wait."""
    moments = sorted(chance.sample(range(submissions * 3 // 4), len(faults)))
    for moment, fault in zip(moments, faults, strict=True):
        assert settled(diary.look, moment), Counter(diary.ends.values())
        time.sleep(chance.uniform(0, 1.5))
        log.warning("%d of %d ended: %s", diary.look(), submissions, fault.__name__)
        fault(hall, chance)
        hall.start()
    return faults


def compare(settings: Settings) -> Reconciliation:
    return reconcile(
        Inspection(settings.database).books,
        Folders(Folder(settings.home), settings.home / "sealed" / "predictions"),
        Tracker(settings.home / "mlflow", challenge="quickstart"),
        challenge="quickstart",
    )
