"""Backups: nothing is lost, nothing half is called whole, and nobody else reads one."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import itertools
import json
import logging
import os
import random
import re
import secrets
import shlex
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import Result
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import create_engine
from typer.testing import CliRunner

from challenge.backups import (
    Making,
    Restored,
    backups_in,
    key_id,
    make_key,
    prove,
    read_key,
    restore,
)
from challenge.backups.contents import (
    AFTER,
    BEFORE,
    DERIVED,
    SHARED,
    STAGING,
    compare,
    files_in,
)
from challenge.backups.furnishing import furnish, move_in
from challenge.backups.sealing import CHUNK, NotAuthenticError, Opener, Sealer
from challenge.backups.series import alone_in, condemn
from challenge.brief import read_brief
from challenge.cli import app
from challenge.errors import (
    BackupDamagedError,
    BackupRefusedError,
    RestoreRefusedError,
)
from challenge.organiser.backup import _repeat
from challenge.records import Isolation, Role, State, WorkerFacts
from challenge.rules.intake import Intake
from challenge.rules.publication import published_release
from challenge.rules.reconciliation import Kind
from challenge.rules.recording import Recording
from challenge.rules.registration import bar, register
from challenge.settings import Settings
from challenge.shelf import Folder, open_shelf
from challenge.store import Database, open_database
from challenge.store.census import census, revisions
from challenge.store.dumping import dump
from challenge.store.occupancy import has_tables
from challenge.store.reaching import alembic_config
from challenge.store.restored_database import submitters
from challenge.synthesis import Release
from challenge.tracking import Tracker
from leaderboard import Phase

from ...conftest import settings_on_file
from ...factories import NOON, QUICKSTART, RELEASE, Player, Told, small_bundle
from ...functional.stories import blocks
from ...storage import BUCKET, storage_here

log = logging.getLogger(__name__)

KEY = bytes(range(32))


class Service:
    """A service in miniature, everything real but the sandbox and the web."""

    def __init__(self, release: Release, home: Path, **changed: object) -> None:
        self.release = release
        self.settings = settings_on_file(home).model_copy(update=changed)
        self.home, self.brief = home, read_brief(QUICKSTART)
        self.database = open_database(self.settings.database)
        self.shelf = Folder(home)
        self.intake = Intake(
            self.database, self.brief, RELEASE, self.shelf, limit_mib=1
        )
        self.evaluation = Player(self.database, release, home).evaluation(Told())
        self.recording = Recording(
            self.database,
            Tracker(home / "mlflow", challenge="quickstart"),
            release=release,
            policy=self.brief.policy,
            shelf=self.shelf,
        )
        with self.database.begin() as unit:
            unit.phases.change(Phase.OPEN, by="a test", now=NOON)
        self.teams = []
        self.received: dict[str, datetime] = {}

    def join(self, name: str) -> None:
        with self.database.begin() as unit:
            register(unit, Role.TEAM, name, by="a test", now=datetime.now(UTC))
            self.teams.append(unit.people.named(Role.TEAM, name))

    def receive(self, number: int) -> str:
        """Take a bundle in, of a team of its own."""
        self.join(f"Zwaluw {number}")
        bundle = io.BytesIO(small_bundle(f"Model {number}"))
        now = datetime.now(UTC)
        key = self.intake.receive(bundle, team=self.teams[-1], note="", now=now).id
        # When the team is told, which is after all is written.
        self.received[key] = datetime.now(UTC)
        return key

    def work(self) -> None:
        """Bring one submission to its end."""
        if submission := self.evaluation.claim():
            self.evaluation.evaluate(submission)

    def states(self) -> dict[str, State]:
        with self.database.read() as unit:
            return {
                s.id: s.state
                for team in self.teams
                for s in unit.submissions.of_team(team.id)
            }


@pytest.fixture
def service(release: Release, tmp_path: Path) -> Iterator[Service]:
    made = begun(release, tmp_path / "home")
    yield made
    made.database.close()


def begun(release: Release, home: Path) -> Service:
    shutil.copytree(release.path.parent, home / "releases/quickstart")
    shutil.copy(release.path.parents[2] / "challenge.db", home)
    return Service(release, home)


def test_a_backup_put_back_elsewhere_is_the_same_service(
    service: Service, tmp_path: Path
) -> None:
    for number in range(3):
        service.receive(number)
    service.work()
    states = service.states()
    before = modes(service.home)
    made = Making(service.settings).make(tmp_path / "backups")
    service.database.close()
    shutil.rmtree(service.home)

    elsewhere = settings_on_file(tmp_path / "elsewhere")
    done = restore(made.place, elsewhere, by="Noor", now=NOON)

    service.database = open_database(elsewhere.database)
    assert service.states() == states
    assert Counter(states.values()) == {State.SCORED: 1, State.QUEUED: 2}
    assert done.books.differences == ()
    assert done.aside is None
    # Another process of the service can read what it could read, and no more.
    assert before.items() <= modes(elsewhere.home).items()
    assert (elsewhere.home / "sealed").stat().st_mode & 0o777 == 0o700
    with service.database.read() as unit:
        entry = unit.audit.all()[-1]
    assert (entry["actor"], entry["action"]) == ("Noor", "restore backup")
    assert entry["subject"] == made.place.name


def modes(home: Path) -> dict[str, int]:
    return {
        path.relative_to(home).as_posix(): path.stat().st_mode & 0o777
        for path in home.rglob("*")
        if path.is_file()
        and path.parts[len(home.parts)] not in DERIVED
        and not path.name.endswith(("-wal", "-shm"))
    }


def tracker(home: Path) -> Tracker:
    return Tracker(home / "mlflow", challenge="quickstart")


def test_what_happens_between_two_steps_of_a_backup_never_makes_it_lack_anything(
    service: Service, tmp_path: Path
) -> None:
    """Between any two steps, a submission comes in, another is scored and tracked.

    A run that was there twice once made every backup a damaged one.
    """
    numbers = iter(range(100))

    def meanwhile(stage: str, done: int, total: int) -> None:
        if done == total:
            service.receive(next(numbers))
            service.work()
            service.recording.catch_up()

    before = [service.receive(next(numbers)) for _ in range(2)]
    service.work()
    service.recording.catch_up()
    with service.database.read() as unit:
        [tracked] = unit.results.all(RELEASE)
    tracker(service.home)._write(service.recording._describe(tracked), [])
    made = Making(service.settings, progress=meanwhile).make(tmp_path / "backups")
    prove(made.place, service.settings)
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    done = restore(made.place, elsewhere, by="Noor", now=NOON)

    assert done.to_track > 0, "MLflow was copied at another moment than the database"
    left = {difference.kind for difference in done.books.differences}
    strays = {Kind.BUNDLE_WITHOUT_SUBMISSION, Kind.PREDICTIONS_WITHOUT_SCORE}
    assert left - strays == {Kind.RUN_TWICE}
    assert Kind.BUNDLE_WITHOUT_SUBMISSION in left
    with closing(open_database(elsewhere.database)) as database:
        found = submitters(elsewhere.database)
        assert set(before) < set(found) < set(service.states())
        until = made.manifest.database_at
        assert all(s in found for s, at in service.received.items() if at < until)
        again = recording(service, database, elsewhere.home)
        assert again.catch_up()
        with database.read() as unit:
            assert unit.results.untracked(RELEASE) == []
    after = compare(
        elsewhere.database,
        elsewhere.home,
        Folder(elsewhere.home),
        challenge="quickstart",
    )
    assert {difference.kind for difference in after.differences} <= left
    # Read from the artefacts, whose place MLflow's database names in full.
    runs = tracker(service.home).scorecards()
    shutil.rmtree(service.home / "mlflow")
    assert tracker(elsewhere.home).scorecards().items() <= runs.items()
    assert len(runs) > 1


def test_a_store_that_mlflow_made_after_its_turn_is_left_out_whole(
    service: Service, tmp_path: Path
) -> None:
    """Artefacts alone keep a worker from making a store, and nothing was tracked."""

    def meanwhile(stage: str, done: int, total: int) -> None:
        (service.home / "mlflow/artefacts").mkdir(parents=True, exist_ok=True)
        (service.home / "mlflow/artefacts/scorecard.json").touch()

    made = Making(service.settings, progress=meanwhile).make(tmp_path / "backups")
    assert not [name for name in made.manifest.files if "mlflow" in name]


def recording(service: Service, database: Database, home: Path) -> Recording:
    return Recording(
        database,
        tracker(home),
        release=service.release,
        policy=service.brief.policy,
        shelf=Folder(home),
    )


@pytest.mark.full
def test_forty_backups_at_random_moments_under_traffic_are_all_whole(
    service: Service, tmp_path: Path
) -> None:
    seed = secrets.randbits(32)
    log.warning("seed %d", seed)
    chance, ended, faults = random.Random(seed), threading.Event(), []

    def traffic(act: Callable[[], object]) -> None:
        while not ended.is_set() and not faults:
            try:
                act()
            except Exception as error:
                faults.append(error)
            time.sleep(chance.uniform(0, 0.2))

    numbers = itertools.count()
    acts = (
        lambda: service.receive(next(numbers)),
        service.work,
        service.recording.catch_up,
    )
    threads = [threading.Thread(target=traffic, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        made = []
        for _ in range(40):
            time.sleep(chance.uniform(0, 0.5))
            made.append(Making(service.settings).make(tmp_path / "backups"))
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert faults == []
    for one in made:
        found = one.manifest.census.submissions
        prove(one.place, service.settings)
        # What was received before the copy of the database began is in it.
        until = one.manifest.database_at
        early = sum(at < until for at in service.received.values())
        assert early <= sum(found.values())
    assert sum(made[-1].manifest.census.submissions.values()) > 0


def test_files_that_did_not_change_take_no_room_in_the_next_backup(
    service: Service, tmp_path: Path
) -> None:
    service.receive(1)
    first = Making(service.settings).make(tmp_path / "backups")
    service.receive(2)
    second = Making(service.settings).make(tmp_path / "backups")

    shared = [
        name
        for name in second.manifest.files
        if (second.place / name).stat().st_nlink == 2
    ]
    assert len(shared) == second.linked
    new = set(second.manifest.files) - set(shared)
    assert {name.partition("/")[0] for name in new} == {"database.sqlite", "files"}
    assert len([name for name in new if name.startswith("files/bundles")]) == 1
    shutil.rmtree(first.place)
    prove(second.place, service.settings)


def test_nobody_else_may_read_a_backup(service: Service, tmp_path: Path) -> None:
    made = Making(service.settings).make(tmp_path / "backups")

    assert made.place.stat().st_mode & 0o777 == 0o700
    modes = {p.stat().st_mode & 0o777 for p in made.place.rglob("*") if p.is_file()}
    assert modes == {0o600}


def test_a_backup_that_fails_leaves_nothing(service: Service, tmp_path: Path) -> None:
    def fails(stage: str, done: int, total: int) -> None:
        if stage == "Files":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Making(service.settings, progress=fails).make(tmp_path / "backups")

    assert [*(tmp_path / "backups").iterdir()] == []
    assert [*service.home.glob(f"{STAGING}*")] == []


def test_what_a_killed_backup_left_is_gone_after_the_next(
    service: Service, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    (folder / ".20261122T120000Z.part").mkdir(parents=True)
    (service.home / f"{STAGING}killed").mkdir()
    made = Making(service.settings).make(folder)

    assert [*folder.iterdir()] == [made.place]
    assert [*service.home.glob(f"{STAGING}*")] == []


def test_two_backups_at_once_do_not_mix(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    refused = []

    def another(stage: str, done: int, total: int) -> None:
        if stage == "Database" and not refused:
            with pytest.raises(BackupRefusedError, match="Another backup") as found:
                Making(service.settings).make(folder)
            refused.append(found.value)

    Making(service.settings, progress=another).make(folder)
    assert len(refused) == len(backups_in(folder)) == 1


def test_only_old_whole_backups_of_ours_are_removed(
    service: Service, tmp_path: Path
) -> None:
    folder, making = tmp_path / "backups", Making(service.settings)
    first, second, third = (making.make(folder).place for _ in range(3))
    (folder / "20200101T000000Z").mkdir()
    (folder / "holiday.jpg").touch()
    last = making.make(folder, keep=2)

    assert last.removed == (first, second)
    assert backups_in(folder) == [third, last.place]
    assert (folder / "20200101T000000Z").exists()
    assert (folder / "holiday.jpg").exists()


def test_after_a_clock_went_back_the_backup_that_was_just_made_stays(
    service: Service, tmp_path: Path
) -> None:
    folder, making = tmp_path / "backups", Making(service.settings)
    for name in ("29991231T235900Z", "29991231T235959Z"):
        making.make(folder).place.rename(folder / name)
    made = making.make(folder, keep=2)

    assert backups_in(folder) == [made.place, folder / "29991231T235959Z"]
    assert made.removed == (folder / "29991231T235900Z",)
    assert making.make(folder, keep=1).place in backups_in(folder)


def test_a_file_that_went_bad_on_the_disk_is_not_shared_on(
    service: Service, tmp_path: Path
) -> None:
    service.receive(1)
    folder, making = tmp_path / "backups", Making(service.settings)
    first = making.make(folder)
    bundle = next(n for n in first.manifest.files if n.startswith("files/bundles"))
    flip(first.place / bundle)
    with pytest.raises(BackupDamagedError, match="is not what was written") as found:
        making.make(folder, keep=1, verify=True)

    [aside] = folder.glob("*.damaged")
    assert str(aside) in found.value.message
    # None of the older ones is removed for one that cannot be relied on.
    assert backups_in(folder) == [first.place]
    mended = making.make(folder, verify=True)
    assert mended.linked == 0
    assert making.make(folder, verify=True).linked > 0
    assert backups_in(folder)[0] == first.place


def flip(file: Path) -> None:
    """Change one bit, as a disk does: size and time stay."""
    facts, told = file.stat(), bytearray(file.read_bytes())
    told[len(told) // 2] ^= 1
    with file.open("r+b") as same:
        same.write(told)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_only_the_last_damaged_backup_stays(service: Service, tmp_path: Path) -> None:
    folder, making = tmp_path / "backups", Making(service.settings)
    (folder / "holiday.damaged").mkdir(parents=True)
    first, second = (condemn(making.make(folder).place) for _ in range(2))

    assert not first.exists()
    assert {*folder.iterdir()} == {second, folder / "holiday.damaged"}


def test_a_backup_is_never_made_of_a_home_into_itself(service: Service) -> None:
    with pytest.raises(BackupRefusedError, match="is the home itself"):
        Making(service.settings).make(service.home)


def test_what_blocks_while_a_folder_is_held_is_no_other_backup(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), alone_in(tmp_path):
        raise BlockingIOError


@pytest.mark.parametrize("stage", ["Releases", "Database"])
def test_a_file_that_goes_away_under_a_backup_is_a_fault(
    service: Service, tmp_path: Path, stage: str
) -> None:
    def loses(now: str, done: int, total: int) -> None:
        if (now, done) == (stage, 0):
            for path in service.home.rglob("*.parquet"):
                path.unlink()
            for path in service.home.glob(f"{STAGING}*/database.sqlite"):
                path.unlink()

    with pytest.raises(FileNotFoundError):
        Making(service.settings, progress=loses).make(tmp_path / "backups")
    assert backups_in(tmp_path / "backups") == []


def test_a_release_behind_a_link_is_in_the_backup_with_all_its_files(
    service: Service, tmp_path: Path
) -> None:
    """It stood on another disk, and a backup without a file of it was called whole."""
    slug, disk = service.home / "releases/quickstart", tmp_path / "disk"
    slug.rename(disk)
    slug.symlink_to(disk)
    (slug / "back").symlink_to(slug)
    (slug / ".building-1").mkdir()
    (slug / ".building-1" / "draft.json").touch()
    made = Making(service.settings).make(tmp_path / "backups", verify=True)
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    restore(made.place, elsewhere, by="Noor", now=NOON)

    assert published_release(elsewhere).name == RELEASE
    kept = [name for name in made.manifest.files if name.startswith("home/releases/")]
    files = [path for path in service.release.path.rglob("*") if path.is_file()]
    assert len(kept) == len(files)


@pytest.mark.parametrize("name", ["releases", "releases/other", "sealed/a.npy"])
def test_a_link_that_leads_nowhere_is_named_and_no_backup_is_made(
    service: Service, tmp_path: Path, name: str
) -> None:
    place = service.home / name
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(tmp_path / "away")
    place.symlink_to(tmp_path / "a disk that is not mounted")
    with pytest.raises(BackupRefusedError, match=f"{name} is a link") as refused:
        Making(service.settings).make(tmp_path / "backups")
    assert "Mount" in refused.value.hint
    assert backups_in(tmp_path / "backups") == []


def test_what_may_not_be_read_is_named_with_what_repairs_it() -> None:
    """A folder that could not be listed was left out, and nobody was told."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        closed = Path(place, "releases", "sealed")
        closed.mkdir(parents=True)
        closed.chmod(0)
        with as_nobody(), pytest.raises(BackupRefusedError) as refused:
            [*files_in(closed.parent)]
        closed.chmod(0o700)
    assert f"{closed} may not be read by this account" in refused.value.message
    assert "as the user of the worker" in refused.value.hint
    assert f"chmod g+r {closed}" in refused.value.hint


