"""The folder that a team has after `challenge download`, made without a server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from challenge.practice import Data, open_data
from challenge.synthesis import Release


@pytest.fixture
def folder(release: Release, tmp_path: Path) -> Path:
    """A folder of this test's own."""
    return shutil.copytree(release.path / "public", tmp_path / "data")


@pytest.fixture(scope="session")
def data(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Data:
    """The quickstart as a team has it; read only."""
    place = tmp_path_factory.mktemp("practice") / "data"
    return open_data(shutil.copytree(release.path / "public", place))
