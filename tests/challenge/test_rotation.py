"""A token that leaked is replaced from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app
from challenge.errors import AuthenticationRequiredError
from challenge.rules.tokens import find_token
from challenge.store import open_database


@pytest.mark.parametrize("role", ["juror", "organiser", "partner", "auditor"])
def test_a_rotated_token_works_and_the_old_one_no_more(
    tmp_path: Path, role: str
) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(app, words, env={"CHALLENGE_HOME": str(tmp_path)})

    old = run(role, "add", "Wulp").stdout.strip()
    new = run(role, "rotate", "Wulp").stdout.strip()
    unknown = run(role, "rotate", "Grutto")
    database = open_database(f"sqlite:///{tmp_path / 'challenge.db'}")
    with database.read() as unit:
        assert find_token(unit, new)[0].name == "Wulp"
        with pytest.raises(AuthenticationRequiredError):
            find_token(unit, old)
    database.close()
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "Grutto" in unknown.stderr
