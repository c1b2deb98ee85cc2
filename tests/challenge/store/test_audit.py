"""The audit table only grows."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from challenge.store import open_database

from ...factories import NOON


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "REPLACE INTO audit"
        " SELECT id, at, 'nobody', action, subject, detail FROM audit",
    ],
    ids=["change", "remove all", "remove one", "replace"],
)
def test_the_database_refuses_to_change_or_remove_an_entry(
    tmp_path, statement: str
) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    database = open_database(url)
    with database.begin() as unit:
        unit.audit.add("A. Person", "publish release", "quickstart/1", now=NOON)
    engine = create_engine(url)

    with pytest.raises(DatabaseError, match="only grows"), engine.begin() as connection:
        connection.execute(text(statement))

    engine.dispose()
    with database.begin() as unit:
        unit.audit.add("Another", "publish release", "quickstart/2", now=NOON)
        assert [entry["actor"] for entry in unit.audit.all()] == [
            "A. Person",
            "Another",
        ]
    database.close()
