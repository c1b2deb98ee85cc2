"""The commands of the day."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from challenge.cli import app
from challenge.settings import Settings
from challenge.store import open_database

from ...factories import NOON


@pytest.fixture
def run(settings: Settings):
    env = {
        "CHALLENGE_HOME": str(settings.home),
        "CHALLENGE_CONTENT": str(settings.content),
        "CHALLENGE_CHALLENGE": "quickstart",
    }
    return lambda *words: CliRunner().invoke(app, ["phase", *words], env=env)


def test_a_phase_is_shown_set_and_taken_back_with_a_reason(run) -> None:
    assert json.loads(run("show", "--json").stdout) == {
        "phase": "open",
        "next": "frozen",
        "ends": None,
        "waits_for": {},
        "advice": {},
    }
    assert run("set", "frozen", "--by", "Wulp").exit_code == 0
    assert "already" in run("set", "frozen", "--by", "Wulp").stderr
    refused = run("set", "open", "--by", "Wulp")
    assert (refused.exit_code, "reason" in refused.stderr) == (1, True)
    back = run("set", "open", "--by", "Wulp", "--reason", "An hour more.")
    assert back.exit_code == 0
    assert "Next: frozen, by hand." in run("show").stderr


def test_what_stands_in_the_way_and_what_is_no_phase_is_told(run) -> None:
    for name in ("frozen", "jury"):
        assert run("set", name, "--by", "Wulp").exit_code == 0
    shown = " ".join(run("show").stderr.split())
    assert "It waits: The jury has not recorded its verdict yet." in shown
    refused = " ".join(run("set", "closed", "--by", "Wulp").stderr.split())
    assert "The challenge cannot go to closed yet." in refused
    assert "It waits: The jury has not recorded its verdict yet." in refused
    assert refused.count("/organiser/phase") == 1
    assert "There is no phase noon." in run("set", "noon", "--by", "Wulp").stderr


def test_what_is_better_known_is_told_before_the_end_and_not_after(
    run, settings: Settings
) -> None:
    for name in ("frozen", "jury"):
        assert "Note:" not in run("set", name, "--by", "Wulp").stderr
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        unit.panels.change(is_open=False, by="Wulp", now=NOON)
    note = "Note: No team competes that the jury judged. So the challenge closes"
    assert note in run("show").stderr
    assert json.loads(run("show", "--json").stdout)["advice"] == {"verdict_nobody": 1}
    closed, again = (run("set", "closed", "--by", "Wulp").stderr for _ in range(2))
    assert closed.startswith(note)
    assert closed.endswith("\nPhase: closed.\n")
    assert again == "It is closed already.\n"