@contextmanager
def as_nobody() -> Iterator[None]:
    """Let root be somebody who may not read everything."""
    account = os.geteuid()
    if account == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(account)


def without_releases(home: Path) -> None:
    shutil.rmtree(home / "releases")


def without_seed(home: Path) -> None:
    (home / SEALED / "secret.json").unlink()


def with_empty_labels(home: Path) -> None:
    (home / SEALED / "final_labels.parquet").write_bytes(b"")


def with_another_seed(home: Path) -> None:
    file = home / SEALED / "secret.json"
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"seed": "00" * 32}))


def without_a_public_file(home: Path) -> None:
    (home / SEALED / "../public/train.parquet").unlink()


def with_another_manifest(home: Path) -> None:
    file = home / SEALED / "../public/manifest.json"
    file.write_text(file.read_text() + " ")


SEALED = f"releases/{RELEASE}/sealed"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (without_releases, f"{RELEASE} was published, and is not in it"),
        (without_seed, f"no secret of {RELEASE}"),
        (with_empty_labels, "sealed/final_labels.parquet .* not as it was built"),
        (with_another_seed, "secret.json .* not what its manifest committed to"),
        (without_a_public_file, "public/train.parquet .* not as it was built"),
        (with_another_manifest, "not the one that a test signed"),
    ],
)
def test_a_backup_of_a_release_that_nothing_can_be_scored_on_is_not_whole(
    service: Service, tmp_path: Path, harm: Callable[[Path], None], told: str
) -> None:
    for path in (service.home / "releases").rglob("*"):
        path.chmod(path.stat().st_mode | 0o200)
    harm(service.home)
    with pytest.raises(BackupDamagedError, match=told):
        Making(service.settings).make(tmp_path / "backups", verify=True)


