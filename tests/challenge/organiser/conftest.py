"""A desk: the commands of an organiser on a database of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app

from ...factories import ROOT


@pytest.fixture
def run(migrated: Path, tmp_path: Path) -> Callable[..., Result]:
    """Call a command with a home of its own, where nothing is published."""
    (tmp_path / "home").mkdir()
    shutil.copy(migrated, tmp_path / "home/challenge.db")
    env = {
        "CHALLENGE_HOME": str(tmp_path / "home"),
        "CHALLENGE_CONTENT": str(ROOT / "datasets"),
        "CHALLENGE_CHALLENGE": "quickstart",
    }

    def call(*words: object, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, [*map(str, words)], env=env, input=typed)

    return call
