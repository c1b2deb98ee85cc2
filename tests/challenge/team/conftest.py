"""A real server for a team's commands, and a machine of a team's own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from click.testing import Result
from keyring.backend import KeyringBackend
from typer.testing import CliRunner

from challenge.brief import read_brief
from challenge.cli import app as commands
from challenge.records import Role
from challenge.rules.inviting import Guest, invite
from challenge.rules.tokens import replace_tokens
from challenge.settings import Settings
from challenge.terminal import console
from challenge.web.app import create_app

from ...factories import QUICKSTART
from ..web.entrance import Desk, now

Run = Callable[..., Result]


@dataclass
class Site:
    """A running server, and the database beside it."""

    url: str
    desk: Desk

    def add(self, name: str, role: Role = Role.TEAM) -> str:
        """Give a token of somebody, who may be there already; it is their only one."""
        with self.desk.database.begin() as unit:
            person = unit.people.named(role, name)
            if person is not None:
                return replace_tokens(unit, person, by="a test", now=now())
        return self.desk.add(role, name)[1]

    def link(self, guest: Guest) -> str:
        with self.desk.database.begin() as unit:
            made = invite(
                unit, guest, brief=read_brief(QUICKSTART), by="Organisatie", now=now()
            )
        return f"{self.url}/invitation/{made[1]}"


@pytest.fixture(scope="module")
def site(
    published_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    settings = published_settings.model_copy(update={"home": home})
    config = uvicorn.Config(create_app(settings), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    desk = Desk(settings)
    yield Site(f"http://127.0.0.1:{port}", desk)
    server.should_exit = True
    thread.join()
    desk.database.close()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder for settings, without a keyring, and a folder to work in."""
    place = tmp_path / "machine"
    (place / "work").mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("CHALLENGE_URL", "CHALLENGE_TOKEN", "CHALLENGE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(place / "work")
    monkeypatch.setattr(console, "width", 200)
    return place


@pytest.fixture
def run(machine: Path) -> Run:
    """Call a command on that machine."""

    def call(*words: str, typed: str = "", **env: str) -> Result:
        return CliRunner().invoke(commands, list(words), input=typed, env=env)

    return call


class Drawer(KeyringBackend):
    """A keyring that works, until it is locked."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]

    def _check(self) -> None:
        if self.is_locked:
            raise RuntimeError("Prompt dismissed.")


@pytest.fixture
def drawer(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Drawer:
    made = Drawer()
    monkeypatch.setattr("keyring.get_keyring", lambda: made)
    return made
