"""The audit table at the command line holds itself against its chain."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_the_chain_is_verified_and_its_last_hash_can_be_noted(
    run: Run, tmp_path: Path
) -> None:
    run("team", "add", "Grutto")
    first = run("audit", "--verify")
    assert (first.exit_code, len(first.stdout.strip())) == (0, 64)
    run("team", "add", "Zwaluw")
    noted = ("audit", "--verify", "--noted", first.stdout)
    found = json.loads(run(*noted, "--json").stdout)
    assert (found["broken"], found["holds_noted"]) == (None, True)
    other = run("audit", "--verify", "--noted", "00" * 32)
    assert (other.exit_code, "No entry has the hash" in other.stderr) == (1, True)
    assert "Somebody changed" in other.stderr
    with closing(sqlite3.connect(tmp_path / "home/challenge.db")) as database:
        database.execute("DROP TRIGGER audit_keeps_entries")
        database.execute("UPDATE audit SET actor = 'Nobody' WHERE id = 2")
        database.commit()
    changed = run("audit", "--verify")
    assert (changed.exit_code, "Entry 2" in changed.stderr) == (1, True)


def test_a_hash_that_a_restore_took_away_accuses_nobody(
    run: Run, tmp_path: Path
) -> None:
    backups, by = tmp_path / "backups", ("--by", "IJsvogel")
    assert run("backup", backups).exit_code == 0
    run("team", "add", "Grutto")
    noted = run("audit", "--verify").stdout
    [made] = backups.iterdir()
    put_back = run("restore", made, *by, "--replace")
    assert put_back.exit_code == 0, put_back.stderr
    told = run("audit", "--verify", "--noted", noted)
    said = " ".join(told.stderr.split())
    assert (told.exit_code, "A backup was put back" in said) == (1, True)
    assert "UTC by IJsvogel" in said
    assert "Somebody changed the audit table" not in said
