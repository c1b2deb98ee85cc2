"""What PostgreSQL does that SQLite does not: connections, limits, refusals."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from challenge.errors import (
    BackupRefusedError,
    DatabaseUnavailableError,
    StorageUnavailableError,
)
from challenge.records import Role
from challenge.store import Database, open_database
from challenge.store.dumping import dump
from challenge.store.postgresql import WRITER
from challenge.store.reaching import engine_of

from ...factories import NOON
from ...postgres import Server

pytestmark = pytest.mark.postgres
OURS = "SELECT pg_backend_pid()"


@pytest.fixture
def opened(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    yield database
    database.close()


def add(database: Database, name: str) -> None:
    with database.begin() as unit:
        unit.people.add(Role.TEAM, name, now=NOON)


def sql(unit, statement: str):
    return unit.people._connection.exec_driver_sql(statement)


def refusal(url: str) -> DatabaseUnavailableError:
    with pytest.raises(DatabaseUnavailableError) as told:
        open_database(url)
    return told.value


def test_every_connection_has_limits_and_says_whose_it_is(opened: Database) -> None:
    names = [
        *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"),
        *("application_name", "transaction_isolation", "transaction_read_only"),
    ]
    with opened.read() as unit:
        reading = [sql(unit, f"SHOW {name}").scalar_one() for name in names]
    with opened.begin() as unit:
        writing = [sql(unit, f"SHOW {name}").scalar_one() for name in names]
    limits = ["1min", "30s", "20s", "kansrijk"]
    assert reading == [*limits, "repeatable read", "on"]
    assert writing == [*limits, "read committed", "off"]


def test_an_address_may_set_limits_of_its_own(postgres_url: str) -> None:
    own = f"{postgres_url}&application_name=proef&options=-c%20lock_timeout%3D7s"
    with closing(open_database(own)) as database, database.read() as unit:
        assert sql(unit, "SHOW lock_timeout").scalar_one() == "7s"
        assert sql(unit, "SHOW statement_timeout").scalar_one() == "1min"
        assert sql(unit, "SHOW application_name").scalar_one() == "proef"


def test_an_errand_has_limits_and_a_name_too(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql", "postgresql+psycopg2", 1)
    names = ("application_name", "lock_timeout", "statement_timeout")
    with engine_of(url).connect() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    assert shown == ["kansrijk", "30s", "1min"]


def test_a_dump_that_fails_says_why_leaves_nothing_and_tells_no_password(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, real = tmp_path / "pg_dump", shutil.which("pg_dump")
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\n'
        f'echo "$@" > {tmp_path}/words\necho $PGPASSWORD > {tmp_path}/own\n'
        "echo 'pg_dump: error: the disk is full' >&2\n"
        "echo 'pg_dump: detail: Command was: COPY people' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    own = f"{postgres_url}&password=geheim&sslpassword=geheim"
    with pytest.raises(BackupRefusedError, match="error: the disk is full\\."):
        dump(own, tmp_path / "dump")
    assert not (tmp_path / "dump").exists()
    assert "geheim" not in (tmp_path / "words").read_text()
    assert (tmp_path / "own").read_text() == "geheim\n"


@pytest.mark.parametrize("driver", ["postgres", "postgresql+psycopg2"])
def test_any_postgresql_address_is_driven_by_psycopg(
    postgres_url: str, driver: str
) -> None:
    url = postgres_url.replace("postgresql", driver, 1)
    if driver == "postgres":
        # As libpq takes it and SQLAlchemy does not.
        assert "it is postgres" in refusal(url).message
    else:
        open_database(url).close()


def test_a_rule_that_reads_and_then_writes_counts_every_other_writer(
    postgres_url: str,
) -> None:
    """Eight at once, each in a process's place: no name is given out twice."""

    def register(_: int) -> None:
        with closing(open_database(postgres_url)) as own:
            for _ in range(5):
                with own.begin() as unit:
                    name = f"Grutto {unit.people.count()}"
                    unit.people.add(Role.TEAM, name, now=NOON)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(register, range(8)))
    with closing(open_database(postgres_url)) as database, database.read() as unit:
        assert unit.people.count() == 40


def test_a_unit_that_reads_sees_one_moment_and_waits_for_nobody(
    opened: Database,
) -> None:
    with opened.read() as unit:
        assert unit.people.count() == 0
        add(opened, "Zwaluw")
        assert unit.people.count() == 0
    with opened.begin() as writing, opened.read() as unit:
        writing.people.add(Role.TEAM, "Kievit", now=NOON)
        assert unit.people.count() == 1


