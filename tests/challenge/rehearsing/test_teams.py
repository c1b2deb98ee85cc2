"""What a team does about what it handed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest

from challenge.rehearsing.day import Pace
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.teams import _TeamDay


class Asker:
    """Stands in for a person whose server answers all the same."""

    def __init__(self, status: int) -> None:
        self.status, self.oddities = status, []

    def ask(self, method: str, path: str) -> httpx.Response:
        return httpx.Response(self.status, json={"state": "scored"})

    def odd(self, told: str) -> None:
        self.oddities.append(told)


@contextmanager
def waiting(status: int) -> Iterator[tuple[_TeamDay, Asker, Ledger]]:
    person, ledger, pace = Asker(status), Ledger(), Pace(20.0)
    pace.begin()
    day = SimpleNamespace(pace=pace, ledger=ledger)
    team = _TeamDay(day, SimpleNamespace(name="Zwaluw", acts=()), person)
    team._open.append("a1")
    yield team, person, ledger
    pace.end()


@pytest.mark.parametrize(
    ("status", "odd"), [(200, []), (404, ["submission a1 is not there any more"])]
)
def test_a_team_waits_neither_for_what_ended_nor_for_what_is_lost(
    status: int, odd: list[str]
) -> None:
    with waiting(status) as (team, person, ledger):
        team._look()
        assert team._open == []
        assert person.oddities == odd
        assert ("a1" in ledger.ends) is (status == 200)


def test_a_team_goes_on_waiting_while_the_server_is_away() -> None:
    with waiting(503) as (team, person, _):
        team._look()
        assert team._open == ["a1"]
        assert person.oddities == []
