"""A server that runs models without a sandbox, because somebody asked for that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from challenge.client import Client
from challenge.records import Role
from challenge.settings import Settings

from ..factories import pyfunc_bundle
from .conftest import Server, finish, register_all, run_server

# No sandbox would let a model see this.
LOOKS_AROUND = """
import os
import pandas
def _load_pyfunc(path):
    print("sees the database:", os.path.exists({database!r}))
    return Model()
class Model:
    def predict(self, frame):
        return pandas.Series(0.1, index=frame.index).to_numpy()
"""


@pytest.fixture(scope="module")
def server(
    published_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of whoever trusts all submissions."""
    home = tmp_path_factory.mktemp("trusting")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    trusting = {"home": home, "trust_submissions": True, "engine": ""}
    yield from run_server(published_settings.model_copy(update=trusting))


@pytest.mark.full
def test_a_trusted_model_runs_and_everybody_is_warned(
    server: Server, tmp_path: Path
) -> None:
    upload = tmp_path / "model.zip"
    database = str(server.settings.home / "challenge.db")
    upload.write_bytes(pyfunc_bundle(LOOKS_AROUND.format(database=database)))
    server.tokens.update(register_all(server.settings, {"Zwaluw": Role.TEAM}))
    with Client(server.url, token=server.tokens["Zwaluw"]) as team:
        found = finish(team, upload, proof=True)
    told = httpx.get(f"{server.url}/health/ready").json()
    page = httpx.get(f"{server.url}/?lang=nl", headers={"Accept": "text/html"}).text
    assert found["state"] == "proved", found
    assert "sees the database: True" in found["log"]
    assert found["isolation"] == "trusted"
    assert (told["status"], told["isolation"]) == ("ready", "trusted")
    assert "Deze server draait inzendingen zonder zandbak." in page
