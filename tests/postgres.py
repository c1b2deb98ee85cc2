"""A private PostgreSQL for tests, and everything on it.

A test that asks for `postgres_url` gets a database of its own. As a plugin it gives
one to every test that uses `database`, `settings` or `settings_for`, also with xdist:
``python -m pytest -p tests.postgres tests/challenge/web``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from challenge.settings import Settings
from challenge.store import open_database
from challenge.store.moving import copy_rows

# Where Debian and its children keep what is not on the path.
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
# PostgreSQL refuses to run as root.
NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []}
ROLE = "kansrijk"
STACK = pytest.StashKey[ExitStack]()
# Databases in place of files.
_NAMES: dict[Path, str] = {}
# Where the plugin's server is, and what its databases begin as.
VARIABLE, TEMPLATE = "TESTS_POSTGRES", "TESTS_POSTGRES_TEMPLATE"
# Nothing listens on TCP.
SMALL = ("shared_buffers=32MB", "max_connections=200", "listen_addresses=")
# A computer that goes down may take these databases with it.
QUICK = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
    *("wal_level=minimal", "max_wal_senders=0", "autovacuum=off"),
)
# Ends the server, and takes its folder away, as soon as its input closes: also when
# whoever started it was killed.
KEEPER = """
"$@" & server=$!
read -r _
kill -INT $server; wait $server; rm -rf "$FOLDER"
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL on a socket.

    Attributes
    ----------
    folder : Path
        Where its socket is.
    """

    folder: Path

    def url(self, name: str) -> str:
        """Address one of its databases."""
        return f"postgresql://{ROLE}@/{name}?host={self.folder}"

    def sql(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Carry out a statement as the superuser."""
        parts = {"host": str(self.folder), "user": ROLE, "dbname": name}
        with closing(psycopg.connect(**parts, autocommit=True)) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def create(self, template: str = "template0") -> str:
        """Make a database like another one, and give its name."""
        name = f"test_{uuid4().hex}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Take a database away from whoever uses it."""
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def guard(self) -> None:
        """Have a role with a password, and one that owns nothing."""
        if not self.sql("SELECT 1 FROM pg_roles WHERE rolname = 'guarded'"):
            self.sql("CREATE ROLE guarded LOGIN PASSWORD 'x'")
            self.sql("CREATE ROLE trusted LOGIN")

    @cached_property
    def migrated(self) -> str:
        """Name an empty database with every table, to make others like."""
        name = self.create()
        open_database(self.url(name)).close()
        return name


def find(program: str) -> str | None:
    """Find a program of PostgreSQL."""
    return shutil.which(program) or next(
        (str(place / program) for place in PLACES if (place / program).exists()), None
    )


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """Run a server until the end, or until this process ends."""
    initdb = find("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL is not installed: there is no initdb")
    user = NOBODY if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="kansrijk-postgres-"))
    if user:
        shutil.chown(folder, user["user"], user["group"])
    made = ["--auth=trust", f"--username={ROLE}", "--encoding=UTF8", "--locale=C"]
    subprocess.run(
        [initdb, "--no-sync", *made, "--pgdata", folder / "data"],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    access = folder / "data/pg_hba.conf"
    access.write_text(f"local all guarded scram-sha-256\n{access.read_text()}")
    settings = SMALL if durable else SMALL + QUICK
    options = [part for option in settings for part in ("-c", option)]
    server = [Path(initdb).resolve().with_name("postgres"), "-D", folder / "data"]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", *server, "-k", folder, *options],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | {"FOLDER": str(folder)},
            cwd=folder,
            # Ctrl-C, or a time limit on us, is for us: the keeper has to outlive it.
            start_new_session=True,
            **user,
        )
    try:
        yield _answering(Server(folder), keeper)
    finally:
        keeper.communicate()


def _answering(server: Server, keeper: subprocess.Popen[bytes]) -> Server:
    """Wait until a server takes connections."""
    while keeper.poll() is None:
        with suppress(psycopg.OperationalError):
            server.sql("SELECT 1")
            return server
        time.sleep(0.02)
    pytest.fail((server.folder / "log").read_text())


class Moved(Settings):
    """Settings whose database is one of PostgreSQL's, of every home another one."""

    def model_copy(self, *, update: Any = None, deep: bool = False) -> Moved:
        given = dict(update or {})
        if "home" in given:
            given.setdefault("database_url", instead_of(given["home"] / "challenge.db"))
        return super().model_copy(update=given, deep=deep)


def everywhere(settings: Settings) -> Settings:
    """Put a PostgreSQL in place of the file in a home, with the plugin."""
    if VARIABLE not in os.environ:
        return settings
    return Moved(**settings.model_dump()).model_copy(update={"home": settings.home})


def instead_of(file: Path) -> str:
    """Address a database that begins with the rows of a file; empty: use the file."""
    if VARIABLE not in os.environ:
        return ""
    server = Server(Path(os.environ[VARIABLE]))
    if file not in _NAMES:
        _NAMES[file] = server.create(os.environ[TEMPLATE])
        if file.exists():
            _fill(file, server.url(_NAMES[file]))
    return server.url(_NAMES[file])


def _fill(file: Path, url: str) -> None:
    with (
        closing(open_database(f"sqlite:///{file}")) as old,
        closing(open_database(url)) as new,
    ):
        copy_rows(old, new)


def pytest_configure(config: pytest.Config) -> None:
    """Start a server, and name it in the environment of every worker of xdist."""
    if hasattr(config, "workerinput"):
        return
    stack = config.stash[STACK] = ExitStack()
    server = stack.enter_context(running())
    os.environ[VARIABLE], os.environ[TEMPLATE] = str(server.folder), server.migrated


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Take away the databases of files that a test had for itself."""
    own = item.funcargs.get("tmp_path") if hasattr(item, "funcargs") else None
    for file in [file for file in _NAMES if own and file.is_relative_to(own)]:
        Server(Path(os.environ[VARIABLE])).drop(_NAMES.pop(file))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    if STACK in config.stash:
        config.stash[STACK].close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of this test process, or the plugin's."""
    if folder := os.environ.get(VARIABLE):
        yield Server(Path(folder))
        return
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """Address of an empty, migrated database, for one test."""
    name = postgres.create(postgres.migrated)
    yield postgres.url(name)
    postgres.drop(name)
