"""What the auditor gets once it is closed: the board with what teams chose for it."""

from __future__ import annotations

import errno
import hashlib
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.rules.auditing import EXPORTED, Auditing
from challenge.rules.finals import FinalScoring
from challenge.rules.picks import pick
from challenge.rules.sealed import SealedScoring
from challenge.rules.terms import terms_of
from challenge.store import Database, Unit
from challenge.synthesis import Release
from challenge.web.access import Deployment
from challenge.web.board_document import board_document
from challenge.web.recent import Recent
from leaderboard.__main__ import main

from ...conftest import settings_for
from ...factories import NOON, QUICKSTART, RELEASE, Player

BRIEF = read_brief(QUICKSTART)
SEED, SALT, MECHANISM = "5a" * 32, "c3" * 32, "# KANARIE\r\nprevalence = 0.1\n"


def export(
    database: Database, release: Release, home: Path, *, while_running: bool = False
) -> Path:
    """Write the auditor's folder as the command does."""
    settings = settings_for(home)
    terms = terms_of(BRIEF, release)
    here = Deployment(settings, database, BRIEF, release, terms, Recent(1))
    Auditing(
        database,
        settings,
        release,
        brief=BRIEF,
        phase=here.phase,
        describe=lambda ranked, rows: board_document(
            here, ranked, reader=None, rows=rows
        ),
    ).export(home / "folder", by="A test", while_running=while_running, now=NOON)
    return home / "folder"


def test_the_board_at_the_end_is_recomputed_from_what_teams_chose(
    database: Database,
    release: Release,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(0.2), "Zwaluw")
    player.play("b", player.guess(0.1), "Zwaluw")
    player.play("c", player.guess(), "Grutto")
    player.play("d", player.guess(), "Kievit")
    with database.begin() as unit:
        teams = {team.name: team for team in unit.people.all("team")}
        pick(unit, BRIEF, teams["Zwaluw"], "b", choice=1, release=RELEASE, now=NOON)
        unit.people.bar(teams["Kievit"], "Left at noon.")
        unit.phases.change("closed", by="a test", now=NOON)
    export(database, release, tmp_path)

    assert main([str(tmp_path / "folder")]) == 0
    told = capsys.readouterr().out
    assert "2 of 2" in told
    assert "Kievit" not in told


def test_what_decided_is_recomputed_from_a_folder_of_its_own(
    database: Database,
    release: Release,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(0.2), "Zwaluw")
    player.play("b", player.guess(0.1), "Zwaluw")
    player.play("c", player.guess(), "Grutto")
    with database.begin() as unit:
        teams = {team.name: team for team in unit.people.all("team")}
        pick(unit, BRIEF, teams["Zwaluw"], "b", choice=1, release=RELEASE, now=NOON)
        unit.phases.change("jury", by="a test", now=NOON)
    sealed = SealedScoring(database, release, BRIEF, tmp_path)
    FinalScoring(sealed).catch_up(now=lambda: NOON)
    with database.begin() as unit:
        unit.phases.change("closed", by="a test", now=NOON)
    folder = export(database, release, tmp_path)

    for rows in ("final", "external"):
        assert main([str(folder / rows)]) == 0
        assert "2 of 2" in capsys.readouterr().out
        served = folder / rows / "served.json"
        found = json.loads(served.read_text("utf-8"))
        found["rows"][0]["scaled_brier"] += 0.001
        served.write_text(json.dumps(found), "utf-8")
        assert main([str(folder / rows)]) == 1
        capsys.readouterr()


@pytest.fixture
def planted(release: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A release whose secrets stand nowhere else, and which committed to them."""
    told = {"seed": SEED, "salt": SALT, "mechanism": MECHANISM}
    secrets = release.secrets().model_copy(update=told)
    manifest = release.manifest.model_copy(
        update={"seed_commitment": secrets.commitment}
    )
    monkeypatch.setattr(Release, "secrets", lambda _: secrets)
    return replace(release, manifest=manifest)


def whole(folder: Path) -> bytes:
    return b"".join(f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file())


@pytest.mark.parametrize("phase", ["open", "frozen", "jury"])
def test_before_the_end_the_auditors_folder_tells_no_seed_salt_or_mechanism(
    database: Database, planted: Release, tmp_path: Path, phase: str
) -> None:
    player = Player(database, planted, tmp_path)
    player.play("a", player.guess(0.2))
    with database.begin() as unit:
        unit.phases.change(phase, by="a test", now=NOON)

    folder = export(database, planted, tmp_path, while_running=True)

    for secret in (SEED, SALT, "KANARIE"):
        assert secret.encode() not in whole(folder)
    assert not (folder / "revealed.json").exists()
    assert "until the challenge is closed" in (folder / "README.txt").read_text("utf-8")


def test_at_the_end_it_tells_them_and_how_to_hold_them_against_the_manifest(
    database: Database, planted: Release, tmp_path: Path
) -> None:
    player = Player(database, planted, tmp_path)
    player.play("a", player.guess(0.2))
    with database.begin() as unit:
        unit.phases.change("closed", by="a test", now=NOON)

    folder = export(database, planted, tmp_path)

    told = json.loads((folder / "revealed.json").read_text("utf-8"))
    assert (told["seed"], told["salt"]) == (SEED, SALT)
    mechanism = (folder / "mechanism.toml").read_bytes()
    assert mechanism == MECHANISM.encode()
    bound = bytes.fromhex(SEED) + bytes.fromhex(SALT) + mechanism
    assert told["commitment"] == hashlib.sha256(bound).hexdigest()
    readme = (folder / "README.txt").read_text("utf-8")
    [command] = [line for line in readme.splitlines() if "hashlib" in line]
    python, *words = shlex.split(command)
    assert python == "python"
    run = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True)
    assert run.stdout.strip() == b"True"
    assert "until the challenge is closed" not in readme


def test_a_folder_that_nobody_answers_for_never_appears(
    database: Database,
    release: Release,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The row of the audit table is kept first: who comes after it can be told."""
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(0.2))
    with database.begin() as unit:
        unit.phases.change("closed", by="a test", now=NOON)
    begin = Database.begin

    @contextmanager
    def full(self: Database) -> Iterator[Unit]:
        with begin(self) as unit:
            yield unit
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Database, "begin", full)
    with pytest.raises(OSError, match="No space"):
        export(database, release, tmp_path)
    assert not (tmp_path / "folder").exists()
    assert [*tmp_path.glob(".exporting-*")] == []
    with database.read() as unit:
        assert EXPORTED not in [entry["action"] for entry in unit.audit.all()]