def test_a_backup_with_predictions_that_were_cut_short_is_not_whole(
    service: Service, tmp_path: Path
) -> None:
    key = service.receive(1)
    service.work()
    file = service.home / f"sealed/predictions/{key}.npy"
    file.write_bytes(file.read_bytes()[:-8])
    told = f"submission {key} is scored, and its sealed predictions are gone or"
    with pytest.raises(BackupDamagedError, match=told):
        Making(service.settings).make(tmp_path / "backups", verify=True)


@pytest.fixture
def signals() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_a_backup_that_fails_is_told_and_the_next_is_made(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.database.close()
    file, kept = service.home / "challenge.db", tmp_path / "kept.db"
    turns = iter(("damaged", "without tables", "strange", "whole"))

    def run() -> None:
        match next(turns):
            case "damaged":
                file.rename(kept)
                file.write_bytes(b"x" * 5000)
            case "without tables":
                file.write_bytes(b"")
            case "strange":
                raise sqlite3.OperationalError("database or disk is full")
            case "whole":
                kept.rename(file)
                os.kill(os.getpid(), signal.SIGTERM)
        Making(service.settings).make(tmp_path / "backups")

    _repeat(run, 0.01)
    assert len(backups_in(tmp_path / "backups")) == 1
    told = capsys.readouterr().err
    assert "file is not a database" in told
    assert "no such table: alembic_version" in told


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_is_sealed_comes_out_as_it_was(size: int) -> None:
    plain = random.Random(size).randbytes(size)
    opener = Opener(io.BytesIO(sealed(plain)), KEY)
    got = b"".join(iter(lambda: opener.read(1000), b""))
    opener.finish()
    assert got == plain


def sealed(plain: bytes, key: bytes = KEY) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, key)
    for begin in range(0, len(plain), 999):
        sealer.write(plain[begin : begin + 999])
    sealer.finish()
    return file.getvalue()


