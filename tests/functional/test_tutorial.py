"""The tutorial works as it is written: every command, in order, from nothing."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from challenge.store import open_database

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs/tutorial.md").read_text("utf-8")
pytestmark = pytest.mark.sandbox
# A reader has a second window for this; a script has none, and takes a free port.
SERVE = """challenge serve --port 0 > url.txt &
trap "kill $! && wait $!" EXIT
until [ -s url.txt ]; do sleep 0.1; done
export CHALLENGE_URL="$(cat url.txt)"
"""


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", TUTORIAL, re.M | re.S)


@pytest.fixture(scope="module")
def done(
    sandbox_works: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder after the tutorial, and what the last Python printed."""
    folder = tmp_path_factory.mktemp("my-day")
    script = "".join(blocks()).replace("challenge serve\n", SERVE)
    own = {k: v for k, v in os.environ.items() if not k.startswith("CHALLENGE_")}
    path = f"{Path(sys.executable).parent}:{own['PATH']}"
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**own, "PATH": path, "KANSRIJK": str(ROOT)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
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


def test_every_command_of_the_tutorial_is_run() -> None:
    run = "".join(blocks())
    for command in set(re.findall(r"(?:^|`)challenge ([a-z]+)", TUTORIAL, re.M)):
        assert f"challenge {command}" in run


def test_every_page_that_the_tutorial_links_to_exists() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", TUTORIAL):
        assert (ROOT / "docs" / target).is_file()
