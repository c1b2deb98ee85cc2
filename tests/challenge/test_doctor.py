"""The doctor finds what was really broken, and is never broken by it."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from challenge.backups import Making, last_known
from challenge.checkup import Checkup, carry_out
from challenge.cli import app
from challenge.errors.machine import RESTORE
from challenge.records import Isolation, WorkerFacts
from challenge.rules.findings import Finding, Health
from challenge.rules.machine import Room, judge_clock, judge_disk, judge_isolation
from challenge.rules.operation import (
    judge_backups,
    judge_queue,
    judge_tracking,
    judge_workers,
)
from challenge.rules.reconciliation import Kind
from challenge.settings import Settings
from challenge.store import open_database
from challenge.store.books import QueueFacts
from challenge.terminal import console
from challenge.tracking import Tracker

from ..factories import NOON, RELEASE, ROOT, enqueue

CHECKS = [
    *("database", "isolation", "disk", "clock", "engine", "backups"),
    *("release", "workers", "queue", "mlflow", "totals"),
]
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="Only root may mount.")
MIB = 1024 * 1024


def look(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in Checkup(settings).findings()}


def worker(**changed: object) -> WorkerFacts:
    facts = {
        "name": "w",
        "release": RELEASE,
        "isolation": Isolation.BUBBLEWRAP,
        "engine": "",
        "slots": 2,
        "pool_size": 4,
        "pool_ready": 3,
        "started_at": NOON,
        "seen_at": NOON,
    }
    return WorkerFacts(**(facts | changed))


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold a database so that nobody else may read or write it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def doctor_in(home: Path, mount: str) -> list[dict[str, str]]:
    """Carry out the command where something else is mounted on its home."""
    script = f'{mount} && exec "$0" -m challenge doctor --json'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, sys.executable],
        env=os.environ | {"HOUSE": str(home), "CHALLENGE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    return json.loads(done.stdout)


def test_where_nothing_is_yet_it_says_so_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "var"
    monkeypatch.setattr(console, "width", 200 + len(str(home)))
    variables = {"CHALLENGE_HOME": str(home)}
    done = CliRunner().invoke(app, ["doctor"], env=variables)
    assert done.exit_code == 1
    assert f"There is no folder {home}" in done.output
    assert "challenge build first-1000-days" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_published_release_without_a_worker_has_no_fault(settings: Settings) -> None:
    before = sorted(settings.home.rglob("*"))
    done = CliRunner().invoke(app, ["doctor", "--json"], env=settings.environment())
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert list(found) == CHECKS
    assert found.pop("isolation")["state"] in ("ok", "fault")
    warned = [name for name, check in found.items() if check["state"] != "ok"]
    assert warned == ["backups", "workers"]
    assert found["workers"]["repair"] == "challenge serve"
    assert sorted(settings.home.rglob("*")) == before


def test_a_database_that_is_no_database_is_a_fault(settings: Settings) -> None:
    (settings.home / "challenge.db").write_bytes(b"no database at all" * 100)
    found = look(settings)
    assert found["database"].state is Health.FAULT
    assert "not a database" in found["database"].told
    assert found["database"].repair.startswith("challenge restore BACKUP")
    assert found["totals"].state is Health.WARNING


def test_a_repair_can_be_copied_from_a_narrow_terminal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/home/{'long/' * 12}challenge.db"
    finding = Finding("database", Health.FAULT, "None.", f"ls -l {path}")
    monkeypatch.setattr(Checkup, "findings", lambda _: [finding])
    monkeypatch.setattr(console, "width", 60)
    shown = CliRunner().invoke(app, ["doctor", "--server"]).stderr
    assert f"ls -l {path}" in shown.splitlines()


def test_a_damaged_row_is_found(settings: Settings) -> None:
    with closing(sqlite3.connect(settings.home / "challenge.db")) as connection:
        connection.execute(
            "INSERT INTO ladders VALUES (77, 'quickstart/1', 'nobody', 1)"
        )
        connection.commit()
    found = look(settings)["database"]
    assert found.state is Health.FAULT
    assert "ladders" in found.told
    assert found.repair.startswith("challenge restore BACKUP")


@pytest.mark.parametrize("left", ["nothing", "an empty file", "no publication"])
def test_a_database_that_is_lost_comes_back_from_a_backup(
    settings: Settings, left: str, migrated: Path
) -> None:
    file = settings.home / "challenge.db"
    file.unlink()
    if left == "no publication":
        shutil.copy(migrated, file)
    elif left == "an empty file":
        file.touch()
    found = look(settings)
    at_fault = "release" if left == "no publication" else "database"
    assert found[at_fault].state is Health.FAULT
    assert found[at_fault].repair.startswith("challenge restore BACKUP")
    assert "quickstart/1" in found[at_fault].told
    assert [one.repair for one in found.values() if "publish" in one.repair] == []


def test_a_terminal_that_names_another_challenge_is_told_which_one_this_home_serves(
    settings: Settings,
) -> None:
    found = look(settings.model_copy(update={"challenge": "first-1000-days"}))
    faults = {name for name, one in found.items() if one.state is Health.FAULT}
    assert faults - {"isolation"} == {"release"}
    assert "this home serves quickstart" in found["release"].told
    assert found["release"].repair == "export CHALLENGE_CHALLENGE=quickstart"
    for name in ("workers", "mlflow", "totals"):
        assert found[name].told == "Not looked at: first the release."
        assert found[name].repair == ""


def test_a_database_that_somebody_holds_is_a_fault_and_keeps_nobody(
    settings: Settings,
) -> None:
    file = settings.home / "challenge.db"
    with held(file):
        found = look(settings)["database"]
    assert found.state is Health.FAULT
    assert "locked" in found.told
    assert str(file) in found.repair


def test_tables_of_an_older_version_are_a_fault_that_serving_repairs(
    settings: Settings,
) -> None:
    with closing(sqlite3.connect(settings.home / "challenge.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
        connection.commit()
    found = look(settings)["database"]
    assert (found.state, found.repair) == (Health.FAULT, "challenge serve")


def test_a_submission_from_tomorrow_means_that_the_clock_went_back(
    settings: Settings,
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    database = open_database(settings.database)
    with database.begin() as unit:
        unit.audit.add("a test", "look ahead", "clock", now=tomorrow)
    database.close()
    found = look(settings)["clock"]
    assert found.state is Health.FAULT
    assert "the clock went back" in found.told


def test_the_clock_tells_what_pages_show_in_the_zone_of_the_event(
    settings: Settings,
) -> None:
    found = look(settings)["clock"]
    assert re.search(r"pages show \d\d:\d\d CES?T\.$", found.told)
    lost = settings.model_copy(update={"content": settings.home / "nowhere"})
    without = look(lost)["clock"]
    assert (without.state, without.told[-4:]) == (Health.OK, "UTC.")


def test_a_bundle_that_is_gone_is_a_fault_of_the_totals(settings: Settings) -> None:
    database = open_database(settings.database)
    enqueue(database, "a", "Zwaluw")
    database.close()
    found = look(settings)
    assert found["totals"].state is Health.FAULT
    assert found["totals"].details == (
        "the bundle of submission a is gone from the shelf",
    )
    row = 'docs/operations.md, "When the totals differ": bundle-missing'
    assert found["totals"].repair == row
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    table = page.split("## When the totals differ")[1].split("\n## ")[0]
    assert [kind for kind in Kind if f"`{kind}`" not in table] == []
    assert found["workers"].state is Health.FAULT


def test_a_backup_elsewhere_is_known_until_it_is_old_or_gone(
    settings: Settings, tmp_path: Path
) -> None:
    assert look(settings)["backups"].told == "No backup of this home is known."
    made = Making(settings).make(tmp_path / "elsewhere")
    found = look(settings)["backups"]
    assert (found.state, found.repair) == (Health.OK, "")
    assert str(made.place) in found.told
    at, place = last_known(settings.home)
    assert (at, place) == (made.manifest.database_at, made.place)
    assert judge_backups(at, place, now=at + timedelta(minutes=14)).state is Health.OK
    old = judge_backups(at, place, now=at + timedelta(minutes=16))
    assert (old.state, "16 minutes ago" in old.told) == (Health.WARNING, True)
    assert old.repair == f"challenge backup {tmp_path / 'elsewhere'} --every 5"
    (settings.home / "challenge.db").unlink()
    lost = look(settings)["database"].repair
    assert lost == f'challenge restore {made.place} --by "Your Name" --replace'
    shutil.rmtree(made.place)
    assert "BACKUP" in look(settings)["database"].repair
    assert "is not there now" in look(settings)["backups"].told


def test_an_mlflow_that_hangs_does_not_hang_the_doctor(settings: Settings) -> None:
    # A whole store: MLflow would migrate an empty one as soon as nobody holds it, in a
    # thread that outlives this test, and Alembic's globals are one for the process.
    Tracker(settings.home / "mlflow", challenge="quickstart").champion()
    with held(settings.home / "mlflow" / "mlflow.db"):
        findings = Checkup(settings, limit_seconds=10).findings()
    states = {finding.name: finding.state for finding in findings}
    assert states["mlflow"] is Health.FAULT
    assert states["database"] is Health.OK


def test_a_scheduler_that_nobody_started_is_a_fault_of_the_engine(
    settings: Settings,
) -> None:
    # The discard port: nobody listens there.
    away = settings.model_copy(update={"engine": "tcp://127.0.0.1:9"})
    found = look(away)["engine"]
    assert found.state is Health.FAULT
    assert "tcp://127.0.0.1:9" in found.repair


@ROOT_ONLY
def test_a_home_that_is_read_only_is_a_fault(settings: Settings) -> None:
    ro = 'mount --bind "$HOUSE" "$HOUSE" && mount -o remount,ro,bind "$HOUSE"'
    found = {check["name"]: check for check in doctor_in(settings.home, ro)}
    assert found["disk"]["state"] == "fault"
    assert found["disk"]["repair"] == f"mount -o remount,rw {settings.home}"
    assert found["database"]["state"] == "fault"


@ROOT_ONLY
def test_a_full_disk_is_a_fault(tmp_path: Path) -> None:
    full = 'mount -t tmpfs -o size=64k tmpfs "$HOUSE"'
    full += ' && { head -c 1M /dev/zero > "$HOUSE/filled" 2>/dev/null || true; }'
    found = {check["name"]: check for check in doctor_in(tmp_path, full)}
    assert found["disk"]["state"] == "fault"
    assert found["disk"]["repair"] == f"du -sh {tmp_path}/*"


def test_a_check_that_hangs_or_breaks_is_a_finding_beside_the_others() -> None:
    ended = threading.Event()

    def hang() -> Finding:
        ended.wait()
        raise AssertionError

    def crash() -> Finding:
        raise KeyError("gone")

    def well() -> Finding:
        return Finding("well", Health.OK, "All is well.")

    found = carry_out({"a": hang, "b": crash, "c": well}, limit_seconds=3)
    ended.set()
    assert [finding.state for finding in found] == ["fault", "fault", "ok"]
    assert "no answer within 3 seconds" in found[0].told
    assert "KeyError" in found[1].told


def test_a_silent_worker_matters_once_somebody_waits() -> None:
    assert judge_workers([], waiting=0).state is Health.WARNING
    assert judge_workers([], waiting=3).state is Health.FAULT
    well = judge_workers([worker()], waiting=3)
    assert well.state is Health.OK
    assert "3 of 4 sandboxes warmed up" in well.told
    trusting = worker(name="t", isolation=Isolation.TRUSTED)
    assert judge_workers([trusting], waiting=0).state is Health.WARNING


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (QueueFacts(0, 0, None, ()), Health.OK),
        (QueueFacts(3, 2, NOON - timedelta(minutes=3), ()), Health.OK),
        (QueueFacts(3, 2, NOON - timedelta(minutes=30), ()), Health.WARNING),
        (QueueFacts(3, 2, NOON, (4,)), Health.FAULT),
    ],
)
def test_a_queue_is_judged_by_who_waits_and_who_is_stuck(
    facts: QueueFacts, state: Health
) -> None:
    assert judge_queue(facts, now=NOON).state is state


@pytest.mark.parametrize(
    ("free", "state"),
    [(2000 * MIB, Health.OK), (600 * MIB, Health.WARNING), (MIB, Health.FAULT)],
)
def test_a_disk_is_judged_by_what_the_day_brings(free: int, state: Health) -> None:
    room = Room(Path("var"), free, kept_bytes=10 * MIB)
    assert judge_disk([room], upload_limit_mib=20).state is state


def test_a_file_server_with_another_clock_is_a_warning() -> None:
    found = judge_clock(offset=timedelta(minutes=-5), newest=NOON, now=NOON, zone="UTC")
    assert found.state is Health.WARNING
    assert "-300 s" in found.told


def test_an_isolation_that_is_missing_says_what_brings_it() -> None:
    missing = judge_isolation(Isolation.NONE, "There is no bubblewrap.")
    assert (missing.state, missing.repair) == (Health.FAULT, "apt install bubblewrap")
    assert judge_isolation(Isolation.NONE, "It got out.").state is Health.FAULT
    assert judge_isolation(Isolation.TRUSTED).state is Health.WARNING


def test_a_champion_that_does_not_lead_waits_for_a_worker() -> None:
    found = judge_tracking(waiting=0, champion="old", leader="new")
    assert (found.state, found.repair) == (Health.WARNING, "challenge worker")
    assert judge_tracking(waiting=2, champion=None, leader=None).state == "warning"


def test_every_repair_of_our_own_is_a_command_that_exists() -> None:
    modules = ("checkup.py", "rules/machine.py", "rules/operation.py")
    texts = [
        str(node.value)
        for module in modules
        for node in ast.walk(ast.parse((ROOT / "challenge" / module).read_text()))
        if isinstance(node, ast.Constant)
    ]
    repairs = [re.match(r"(?:env -u \S+ )?challenge ([a-z]+)", text) for text in texts]
    named = {repair[1] for repair in repairs if repair}
    named.add(RESTORE.split()[1])
    assert {"serve", "worker", "build", "publish"} <= named
    assert named <= set(get_command(app).commands)