HEAD, STEP = 27 + 32, CHUNK + 16


def swapped(told: bytes) -> bytes:
    first, second = told[HEAD : HEAD + STEP], told[HEAD + STEP : HEAD + 2 * STEP]
    return told[:HEAD] + second + first + told[HEAD + 2 * STEP :]


@pytest.mark.parametrize(
    "harm",
    [
        lambda told: told[:-1],
        lambda told: told[: HEAD + STEP],
        lambda told: told[:HEAD],
        lambda told: told[:30],
        lambda told: told + b"x",
        lambda told: told[:HEAD] + told[HEAD + STEP :],
        lambda told: told[: HEAD + STEP] + told[HEAD:],
        swapped,
        lambda told: b"x" + told[1:],
        lambda told: told[:20] + bytes([told[20] ^ 1]) + told[21:],
        lambda told: told[:30] + bytes([told[30] ^ 1]) + told[31:],
        lambda told: told[:-9] + bytes([told[-9] ^ 1]) + told[-8:],
        lambda told: told[:HEAD] + bytes([told[HEAD] ^ 128]) + told[HEAD + 1 :],
        lambda told: sealed(bytes(3 * CHUNK), bytes(32)),
    ],
    ids=[
        *("a byte short", "one chunk", "no chunk", "half a head", "a byte more"),
        *("first chunk gone", "first chunk twice", "two swapped", "another kind"),
        *("a bit of the id", "a bit of the salt", "a bit of the tag"),
        *("a bit of the text", "another key"),
    ],
)
def test_a_sealed_stream_that_was_touched_is_refused(
    harm: Callable[[bytes], bytes],
) -> None:
    told = harm(sealed(bytes(3 * CHUNK)))

    def read() -> None:
        opener = Opener(io.BytesIO(told), KEY)
        while opener.read(1 << 20):
            pass
        opener.finish()

    with pytest.raises(NotAuthenticError):
        read()


def test_an_encrypted_backup_tells_nothing_and_holds_everything(
    service: Service, tmp_path: Path
) -> None:
    service.receive(1)
    make_key(tmp_path / "key")
    key, other = read_key(tmp_path / "key"), bytes(32)
    made = Making(service.settings, key=key).make(tmp_path / "backups")
    stream = made.place / "backup.sealed"

    assert [*made.place.iterdir()] == [stream]
    told = stream.read_bytes()
    assert b"Zwaluw" not in told
    assert b"MLmodel" not in told
    prove(made.place, service.settings, key=key)
    named = f"with key {key_id(key)}"
    with pytest.raises(RestoreRefusedError, match=f"is encrypted {named}"):
        prove(made.place, service.settings)
    given = f"and the one given is {key_id(other)}"
    with pytest.raises(RestoreRefusedError, match=f"sealed {named}, {given}"):
        prove(made.place, service.settings, key=other)
    stream.write_bytes(told[: len(told) // 2])
    with pytest.raises(BackupDamagedError, match="cut off or changed"):
        prove(made.place, service.settings, key=key)


def test_a_backup_that_was_sealed_before_keys_had_an_id_is_still_put_back(
    service: Service, tmp_path: Path
) -> None:
    made = Making(service.settings, key=KEY).make(tmp_path / "backups")
    stream = made.place / "backup.sealed"
    with stream.open("rb") as file:
        plain = Opener(file, KEY).read(1 << 30)
    stream.write_bytes(sealed_without_id(plain))

    assert prove(made.place, service.settings, key=KEY) == made.manifest
    with pytest.raises(RestoreRefusedError, match="is encrypted"):
        prove(made.place, service.settings)
    with pytest.raises(BackupDamagedError, match="sealed with another key"):
        prove(made.place, service.settings, key=bytes(32))


def sealed_without_id(plain: bytes) -> bytes:
    """Seal as the first version did."""
    head, salt = b"kansrijk-backup/1\n", bytes(32)
    cipher = AESGCM(HKDF(SHA256(), length=32, salt=salt, info=head).derive(KEY))
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)]
    told = (
        cipher.encrypt(
            number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, head
        )
        for number, chunk in enumerate(chunks)
    )
    return head + salt + b"".join(told)


def test_an_id_tells_keys_apart_and_nothing_of_a_key() -> None:
    assert key_id(KEY) == key_id(bytes(range(32))) != key_id(bytes(32))
    assert re.fullmatch("[0-9a-f]{8}", key_id(KEY))
    assert not hashlib.sha256(KEY).hexdigest().startswith(key_id(KEY))


def test_a_key_is_for_one_account_and_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefusedError, match="there already"):
        make_key(tmp_path / "key")
    (tmp_path / "other").write_text("kansrijk-key/1 c2hvcnQ=\n")
    for name in ("other", "missing"):
        with pytest.raises(BackupRefusedError, match="key file"):
            read_key(tmp_path / name)