def test_a_unit_that_reads_writes_nothing_and_no_disk_is_blamed(
    opened: Database,
) -> None:
    with (
        pytest.raises(DBAPIError, match="read-only transaction"),
        opened.read() as unit,
    ):
        unit.people.add(Role.TEAM, "Zwaluw", now=NOON)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_names_come_in_the_order_of_sqlite(
    opened: Database, database: Database
) -> None:
    names = ["zwaluw", "Zwaluw", "Éénd", "Ekster", "ekster", "a-b", "ab", "Ab"]
    for one in (opened, database):
        for name in names:
            add(one, name)
    told = []
    for one in (opened, database):
        with one.read() as unit:
            told.append([person.name for person in unit.people.all(Role.TEAM)])
    assert told[0] == told[1] == sorted(names)


def test_what_an_error_quotes_of_a_row_stays_out_of_its_text(opened: Database) -> None:
    with pytest.raises(IntegrityError) as told, opened.begin() as unit:
        unit.people._connection.execute(
            text("INSERT INTO tokens (label) VALUES (:label)"), {"label": "0.123456789"}
        )
    cause = told.value.orig
    assert "0.123456789" in cause.diag.message_detail
    assert "0.123456789" not in f"{told.value} {told.value!r} {cause} {cause!r}"


@pytest.mark.full
def test_processes_that_start_together_migrate_once(postgres: Server) -> None:
    name = postgres.create()
    code = "import sys; from challenge.store import open_database as o; o(sys.argv[1])"
    command = [sys.executable, "-c", code, postgres.url(name)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], told
    assert len(postgres.sql("SELECT * FROM alembic_version", name)) == 1
    postgres.drop(name)


def test_a_lost_connection_is_told_and_the_next_unit_has_another(
    postgres: Server, opened: Database, postgres_url: str
) -> None:
    def lose() -> None:
        with opened.begin() as unit:
            postgres.sql(f"SELECT pg_terminate_backend({sql(unit, OURS).scalar_one()})")
            unit.people.add(Role.TEAM, "Zwaluw", now=NOON)

    with pytest.raises(DatabaseUnavailableError, match="nothing answers"):
        lose()
    add(opened, "Kievit")
    with opened.read() as unit:
        # Also one that went while nobody used it.
        process = sql(unit, OURS).scalar_one()
    postgres.sql(f"SELECT pg_terminate_backend({process})")
    with opened.read() as unit:
        assert [p.name for p in unit.people.all(Role.TEAM)] == ["Kievit"]


def test_whoever_holds_the_writers_lock_too_long_is_not_waited_for(
    postgres: Server, opened: Database, postgres_url: str
) -> None:
    own = f"{postgres_url}&options=-c%20lock_timeout%3D1s"
    name = postgres_url.partition("@/")[2].partition("?")[0]
    held = psycopg.connect(host=str(postgres.folder), user="kansrijk", dbname=name)
    with closing(open_database(own)) as database, closing(held):
        held.execute(f"SELECT pg_advisory_lock({WRITER})")
        with pytest.raises(DatabaseUnavailableError, match="holds it too long"):
            add(database, "Zwaluw")
        with database.read() as unit:
            assert unit.people.count() == 0


def test_a_process_that_stops_in_its_unit_loses_it_and_the_lock(
    opened: Database, postgres_url: str
) -> None:
    limit = "-c%20idle_in_transaction_session_timeout%3D1s"
    idle = open_database(f"{postgres_url}&options={limit}")

    def sleep() -> None:
        with idle.begin() as unit:
            unit.people.add(Role.TEAM, "Zwaluw", now=NOON)
            # Waits for the lock until PostgreSQL takes it from the sleeper.
            waiting = threading.Thread(target=add, args=(opened, "Kievit"))
            waiting.start()
            waiting.join()
            unit.people.count()

    with pytest.raises(DatabaseUnavailableError):
        sleep()
    idle.close()
    with opened.read() as unit:
        assert [p.name for p in unit.people.all(Role.TEAM)] == ["Kievit"]


