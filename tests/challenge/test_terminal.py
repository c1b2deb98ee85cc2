"""What every command says the same: of this machine, and of who answers for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from challenge.cli import app
from challenge.errors import PermissionDeniedError
from challenge.terminal import explained


def told(capsys: pytest.CaptureFixture[str], act: Callable[[], object]) -> str:
    """What a person reads when a command ends like this."""
    with pytest.raises(typer.Exit) as left, explained():
        act()
    assert left.value.exit_code == 1
    return " ".join(capsys.readouterr().err.split())


def signed_commands(node: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """Every command that takes ``--by``, also one that comes tomorrow."""
    for name, command in getattr(node, "commands", {}).items():
        yield from signed_commands(command, *words, name)
    if any("--by" in param.opts for param in node.params):
        yield words


@pytest.mark.parametrize(
    "by",
    ["W" * 90, " ", "Wulp\x1b[2J", "schedule", "Worker"],
    ids=["long", "empty", "unseen", "service", "another case"],
)
def test_no_command_takes_responsibility_from_what_is_no_name_of_a_person(
    by: str,
) -> None:
    found = [*signed_commands(get_command(app))]
    done = {one: CliRunner().invoke(app, [*one, "--by", by]) for one in found}
    # The first thing that each says, whatever else it lacks.
    said = {one: (d.exit_code, d.stderr[:6]) for one, d in done.items()}
    assert said == dict.fromkeys(found, (1, "--by: "))
    assert {("publish",), ("team", "add"), ("export",)} <= {*found}


def test_a_place_that_cannot_be_written_is_named_with_reason_and_repair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / ("a-name-that-no-line-holds" * 5)
    said = told(capsys, place.mkdir)
    # Whole, so that it can be copied.
    assert f"{place.name} cannot be read or written: Not a directory." in said
    assert "CHALLENGE_HOME" in said


def test_a_full_disk_is_told_with_how_to_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = told(capsys, lambda: Path("/dev/full").write_text("x", "utf-8"))
    assert "Nothing more can be written: No space left" in said
    assert "--resume" in said


@pytest.mark.parametrize(
    ("role", "said"), [("organiser", "An organiser"), ("team", "A team")]
)
def test_a_role_that_may_not_do_something_is_named_as_people_say_it(
    role: str, said: str
) -> None:
    refused = PermissionDeniedError(role=role, needed="juror")
    assert refused.message == f"{said} may not do this."


def test_another_fault_of_the_system_stays_a_traceback() -> None:
    with pytest.raises(OSError, match="ours"), explained():
        raise OSError("a fault of ours")


def test_json_is_utf_8_whatever_the_system_writes_in() -> None:
    """As on Windows, where what goes to a file is cp1252 and lacks most letters."""
    code = "from challenge.terminal import print_json; print_json({'a': 'Ķīvīte ↑ é'})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode("utf-8")) == {"a": "Ķīvīte ↑ é"}