@pytest.fixture(scope="module")
def whole(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a backup of a service with one bundle; read it, never write it."""
    home = tmp_path_factory.mktemp("whole") / "home"
    service = begun(release, home)
    service.receive(1)
    service.database.close()
    return Making(service.settings).make(home.parent / "backups").place


@pytest.fixture
def backup(whole: Path, tmp_path: Path) -> Path:
    """Copy it."""
    return Path(shutil.copytree(whole, tmp_path / "backups" / whole.name))


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4096])


def into_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def into_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def renamed(file: Path) -> None:
    file.write_text(file.read_text().replace('"database.sqlite"', '"../x"'))


def without_its_database(file: Path) -> None:
    told = json.loads(file.read_text())
    del told["files"]["database.sqlite"]
    file.write_text(json.dumps(told))


def with_another_count(file: Path) -> None:
    file.write_text(file.read_text().replace('"queued": 1', '"queued": 2'))


@pytest.mark.parametrize(
    ("name", "harm", "told"),
    [
        ("database.sqlite", shorten, "database.sqlite is not what was written"),
        ("database.sqlite", Path.unlink, "database.sqlite is gone"),
        ("files/bundles/*", flip, "files/bundles/.* is not what was written"),
        ("files/bundles/*", Path.unlink, "files/bundles/.* is gone"),
        ("files/bundles/*", into_a_pipe, "files/bundles/.* is not what was written"),
        ("files/bundles/*", into_a_folder, "files/bundles/.* is not what was written"),
        ("manifest.json", lambda file: file.write_text("{}"), "cannot be read"),
        ("manifest.json", renamed, "outside of it"),
        ("manifest.json", without_its_database, "names no database"),
        ("manifest.json", with_another_count, "something else than was counted"),
    ],
)
def test_a_backup_that_is_not_what_was_written_is_not_put_back(
    backup: Path, tmp_path: Path, name: str, harm: Callable[[Path], None], told: str
) -> None:
    [file] = backup.glob(name)
    harm(file)
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    with pytest.raises(BackupDamagedError, match=told):
        restore(backup, elsewhere, by="Noor", now=NOON)
    assert not elsewhere.home.exists()
    elsewhere.home.mkdir()
    with pytest.raises(BackupDamagedError, match=told):
        prove(backup, elsewhere)


def test_no_manifest_lets_everybody_write_or_gives_a_file_more_than_it_had(
    backup: Path, tmp_path: Path
) -> None:
    file = backup / "manifest.json"
    told = json.loads(file.read_text())
    for entry in told["files"].values():
        entry["mode"] = 0o6777
    file.write_text(json.dumps(told))
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    restore(backup, elsewhere, by="Noor", now=NOON)
    assert {mode & ~0o664 for mode in modes(elsewhere.home).values()} == {0}


def test_nobody_else_of_the_group_moves_a_restored_release_aside(
    backup: Path, tmp_path: Path
) -> None:
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    before = os.umask(0o002)
    try:
        restore(backup, elsewhere, by="Noor", now=NOON)
    finally:
        os.umask(before)
    folders = [*elsewhere.home.glob("releases/**/")]
    assert elsewhere.home / "releases/quickstart" in folders
    assert {folder.stat().st_mode & 0o022 for folder in folders} == {0}


def test_a_database_outside_the_home_comes_back_where_it_was(
    backup: Path, tmp_path: Path
) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    nobody = 65534
    if os.geteuid() == 0:
        os.chown(home, nobody, nobody)
    file = tmp_path / "not there yet" / "challenge.db"
    settings = settings_on_file(home).model_copy(
        update={"database_url": f"sqlite:///{file}"}
    )
    restore(backup, settings, by="Noor", now=NOON)

    assert len(submitters(settings.database)) == 1
    owner = home.stat().st_uid
    assert file.stat().st_uid == file.parent.stat().st_uid == owner
    assert not (home / "challenge.db").exists()


@pytest.mark.parametrize("harm", [flip, lambda file: file.write_bytes(b"half")])
def test_a_bundle_that_the_disk_damaged_is_put_back(
    backup: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    files = tmp_path / "files"
    shutil.copytree(backup / "files", files)
    [bundle] = (files / "bundles").iterdir()
    kept = bundle.read_bytes()
    harm(bundle)
    here = settings_on_file(tmp_path / "home").model_copy(update={"files": files})
    restore(backup, here, by="Noor", now=NOON)
    assert bundle.read_bytes() == kept
    # What is whole is not written again.
    before = bundle.stat().st_ino
    restore(backup, here, by="Noor", now=NOON, replace=True)
    assert bundle.stat().st_ino == before


def test_whoever_starts_the_service_during_a_restore_is_found(
    backup: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.join("Zwaluw")
    service.database.close()
    (service.home / f"{STAGING}killed").mkdir()
    before = modes(service.home)

    def comes_back(*parts: Any) -> Path:
        service.database = open_database(service.settings.database)
        with service.database.read() as unit:
            assert unit.people.count()
        return furnish(*parts)

    monkeypatch.setattr("challenge.backups.restoring.furnish", comes_back)
    with pytest.raises(RestoreRefusedError, match="has its database open"):
        restore(backup, service.settings, by="Noor", now=NOON, replace=True)
    service.database.close()
    # Also what a restore that was killed left there is gone.
    assert modes(service.home) == before
    assert not [*service.home.glob(".*")]


def test_a_database_that_is_made_at_the_last_moment_is_not_written_over(
    tmp_path: Path,
) -> None:
    made, home = tmp_path / "made", tmp_path / "home"
    for folder in (made, home):
        folder.mkdir()
        (folder / "challenge.db").write_text(folder.name)
    with pytest.raises(RestoreRefusedError, match="was made meanwhile"):
        move_in(made, home, Folder(home))
    assert (home / "challenge.db").read_text() == "home"


def test_what_was_taken_away_after_the_backup_is_named(
    service: Service, tmp_path: Path, call: Callable[..., Result]
) -> None:
    service.join("Zwaluw 1")
    backup = Making(service.settings).make(tmp_path / "backups").place
    with service.database.begin() as unit:
        team = unit.people.named(Role.TEAM, "Zwaluw 1")
        bar(unit, team, "Cheats", by="Noor", now=NOON)
        unit.audit.add("Noor", "revoke token", "Zwaluw 1", now=NOON)
        unit.audit.add("Noor", "make token", "Zwaluw 1", now=NOON)
    service.database.close()
    done = restore(backup, service.settings, by="Noor", now=NOON, replace=True)

    assert [act[1:] for act in done.undone] == [
        ("Noor", "bar team", "Zwaluw 1"),
        ("Noor", "revoke token", "Zwaluw 1"),
    ]
    # The same database, put back over itself, has nothing undone.
    told = call("restore", backup, "--by", "Noor", "--replace")
    assert told.exit_code == 0, told.output
    assert "are undone" not in told.stderr


def test_a_home_in_use_is_left_alone_and_another_is_moved_aside(
    service: Service, tmp_path: Path
) -> None:
    service.receive(1)
    made = Making(service.settings).make(tmp_path / "backups")
    lost = service.receive(2)

    def put_back(*, replace: bool = True) -> Restored:
        now = datetime.now(UTC)
        return restore(
            made.place, service.settings, by="Noor", now=now, replace=replace
        )

    with pytest.raises(RestoreRefusedError, match="has its database open"):
        put_back()
    with service.database.begin() as unit:
        unit.workers.seen(worker(datetime.now(UTC)))
    service.database.close()
    with pytest.raises(RestoreRefusedError, match="a worker was there"):
        put_back()
    with sqlite3.connect(service.home / "challenge.db") as connection:
        connection.execute("DELETE FROM workers")
    connection.close()
    with pytest.raises(RestoreRefusedError, match="is not empty"):
        put_back(replace=False)
    done = put_back()

    assert done.lost == {lost: "Zwaluw 2"}
    assert submitters(f"sqlite:///{done.aside}/challenge.db").keys() >= {lost}
    assert lost not in submitters(service.settings.database)
    assert (done.aside / "releases").is_dir()


def worker(now: datetime) -> WorkerFacts:
    return WorkerFacts(
        *("old", RELEASE, Isolation.BUBBLEWRAP, "", 2, 0, 0),
        started_at=now,
        seen_at=now,
    )


def test_what_ran_on_the_old_machine_waits_again_and_no_try_is_spent(
    service: Service, tmp_path: Path
) -> None:
    key = service.receive(1)
    service.evaluation.claim()
    with service.database.begin() as unit:
        unit.workers.seen(worker(datetime.now(UTC)))
    made = Making(service.settings).make(tmp_path / "backups")
    elsewhere = settings_on_file(tmp_path / "elsewhere")
    done = restore(made.place, elsewhere, by="Noor", now=datetime.now(UTC))

    with (
        closing(open_database(elsewhere.database)) as database,
        database.read() as unit,
    ):
        found, alive = unit.submissions.get(key), unit.workers.all(RELEASE)
    assert (found.state, found.attempt, done.waiting_again) == (State.QUEUED, 0, 1)
    assert alive == []


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def address(request: pytest.FixtureRequest) -> Callable[[Path], Settings]:
    """Make settings of a home, with an empty database of either kind."""

    def make(home: Path) -> Settings:
        settings = settings_on_file(home)
        settings.home.mkdir()
        if request.param == "sqlite":
            return settings
        server = request.getfixturevalue("postgres")
        name = server.create()
        request.addfinalizer(lambda: server.drop(name))
        return settings.model_copy(update={"database_url": server.url(name)})

    return make


@pytest.mark.parametrize(
    "revision", ["0011", pytest.param("0014", marks=pytest.mark.full)]
)
def test_an_older_backup_is_put_back_over_a_newer_database(
    tmp_path: Path, address: Callable[[Path], Settings], revision: str
) -> None:
    """Newer tables are not in its dump, and some of them point at older ones."""
    old, new = address(tmp_path / "old"), address(tmp_path / "new")
    at_revision(old.database, revision)
    made = Making(old).make(tmp_path / "backups", verify=True)
    assert made.manifest.census.revision == revision
    with closing(open_database(new.database)) as database, database.begin() as unit:
        register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)
    restore(made.place, new, by="Noor", now=NOON, replace=True)

    assert census(new.database).revision == revisions()[0]
    with closing(open_database(new.database)) as database, database.begin() as unit:
        assert unit.people.count() == 0
        register(unit, Role.TEAM, "Kievit", by="a test", now=NOON)
        assert unit.audit.check().broken is None


def test_a_backup_that_does_not_fit_leaves_the_database_as_it_was(
    tmp_path: Path, address: Callable[[Path], Settings]
) -> None:
    old, new = address(tmp_path / "old"), address(tmp_path / "new")
    at_revision(old.database, "0014")
    made = Making(old).make(tmp_path / "backups")
    file = made.place / "manifest.json"
    file.write_text(file.read_text().replace('"audit": 0', '"audit": 1'))
    with closing(open_database(new.database)) as database, database.begin() as unit:
        register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)
    before = census(new.database)
    with pytest.raises(BackupDamagedError, match="something else than was counted"):
        restore(made.place, new, by="Noor", now=NOON, replace=True)
    assert census(new.database) == before


def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    settings = settings_on_file(tmp_path / "home")
    settings.home.mkdir()
    at_revision(settings.database, "0013")
    with closing(sqlite3.connect(settings.home / "challenge.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    newer = Making(settings).make(tmp_path / "backups")
    with pytest.raises(RestoreRefusedError, match="newer than this one"):
        restore(newer.place, settings_on_file(tmp_path / "x"), by="Noor", now=NOON)


def at_revision(url: str, revision: str) -> None:
    """Make a database as an older version of the product had it."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


@pytest.mark.postgres
def test_postgresql_is_dumped_tried_out_and_put_back(
    release: Release, tmp_path: Path, postgres_url: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(release.path.parent, home / "releases/quickstart")
    service = Service(release, home, database_url=postgres_url)
    kept = [service.receive(number) for number in range(2)]
    service.work()
    made = Making(service.settings).make(tmp_path / "backups")
    prove(made.place, service.settings)
    assert made.manifest.census.submissions == {"queued": 1, "scored": 1}
    lost = service.receive(2)

    def put_back(*, replace: bool = True) -> Restored:
        return restore(
            made.place,
            service.settings,
            by="Noor",
            now=datetime.now(UTC),
            replace=replace,
        )

    with pytest.raises(RestoreRefusedError, match="has its database open"):
        put_back()
    service.database.close()
    with pytest.raises(RestoreRefusedError, match="is not empty"):
        put_back(replace=False)
    with pytest.MonkeyPatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        with pytest.raises(RestoreRefusedError, match="is not installed"):
            put_back()
    assert not [*home.glob(".*")]
    assert lost in submitters(postgres_url)
    done = put_back()
    assert [*done.lost] == [lost]
    assert {str(d.kind) for d in done.books.differences} == set()
    assert (done.aside / "database.dump").stat().st_mode & 0o777 == 0o600
    assert list(submitters(postgres_url)) == kept
    with (
        closing(open_database(postgres_url)) as database,
        database.begin() as unit,
    ):
        # Numbers go on where they were.
        assert unit.audit.all()[-1]["action"] == "restore backup"
        unit.audit.add("Noor", "look", "here", now=NOON)
    damaged = made.place / "database.dump"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    with pytest.raises(BackupDamagedError, match="not what was written"):
        put_back()
    assert list(submitters(postgres_url)) == kept


@pytest.mark.postgres
def test_without_postgresqls_programs_it_says_what_to_install(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefusedError, match="is not installed") as refused:
        dump(postgres_url, tmp_path / "dump")
    assert "postgresql-client" in refused.value.hint
    assert [*tmp_path.iterdir()] == []


@pytest.fixture
def on_server(tmp_path: Path, postgres_url: str) -> tuple[Path, Settings]:
    """Make a backup of a database of PostgreSQL with one team, and its settings."""
    settings = settings_on_file(tmp_path / "home").model_copy(
        update={"database_url": postgres_url}
    )
    settings.home.mkdir()
    with closing(open_database(postgres_url)) as database, database.begin() as unit:
        register(unit, Role.TEAM, "Grutto", by="a test", now=NOON)
    return Making(settings).make(tmp_path / "backups").place, settings


@pytest.fixture
def stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], None]:
    """Put a script in the place of a program; `$real` is that program."""

    def put(program: str, script: str) -> None:
        place = tmp_path / "bin" / program
        place.parent.mkdir()
        place.write_text(f"#!/bin/sh\nreal={shutil.which(program)}\n{script}\n")
        place.chmod(0o755)
        monkeypatch.setenv("PATH", f"{place.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.mark.postgres
@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_a_program_of_another_version_than_the_server_is_refused_in_time(
    on_server: tuple[Path, Settings],
    stand_in: Callable[[str, str], None],
    program: str,
) -> None:
    """What 17 dumps, 17 alone puts back, and not into 15: it was emptied by then."""
    backup, settings = on_server
    before = census(settings.database)
    stand_in(program, f"echo '{program} (PostgreSQL) 99.1 (Debian 99.1-1)'")
    with pytest.raises(RestoreRefusedError, match=r"\) 99\.1") as refused:
        restore(backup, settings, by="Noor", now=NOON, replace=True)
    assert "apt install postgresql-client-1" in refused.value.hint
    assert census(settings.database) == before
    assert not [*settings.home.glob(".*")]
    if program == "pg_dump":
        with pytest.raises(BackupRefusedError, match=r"\) 99\.1"):
            Making(settings).make(backup.parent)


@pytest.mark.postgres
def test_where_neither_backup_nor_old_database_goes_in_it_says_where_that_is(
    on_server: tuple[Path, Settings], stand_in: Callable[[str, str], None]
) -> None:
    backup, settings = on_server
    asked = 'case "$1" in --version|--list) exec $real "$@";; esac'
    stand_in("pg_restore", f"{asked}; echo 'pg_restore: error: too bad' >&2; exit 1")
    with pytest.raises(RestoreRefusedError, match="error: too bad") as refused:
        restore(backup, settings, by="Noor", now=NOON, replace=True)
    [dumped] = settings.home.glob(".before-*/database.dump")
    assert f"What the database held is in {dumped} alone" in refused.value.message
    assert isinstance(refused.value.__cause__, RestoreRefusedError)
    assert not has_tables(settings.database)


@pytest.mark.postgres
def test_who_presses_ctrl_c_while_it_goes_in_has_the_old_database_again(
    on_server: tuple[Path, Settings],
    stand_in: Callable[[str, str], None],
    tmp_path: Path,
) -> None:
    backup, settings = on_server
    before = census(settings.database)
    pressed = tmp_path / "pressed"
    once = f'case "$1" in --dbname*) [ -e {pressed} ] || {{ touch {pressed};'
    once += " kill -INT $PPID; exit 1; };; esac"
    stand_in("pg_restore", f'{once}; exec $real "$@"')
    # A shell makes what it starts in the background deaf to it.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            restore(backup, settings, by="Noor", now=NOON, replace=True)
    finally:
        signal.signal(signal.SIGINT, heard)
    assert pressed.exists()
    assert census(settings.database) == before


@pytest.mark.full
def test_files_in_object_storage_come_along_and_go_back_there(
    release: Release, tmp_path: Path
) -> None:
    with storage_here() as storage:
        home = tmp_path / "home"
        shutil.copytree(release.path.parent, home / "releases/quickstart")
        service = Service(release, home, files=f"s3://{BUCKET}/day")
        service.shelf = open_shelf(service.settings)
        service.intake = dataclasses.replace(service.intake, shelf=service.shelf)
        service.receive(1)
        first = Making(service.settings).make(tmp_path / "backups")
        service.receive(2)
        made = Making(service.settings).make(tmp_path / "backups")
        service.database.close()
        before = storage.keys("day/bundles")
        assert len(before) == 2
        assert made.linked >= len(first.manifest.files) - 1
        for key in before:
            storage.client().delete_object(Bucket=BUCKET, Key=key)
        shutil.rmtree(home)
        done = restore(made.place, service.settings, by="Noor", now=NOON)
        assert storage.keys("day/bundles") == before
        assert done.books.differences == ()


def test_everything_in_a_home_is_backed_up_or_can_be_made_again(
    service: Service,
) -> None:
    """A folder that is new in a home must be put in one of the lists."""
    service.receive(1)
    service.work()
    known = {part.partition("/")[0] for part in (*BEFORE, *AFTER, *SHARED, *DERIVED)}
    found = {p.name for p in service.home.iterdir() if p.is_dir()}
    assert found <= known
    assert {"bundles", "releases", "sealed"} <= found


@pytest.fixture
def call(service: Service) -> Callable[..., Result]:
    env = {**service.settings.environment(), "CHALLENGE_FILES": "", "COLUMNS": "200"}

    def run(*words: object, **more: str) -> Result:
        return CliRunner().invoke(app, [*map(str, words)], env=env | more)

    return run


def test_the_challenges_own_folder_comes_back_where_it_is_missing(
    service: Service, tmp_path: Path
) -> None:
    """Without it no service starts, and a new machine has none."""
    folder = tmp_path / "content" / "quickstart"
    shutil.copytree(QUICKSTART, folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "index").touch()
    (folder / "mechanism.toml").chmod(0o600)
    settings = service.settings.model_copy(update={"content": folder.parent})
    made = Making(settings).make(tmp_path / "backups", verify=True)
    shutil.rmtree(folder.parent)
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    done = restore(made.place, elsewhere, by="Noor", now=NOON)

    assert (done.content.copy, done.content.differs) == (folder, ())
    assert published_release(elsewhere).name == RELEASE
    assert (folder / "mechanism.toml").stat().st_mode & 0o777 == 0o600
    assert not [*folder.parent.glob(".*"), *folder.glob(".*")]


def change_brief(content: Path, backup: Path) -> None:
    shutil.copytree(QUICKSTART, content / "quickstart")
    (content / "quickstart" / "brief.toml").write_text("newer")


def block(content: Path, backup: Path) -> None:
    content.write_text("no folder can be made below it")


def forget_folder(content: Path, backup: Path) -> None:
    file = backup / "manifest.json"
    told = json.loads(file.read_text())
    names = [name for name in told["files"] if not name.startswith("content/")]
    told["files"] = {name: told["files"][name] for name in names}
    file.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (change_brief, "was left alone, and is not as it was then: brief.toml."),
        (block, "is not as it was then: DATASHEET.md, brief.toml, mechanism.toml, "),
        (forget_folder, "The backup has not the challenge's own folder"),
    ],
)
def test_a_folder_of_the_challenge_that_is_there_is_left_alone_and_compared(
    call: Callable[..., Result],
    backup: Path,
    tmp_path: Path,
    harm: Callable[[Path, Path], None],
    told: str,
) -> None:
    content, home = tmp_path / "content", tmp_path / "new"
    harm(content, backup)
    before = content.is_dir() and (content / "quickstart/brief.toml").read_text()
    env = {"CHALLENGE_HOME": str(home), "CHALLENGE_CONTENT": str(content)}
    done = call("restore", backup, "--by", "Noor", **env)

    assert done.exit_code == 0, done.output
    assert told in done.stderr
    assert before == (
        content.is_dir() and (content / "quickstart/brief.toml").read_text()
    )
    # What it tells to do is enough to start.
    if harm is not forget_folder:
        assert f"CHALLENGE_CONTENT={home}/content" in done.stderr
        own = settings_on_file(home).model_copy(update={"content": home / "content"})
        assert published_release(own).name == RELEASE


