"""`challenge kit`: the data and what to begin with, and what is ours stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from challenge.kit.folder import SCRIPT

from .conftest import Run, Site


@pytest.fixture
def team(site: Site, machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's machine; gives the folder where its commands run."""
    monkeypatch.setenv("CHALLENGE_URL", site.url)
    monkeypatch.setenv("CHALLENGE_TOKEN", site.add("Wulp"))
    return machine / "work"


def test_who_has_not_accepted_the_terms_gets_no_folder(
    site: Site, team: Path, run: Run
) -> None:
    refused = run("kit", "day", CHALLENGE_TOKEN=site.add("Kievit"))
    assert (refused.exit_code, [*team.iterdir()]) == (1, [])
    assert "--accept-terms" in refused.stderr


def test_the_kit_comes_into_the_folder_where_somebody_is(
    site: Site, team: Path, run: Run
) -> None:
    done = run("kit", "--accept-terms")
    assert done.exit_code == 0, done.output
    assert (team / "data/train.parquet").is_file()
    assert (team / SCRIPT).is_file()
    assert f"{site.url}/kit/" in (team / "README.md").read_text("utf-8")
    assert f"Next: `python {SCRIPT}`" in done.stderr
    assert "README.md tells more (in Dutch: LEESMIJ.md)" in done.stderr


def test_run_again_it_says_what_it_left_alone(team: Path, run: Run) -> None:
    run("kit", "day", "--accept-terms")
    (team / "day" / SCRIPT).write_text("ours")
    done = run("kit", "day", "--json")
    assert f"Kept day/{SCRIPT}: you changed it." in done.stderr
    assert (team / "day" / SCRIPT).read_text() == "ours"
    told = json.loads(done.stdout)
    assert told["kept"] == [SCRIPT]
    assert told["written"] == []
