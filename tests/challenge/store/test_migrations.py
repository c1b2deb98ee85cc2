"""Migrations and tables say the same."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from challenge.store import open_database
from challenge.store.tables import metadata


def test_the_migrations_make_exactly_the_tables(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    open_database(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        difference = compare_metadata(context, metadata)
    engine.dispose()
    assert difference == []


def test_opening_a_database_twice_changes_nothing(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'new/folder/test.db'}"
    open_database(url).close()
    with open_database(url).read() as unit:
        assert unit.people.count() == 0
