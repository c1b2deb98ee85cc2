"""A look at a database, whatever state it is in, and a copy of one elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from challenge.errors import DatabaseUnavailableError
from challenge.records import Isolation, Role, WorkerFacts
from challenge.rules.machine import Health, judge_database
from challenge.store import Database, is_blank, open_database
from challenge.store.inspection import DatabaseFacts, Inspection
from challenge.store.moving import move

from ...factories import NOON, RELEASE, enqueue
from ...postgres import Server

pytestmark = pytest.mark.postgres


@pytest.fixture
def new(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    yield database
    database.close()


def look(url: str) -> DatabaseFacts:
    with closing(Inspection(url, patience_seconds=2)) as inspection:
        return inspection.facts()


def told(facts: DatabaseFacts) -> str:
    found = judge_database(facts, file=None, first="")
    assert found.state is Health.FAULT
    assert found.repair.startswith(("pg_isready", "psql", "createdb"))
    return found.told


def test_a_look_finds_a_postgresql_that_is_whole(postgres_url: str) -> None:
    facts = look(postgres_url)
    assert judge_database(facts, file=None, first="").state is Health.OK


def test_a_look_at_a_database_that_is_not_there_says_how_to_make_it(
    postgres: Server,
) -> None:
    facts = look(postgres.url("nergens"))
    assert "no database of that name" in told(facts)
    found = judge_database(facts, file=None, first="")
    assert found.repair.startswith("createdb --owner=ROLE --template=template0")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "it keeps text as SQL_ASCII"),
        (
            "ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'nl'",
            "by the rules of a language (nl",
        ),
    ],
)
def test_a_look_says_first_what_is_wrong_with_the_order_of_a_database(
    postgres: Server, made: str, said: str
) -> None:
    name = f"test_{uuid4().hex}"
    postgres.sql(f"CREATE DATABASE {name} TEMPLATE template0 {made}")
    try:
        facts = look(postgres.url(name))
        assert said in told(facts)
        assert "createdb" in judge_database(facts, file=None, first="").repair
        with pytest.raises(DatabaseUnavailableError, match=re.escape(said)):
            open_database(postgres.url(name))
    finally:
        postgres.drop(name)


def test_a_look_at_a_database_without_tables_says_what_makes_them(
    postgres: Server,
) -> None:
    name = postgres.create()
    try:
        facts = look(postgres.url(name))
        first = judge_database(facts, file=None, first="challenge publish a/1")
        assert (first.told, first.repair) == (
            "It has no tables yet.",
            "challenge publish a/1",
        )
        lost = judge_database(facts, file=None, first="", signed="a/1")
        assert "a/1 was published" in lost.told
        assert lost.repair.startswith("challenge restore BACKUP")
        assert is_blank(postgres.url(name))
        assert not is_blank(postgres.url("nergens"))
    finally:
        postgres.drop(name)


def test_a_look_finds_a_writer_that_does_not_end(
    postgres_url: str, new: Database
) -> None:
    with new.begin():
        facts = look(postgres_url)
    assert facts.refusal == "something else holds it too long"
    assert facts.refusal in told(facts)


def test_a_look_finds_a_database_that_may_only_be_read(
    postgres: Server, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert os.strerror(30) in told(look(postgres_url))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_row_moves_and_numbers_go_on_after_it(
    url: str, database: Database, postgres_url: str, new: Database
) -> None:
    for number in range(3):
        enqueue(database, f"s{number}", f"Grutto {number}")
    with database.begin() as unit:
        unit.audit.add("a test", "act", "ë", now=NOON, before={"a": 1}, after=None)

    database.close()
    assert move(url, postgres_url, now=NOON) == 10

    for key in ("s3", "s4"):
        for one in (database, new):
            enqueue(one, key, "Kievit")
    held = []
    for one in (database, new):
        with one.begin() as unit:
            unit.audit.add("a test", "act", "later", now=NOON)
            held.append(
                (
                    [unit.submissions.get(f"s{number}") for number in range(5)],
                    unit.people.all(Role.TEAM),
                    unit.audit.all(),
                )
            )
    assert held[0] == held[1]
    assert held[0][0][4].number == 5
    with new.read() as unit:
        assert unit.audit.check().broken is None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_moves_into_a_database_that_holds_something(
    url: str, database: Database, postgres_url: str, new: Database
) -> None:
    enqueue(database, "a", "Zwaluw")
    enqueue(new, "b", "Kievit")
    database.close()
    with pytest.raises(DatabaseUnavailableError, match="holds something already"):
        move(url, postgres_url, now=NOON)
    with new.read() as unit:
        assert [p.name for p in unit.people.all(Role.TEAM)] == ["Kievit"]


@pytest.mark.parametrize("is_made", [False, True], ids=["no file", "an empty file"])
def test_nothing_moves_from_a_file_that_is_not_there(
    tmp_path: Path, postgres_url: str, is_made: bool
) -> None:
    """A misspelt place became an empty database, of which no row was copied."""
    file = tmp_path / "misspelt.db"
    if is_made:
        file.touch()
    with pytest.raises(DatabaseUnavailableError, match="no file, or an empty") as no:
        move(f"sqlite:///{file}", postgres_url, now=NOON)
    assert str(file) in no.value.message
    assert file.exists() is is_made


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_moves_while_the_service_or_a_worker_is_there(
    url: str, database: Database, postgres_url: str, new: Database
) -> None:
    enqueue(database, "a", "Zwaluw")
    with pytest.raises(DatabaseUnavailableError, match="has its database open") as no:
        move(url, postgres_url, now=NOON)
    assert no.value.hint.startswith("Stop `challenge serve` and every worker")
    facts = ("old", RELEASE, Isolation.BUBBLEWRAP, "", 2, 0, 0)
    with database.begin() as unit:
        unit.workers.seen(WorkerFacts(*facts, started_at=NOON, seen_at=NOON))
    database.close()
    with pytest.raises(DatabaseUnavailableError, match="a worker was there"):
        move(url, postgres_url, now=NOON)
    with new.read() as unit:
        assert unit.people.all(Role.TEAM) == []
    assert move(url, postgres_url, now=NOON + timedelta(minutes=2))
