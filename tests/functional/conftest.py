"""A real server on a free port, with its real worker, sandbox and MLflow store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from challenge.client import Client
from challenge.errors import SandboxUnavailableError
from challenge.records import Interest, Role
from challenge.rules.registration import register
from challenge.sandbox import open_sandbox
from challenge.settings import Settings
from challenge.store import open_database
from leaderboard import Phase


@dataclass(frozen=True)
class Server:
    """A running server and the tokens of the people in it."""

    url: str
    settings: Settings
    tokens: dict[str, str]
    process: subprocess.Popen[str]

    def client(self, name: str | None = None) -> Client:
        return Client(self.url, token=self.tokens[name] if name else None)


@pytest.fixture(scope="session")
def sandbox_works() -> None:
    """Skip where no sandbox can be made; `tests/conftest.py` minds CI."""
    try:
        open_sandbox().close()
    except SandboxUnavailableError as error:
        pytest.skip(f"no sandbox here: {error}")


@pytest.fixture(scope="module")
def server(
    sandbox_works: None,
    published_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Server]:
    """One server per module; tests use teams of their own, made with `join`.

    A module's `POOL` has sandboxes warmed up for it; most are quicker without.
    """
    home = tmp_path_factory.mktemp("server")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    pool = getattr(request.module, "POOL", {})
    settings = published_settings.model_copy(update={"home": home, "pool": pool})
    yield from run_server(settings)


@pytest.fixture
def join(server: Server) -> Callable[[str], Client]:
    """Add a team and hand out its client."""

    def add(team: str, sources: str = "") -> Client:
        server.tokens.update(register_all(server.settings, {team: Role.TEAM}, sources))
        return server.client(team)

    return add


def run_server(settings: Settings) -> Iterator[Server]:
    """Start a server, and stop it whatever happens."""
    tokens = register_all(
        settings, {"Jurylid": Role.JUROR, "Organisatie": Role.ORGANISER}
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "challenge", "serve"],
        env=os.environ | settings.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().strip()
        assert url, "the server did not start"
        yield Server(url, settings, tokens, process)
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def register_all(
    settings: Settings, people: dict[str, Role], sources: str = ""
) -> dict[str, str]:
    """Register people, all with one source set, and give back their tokens."""
    database = open_database(settings.database)
    with database.begin() as unit:
        tokens = {
            name: register(
                unit, role, name, by="a test", now=datetime.now(UTC), sources=sources
            )[1]
            for name, role in people.items()
        }
    database.close()
    return tokens


@contextmanager
def judging(settings: Settings) -> Iterator[None]:
    """Let jurors without an interest judge for a while, and skip what comes first."""
    with closing(open_database(settings.database)) as database:
        for phase in (Phase.JURY, Phase.OPEN):
            now = datetime.now(UTC)
            with database.begin() as unit:
                unit.phases.change(phase, by="a test", now=now)
                for juror in unit.people.all(Role.JUROR):
                    for team in unit.people.all(Role.TEAM):
                        unit.conflicts.declare(
                            juror, team, Interest.NONE, reason="", now=now
                        )
            if phase is Phase.JURY:
                yield


def accept(client: Client) -> None:
    """Accept the terms with somebody's token."""
    terms = client.challenge()["terms"]
    client._json("POST", "/api/terms", json={"sha256": terms["sha256"]})


def wait_for_tracking(settings: Settings) -> None:
    """Wait until MLflow has every result; the score is shown before that."""
    database = open_database(settings.database)

    def tracked() -> bool:
        with database.read() as unit:
            return not unit.results.untracked("quickstart/1")

    assert wait_for(tracked), "MLflow was not written within a minute"
    database.close()


def wait_for(holds: Callable[[], bool], limit_seconds: float = 60) -> bool:
    """Tell whether something comes to hold within the limit."""
    deadline = time.monotonic() + limit_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def finish(client: Client, bundle: Path, *, proof: bool = False) -> dict[str, Any]:
    """Submit a bundle and wait for its end."""
    submission = client.submit(bundle, proof=proof)
    return list(client.follow(submission["id"]))[-1]