def test_a_try_out_elsewhere_touches_nothing_that_serves_another_day(
    call: Callable[..., Result], backup: Path, tmp_path: Path
) -> None:
    live, new = tmp_path / "live", tmp_path / "new"
    env = {
        "CHALLENGE_FILES": str(live),
        "CHALLENGE_CONTENT": str(live / "content"),
        "CHALLENGE_DATABASE_URL": f"sqlite:///{live}/challenge.db",
    }
    done = call("restore", backup, "--by", "Noor", "--into", new, **env)

    assert done.exit_code == 0, done.output
    assert not live.exists()
    assert [*(new / "bundles").iterdir()]
    start = f"CHALLENGE_HOME={new}, CHALLENGE_CONTENT={new}/content and without"
    start += " CHALLENGE_FILES and CHALLENGE_DATABASE_URL, and look"
    assert start in done.stderr.splitlines()[-1]


def test_after_the_day_nobody_is_asked_to_hand_in_again(
    call: Callable[..., Result], service: Service, tmp_path: Path
) -> None:
    told = {}
    for phase in (Phase.OPEN, Phase.CLOSED):
        with service.database.begin() as unit:
            unit.phases.change(phase, by="a test", now=NOON)
        made = Making(service.settings).make(tmp_path / "backups" / phase)
        into = ("--by", "Noor", "--into", tmp_path / phase)
        told[phase] = call("restore", made.place, *into).stderr
    assert all("What came in after that is not in it" in one for one in told.values())
    assert ["hand in again" in told[phase] for phase in told] == [True, False]


