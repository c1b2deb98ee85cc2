"""Who has a database open: nobody takes it from under somebody."""

from __future__ import annotations

from threading import Timer

import pytest

from challenge.store.occupancy import is_open_elsewhere
from challenge.store.reaching import engine_of


@pytest.mark.postgres
def test_a_connection_that_closes_now_keeps_nobody_out_and_one_that_stays_does(
    postgres_url: str,
) -> None:
    """PostgreSQL lists somebody for a moment after they went, as a service does."""
    with engine_of(postgres_url).connect():
        assert is_open_elsewhere(postgres_url)
    going = engine_of(postgres_url).connect()
    timer = Timer(0.3, going.close)
    timer.start()
    assert not is_open_elsewhere(postgres_url)
    timer.join()
