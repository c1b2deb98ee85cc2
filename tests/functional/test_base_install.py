"""What a team installs: the wheel and nothing more, against a real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from challenge.cli import app
from challenge.kit.wheel import own_wheel
from challenge.records import Role

from .conftest import Server, register_all

pytestmark = [pytest.mark.full, pytest.mark.sandbox]

LEFT_OUT = ("sdv", "fastapi", "sqlalchemy", "mlflow", "sklearn", "lightgbm", "torch")
# One line a command, as somebody would type it: what it needs is not always there.
LINES = """
auditor list
audit
backup backups
board
build quickstart
check mine
demo --once --port 0
disqualify Grutto --reason x --by y
doctor
doctor --server
download
evaluate model.zip
export elsewhere --for auditor --by y
init mine
invitation list
juror list
kit kit
login http://127.0.0.1:9
logout
organiser list
partner list
phase show
publish quickstart/1 --by y
quota show
rehearse --teams 1
reinstate Grutto --reason x --by y
report quickstart/1
rescore --dry-run --by y --reason x
restore backups/one --by y
schema json-schema
serve
status
stick stick --by y
submit model.zip
synthesize --from rows.csv --schema partner.yaml --out t
team add Grutto
worker
"""
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in an environment of its own; gives its folder of programs."""
    place = tmp_path_factory.mktemp("base")
    made = own_wheel()
    (place / made.name).write_bytes(made.content)
    uv = [shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"]
    environment = place / "env"
    python = environment / "bin" / "python"
    began = time.monotonic()
    for words in (
        ["venv", "--python", sys.executable, str(environment)],
        ["pip", "install", "--python", str(python), str(place / made.name)],
    ):
        subprocess.run([*uv, *words], check=True, capture_output=True)
    # Read with `-rP`; told, since it depends on the machine and the cache.
    sys.stdout.write(f"base install: {time.monotonic() - began:.1f} s\n")
    return environment / "bin"


@pytest.fixture
def call(installed: Path, tmp_path: Path) -> Call:
    """Run a program of that environment, on a machine where nobody logged in."""
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    kept = {"PATH": os.environ["PATH"], "COLUMNS": "200", "LC_ALL": "C.UTF-8"}

    def run(
        program: str, *words: str, typed: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed / program), *words],
            cwd=tmp_path,
            env=kept | home | env,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_it_brings_the_client_and_nothing_of_a_server(call: Call) -> None:
    script = (
        "import importlib.util as u, challenge.client, leaderboard;"
        f"print([name for name in {LEFT_OUT!r} if u.find_spec(name)])"
    )
    assert call("python", "-c", script).stdout.strip() == "[]"
    helped = call("challenge", "--help")
    assert helped.returncode == 0
    assert "submit" in helped.stdout


def test_a_team_gets_from_its_token_to_the_board(
    call: Call, server: Server, bundle: Path, tmp_path: Path
) -> None:
    token = register_all(server.settings, {"Grutto": Role.TEAM})["Grutto"]
    came = call("challenge", "login", server.url, "--token", "-", typed=token)
    assert came.returncode == 0, came.stderr
    got = call("challenge", "download", "--accept-terms")
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "data" / "train.parquet").is_file()
    handed = call("challenge", "submit", str(bundle), "--json")
    assert handed.returncode == 0, handed.stderr
    assert json.loads(handed.stdout)["state"] == "scored"
    board = json.loads(call("challenge", "board", "--json").stdout)
    assert "Grutto" in [row["team"] for row in board["rows"]]
    assert "Grutto" in call("challenge", "board").stderr
    listed = json.loads(call("challenge", "status", "--json").stdout)
    assert [one["state"] for one in listed] == ["scored"]
    looked = json.loads(call("challenge", "doctor", "--json").stdout)
    states = {finding["name"]: finding["state"] for finding in looked}
    # Without the extra, no bundle is made here, which is said and no fault.
    assert states.pop("packages") == "warning"
    assert set(states.values()) == {"ok"}


def test_every_command_works_or_names_the_extra_that_brings_it(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "model.zip").write_bytes(b"no zip")
    (tmp_path / "rows.csv").write_text("a\n1\n")
    lines = LINES.strip().splitlines()
    assert {line.split()[0] for line in lines} == set(get_command(app).commands)
    ended = {line: call("challenge", *line.split()) for line in lines}
    told = {line: done.stderr for line, done in ended.items()}
    assert [line for line, said in told.items() if "Traceback" in said] == []
    # What was typed here is typed rightly, but for a token that nobody was asked for.
    wrong = {line for line, done in ended.items() if done.returncode == 2}
    assert wrong == {"login http://127.0.0.1:9"}
    extras = {line for line, said in told.items() if "with the extra `" in said}
    assert {"serve", "worker", "team add Grutto", "phase show"} <= extras
    assert {"init mine", "check mine", "logout", "board", "doctor"}.isdisjoint(extras)


def test_a_shell_completes_a_command(call: Call) -> None:
    env = {"_CHALLENGE_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    done = call("challenge", COMP_WORDS="challenge subm", **env)
    assert done.stdout.strip() == "submit"