def test_the_commands_of_the_page_make_a_backup_try_it_out_and_put_it_back(
    call: Callable[..., Result],
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last = service.receive(1)
    service.database.close()
    monkeypatch.chdir(tmp_path)
    typed = [
        line
        for block in blocks("docs/backup.md")
        if block.language == "sh"
        for line in block.commands()
    ]
    told = {}
    for line in typed:
        name, *words = shlex.split(line)[1:]
        newest = [str(path) for path in backups_in(tmp_path / "backups")][-1:]
        words = [
            str(tmp_path / "backups") if word == "/mnt/backups" else word
            for word in words
            if word not in ("--every", "5")
        ]
        if name == "restore":
            words = [*newest, *words[1:], "--into", "new", "--key", "kansrijk.key"]
            refused = call(name, *words[:-2])
            assert refused.exit_code == 1
            assert "is encrypted" in refused.stderr
        told[name] = done = call(name, *words)
        assert done.exit_code == 0, (line, done.output)
    assert [*told] == ["backup", "restore"]
    assert f"The last submission in it is {last}" in told["restore"].stderr
    assert "Put back for a try, and whole." in told["backup"].stderr
    named = f"key {key_id(read_key(tmp_path / 'kansrijk.key'))}"
    assert f"Sealed with {named}." in told["backup"].stderr
    again = call(
        "restore", *backups_in(Path("backups"))[:1], "--by", "N", "--into", "new"
    )
    assert again.exit_code == 1
    assert "is not empty" in again.stderr


def test_a_program_reads_what_was_backed_up(
    call: Callable[..., Result], service: Service, tmp_path: Path
) -> None:
    service.receive(1)
    for _ in range(2):
        done = call("backup", tmp_path, "--keep", 1, "--json")
        assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["holds"]["submissions"] == {"queued": 1}
    assert Path(told["backup"]) == backups_in(tmp_path)[-1]
    assert len(told["removed"]) == len(backups_in(tmp_path)) == 1
    done = call(
        "restore", told["backup"], "--by", "N", "--into", tmp_path / "new", "--json"
    )
    told = json.loads(done.stdout)
    assert told["differences"] == told["content"]["differs"] == []
    assert Path(told["content"]["copy"]) == tmp_path / "new/content/quickstart"
    assert call("backup").exit_code == 2
