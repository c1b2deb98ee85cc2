"""The store on both databases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty, migrated database of either kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    migrated = request.getfixturevalue("migrated")
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'test.db')}"