def test_a_database_that_may_only_be_read_is_told_as_a_disk_would_be(
    postgres: Server, opened: Database, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    opened.close()
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StorageUnavailableError) as told:
        add(opened, "Zwaluw")
    assert told.value.errno == errno.EROFS
    with opened.read() as unit:
        assert unit.people.count() == 0


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("guarded:geheim", "it refuses the password"),
        ("nobody:geheim", "it does not let that role in"),
    ],
)
def test_who_is_not_let_in_is_told_why_and_never_the_password(
    postgres: Server, role: str, reason: str
) -> None:
    postgres.guard()
    url = postgres.url("postgres").replace("kansrijk@", f"{role}@")
    told = refusal(url)
    assert reason in told.message
    assert "geheim" not in f"{told.message} {told.hint} {told!r} {told.__cause__!r}"
    assert told.hint


@pytest.mark.parametrize(
    ("url", "reason", "repair"),
    [
        ("postgresql://a@127.0.0.1:1/b", "nothing answers", "pg_isready"),
        ("mysql://a:geheim@127.0.0.1/b", "it is mysql", "CHALLENGE_DATABASE_URL"),
        ("geheim", "cannot be read", "CHALLENGE_DATABASE_URL"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(
    url: str, reason: str, repair: str
) -> None:
    told = refusal(url)
    assert reason in told.message
    assert repair in told.hint
    assert "geheim" not in told.message + told.hint


def test_a_database_that_is_not_there_is_told_with_how_to_make_it(
    postgres: Server,
) -> None:
    told = refusal(postgres.url("nergens"))
    assert "no database of that name" in told.message
    assert "createdb" in told.hint


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "keeps text as SQL_ASCII"),
        ("LOCALE_PROVIDER icu ICU_LOCALE 'nl'", "orders text by the rules"),
    ],
)
def test_a_database_that_orders_or_keeps_text_otherwise_is_refused(
    postgres: Server, made: str, reason: str
) -> None:
    postgres.sql(f"CREATE DATABASE elders TEMPLATE template0 {made}")
    try:
        told = refusal(postgres.url("elders"))
    finally:
        postgres.drop("elders")
    assert reason in told.message
    assert "--locale=C" in told.hint


def test_a_server_without_a_connection_left_is_told(
    postgres: Server, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    postgres.guard()
    postgres.sql("ALTER ROLE trusted CONNECTION LIMIT 0")
    told = refusal(postgres_url.replace("kansrijk@", "trusted@"))
    assert "no connection left" in told.message
    assert "max_connections" in told.hint
    assert name in told.message


def test_a_role_that_may_make_no_tables_is_told_so(postgres: Server) -> None:
    postgres.guard()
    postgres.sql("ALTER ROLE trusted CONNECTION LIMIT -1")
    name = postgres.create()
    told = refusal(postgres.url(name).replace("kansrijk@", "trusted@"))
    postgres.drop(name)
    assert "the role may not do that" in told.message
    assert "OWNER" in told.hint


LOGS = {
    "audit": "INSERT INTO audit (id, at, actor, action, subject, detail)"
    " VALUES ({id}, now(), 'x', 'x', 'x', '{{}}')",
    "downloads": "INSERT INTO downloads (id, person_id, release, file, at)"
    " VALUES ({id}, 1, 'x', 'x', now())",
}


@pytest.mark.parametrize("table", ["audit", "acceptances", "downloads"])
@pytest.mark.parametrize("statement", ["TRUNCATE {0}", "TRUNCATE people CASCADE"])
def test_logs_cannot_be_emptied(postgres_url: str, table: str, statement: str) -> None:
    engine = create_engine(postgres_url)
    if table == "audit" and "people" in statement:
        statement = "TRUNCATE audit CASCADE"
    with pytest.raises(DBAPIError, match="only grows"), engine.begin() as connection:
        connection.execute(text(statement.format(table)))
    engine.dispose()


@pytest.mark.parametrize("table", LOGS)
@pytest.mark.parametrize("number", [0, 7])
def test_a_numbered_log_takes_no_number_but_its_next(
    opened: Database, table: str, number: int
) -> None:
    add(opened, "Zwaluw")
    with opened.begin() as unit:
        sql(unit, LOGS[table].format(id="DEFAULT"))
    with pytest.raises(DBAPIError, match="only grows"), opened.begin() as unit:
        sql(unit, LOGS[table].format(id=number))


@pytest.mark.full
def test_the_server_of_tests_ends_with_whoever_started_it(tmp_path: Path) -> None:
    code = (
        "import os, signal; from tests.postgres import running\n"
        "with running() as server:\n"
        "    print(server.folder, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True
    )
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("kansrijk-postgres-")
    while folder.exists():
        threading.Event().wait(0.05)
