"""What PostgreSQL refuses, and SQLite does not."""

from __future__ import annotations

from contextlib import closing

import pytest

from challenge.errors import RequestNotPossibleError
from challenge.records import Role
from challenge.store import open_database


@pytest.mark.postgres
def test_a_nul_in_what_somebody_asks_for_is_their_mistake(postgres_url: str) -> None:
    with (
        closing(open_database(postgres_url)) as database,
        database.read() as unit,
        pytest.raises(RequestNotPossibleError, match="NUL"),
    ):
        unit.people.named(Role.TEAM, "Zwal\x00uw")
