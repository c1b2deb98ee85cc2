"""The command line: exit codes, and what a person reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Call a command with a home of its own and quickstart content."""

    def call(*words: str) -> Result:
        env = {
            "CHALLENGE_HOME": str(tmp_path / "home"),
            "CHALLENGE_CONTENT": str(tmp_path / "datasets"),
            "CHALLENGE_CHALLENGE": "quickstart",
            "CHALLENGE_URL": "http://127.0.0.1:9",
        }
        return CliRunner().invoke(app, list(words), env=env)

    shutil.copytree(ROOT / "datasets" / "quickstart", tmp_path / "datasets/quickstart")
    return call


def test_a_sound_folder_passes_and_shows_its_sets(run, tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "datasets/quickstart"))
    assert done.exit_code == 0
    assert "board" in done.stderr
    assert "150" in done.stderr


def test_every_fault_is_listed_at_once_with_file_and_key(run, tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "quickstart"
    partner = folder / "partners" / "parents.yaml"
    text = partner.read_text("utf-8")
    text = text.replace("NL: 0.70", "NL: 0.60").replace(
        "type: number", "type: numbr", 1
    )
    partner.write_text(text, "utf-8")
    done = run("check", str(folder), "--json")
    faults = json.loads(done.stdout)["faults"]
    assert done.exit_code == 1
    assert {fault["file"] for fault in faults} == {"partners/parents.yaml"}
    assert any("proportions" in fault["key"] for fault in faults)
    assert any("numbr" in fault["problem"] for fault in faults)
    assert all(fault["repair"] for fault in faults)


def test_a_release_is_built_published_once_and_only_as_what_it_is(run) -> None:
    built = run("build", "quickstart", "--seed", "1")
    words = ("publish", "quickstart/1", "--by", "Somebody", "--yes")
    real = run(*words)
    first = run(*words, "--rehearsal")
    second = run(*words, "--rehearsal")
    codes = [done.exit_code for done in (built, real, first, second)]
    assert codes == [0, 1, 0, 1]
    assert "rehearsal" in real.stderr


def test_a_challenge_of_ones_own_is_started_checked_and_built(
    run, tmp_path: Path
) -> None:
    folder = str(tmp_path / "datasets/my-first")
    started = run("init", folder, "--title", "Ours")
    again = run("init", folder)
    checked = run("check", folder)
    built = run("build", "my-first", "--seed", "1")
    codes = [done.exit_code for done in (started, again, checked, built)]
    assert codes == [0, 1, 0, 0]
    assert "challenge build my-first" in started.stderr
    assert "stands there already" in again.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("build", "nothing"), "There is no challenge folder"),
        (("publish", "quickstart/9", "--by", "Somebody"), "There is no release"),
        (("serve",), "There is no release of quickstart"),
        (("board",), "127.0.0.1:9"),
    ],
    ids=["no challenge", "no release", "nothing to serve", "no server"],
)
def test_a_refusal_says_what_and_what_to_do_without_a_traceback(
    run, words: tuple[str, ...], told: str
) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_team_gets_only_a_source_set_that_the_brief_has(run) -> None:
    refused = run("team", "add", "Wulp", "--sources", "nothing")
    added = run("team", "add", "Wulp", "--sources", "all")
    assert (refused.exit_code, added.exit_code) == (1, 0)
    assert "Choose one of: all" in refused.stderr


def test_a_token_is_printed_once_on_standard_output(run) -> None:
    added = run("team", "add", "Grutto")
    listed = run("team", "list")
    again = run("team", "add", "Grutto")
    assert added.stdout.startswith("kansrijk_")
    assert "Grutto" in listed.stderr
    assert "kansrijk_" not in listed.output
    assert again.exit_code == 1
