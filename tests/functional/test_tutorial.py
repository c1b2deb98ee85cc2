"""The tutorial works as it is written: every command, in order, from nothing."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from challenge.store import open_database

from .stories import ROOT, Story, tell

PAGE = "docs/tutorial.md"
TUTORIAL = (ROOT / PAGE).read_text("utf-8")
SCRIPT = Story((PAGE,)).script()
# From nothing, with a release of its own: most of a minute.
pytestmark = [pytest.mark.sandbox, pytest.mark.full]


@pytest.fixture(scope="module")
def done(
    sandbox_works: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder after the tutorial, and what the last Python printed."""
    folder = tmp_path_factory.mktemp("my-day")
    ended = tell(SCRIPT, folder)
    assert ended.returncode == 0, ended.stderr
    return folder, ended.stdout.splitlines()[-1]


def test_the_downloaded_data_hold_the_column_that_was_changed(
    done: tuple[Path, str],
) -> None:
    # 600 counts with sd 3: 4 standard errors are 0.49.
    assert float(done[1]) == pytest.approx(7, abs=0.5)


def test_the_first_model_of_the_tutorial_gets_a_score(done: tuple[Path, str]) -> None:
    database = open_database(f"sqlite:///{done[0] / 'var/challenge.db'}")
    with database.read() as unit:
        states = [(s.team, s.note, s.state) for s in unit.submissions.all()]
    database.close()
    assert states == [("Zwaluw", "first try", "scored")]


def test_the_release_is_published_and_closed(done: tuple[Path, str]) -> None:
    release = done[0] / "var/releases/my-first/1"
    kept = json.loads((release / "published.json").read_text("utf-8"))
    assert kept["by"] == "Your Name"
    assert kept["rehearsal"]
    assert not (release / "public").stat().st_mode & stat.S_IWUSR


def test_the_name_stands_in_the_audit_table(done: tuple[Path, str]) -> None:
    database = open_database(f"sqlite:///{done[0] / 'var/challenge.db'}")
    with database.read() as unit:
        entries = unit.audit.all()
    database.close()
    published = [e for e in entries if e["action"] == "publish release"]
    assert [(e["actor"], e["subject"]) for e in published] == [
        ("Your Name", "my-first/1")
    ]


def test_every_file_that_the_tutorial_names_is_there(done: tuple[Path, str]) -> None:
    public = done[0] / "var/releases/my-first/1/public"
    named = re.findall(r"`([\w.]+\.(?:md|json))`", TUTORIAL.split("## 6")[0])
    for name in set(named) - {"README.md"}:
        assert (public / name).is_file(), name
