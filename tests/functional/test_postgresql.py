"""The service on PostgreSQL, with what was on SQLite before."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from challenge.records import Role
from challenge.settings import Settings
from challenge.store import open_database

from ..postgres import Server
from .conftest import finish, register_all, run_server, wait_for

PAGE = (Path(__file__).parents[2] / "docs/postgresql.md").read_text()
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'kansrijk'"
)


def moved(file: Path, url: str) -> str:
    """Do what the manual says, with addresses of this test."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    code = textwrap.dedent(code)
    old = re.search(r'"(sqlite:[^"]+)"', code).group(1)
    new = re.search(r'"(postgresql:[^"]+)"', code).group(1)
    code = code.replace(old, f"sqlite:///{file}").replace(new, url)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.postgres
@pytest.mark.sandbox
def test_a_service_moves_to_postgresql_and_outlives_lost_connections(
    sandbox_works: None,
    published_settings: Settings,
    bundle: Path,
    postgres: Server,
    postgres_url: str,
    tmp_path: Path,
) -> None:
    file = Path(shutil.copy(published_settings.home / "challenge.db", tmp_path))
    register_all(
        published_settings.model_copy(update={"database_url": f"sqlite:///{file}"}),
        {"Grutto": Role.TEAM},
    )
    assert moved(file, postgres_url).endswith(" rows\n")
    home = tmp_path / "home"
    home.mkdir()
    (home / "releases").symlink_to(published_settings.home / "releases")
    settings = published_settings.model_copy(
        update={"home": home, "database_url": postgres_url}
    )

    with contextmanager(run_server)(settings) as server:
        server.tokens.update(register_all(settings, {"Zwaluw": Role.TEAM}))
        # All there are, of web and worker; again and again, since the worker asks anew.
        for _ in range(3):
            assert wait_for(lambda: len(postgres.sql(CUT)) > 0)
            time.sleep(0.5)
        with server.client("Zwaluw") as team:
            assert finish(team, bundle)["state"] == "scored"
        with server.client() as visitor:
            assert [row["team"] for row in visitor.board()["rows"]] == ["Zwaluw"]
        told = subprocess.run(
            [sys.executable, "-m", "challenge", "doctor", "--json"],
            env=os.environ | settings.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    found = {one["name"]: one for one in json.loads(told.stdout)}
    assert found["database"]["state"] == "ok", found
    assert not (home / "challenge.db").exists()
    with closing(open_database(postgres_url)) as database, database.read() as unit:
        assert unit.people.named(Role.TEAM, "Grutto").name == "Grutto"
