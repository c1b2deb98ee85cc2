"""Asking for help: so many open questions of one team, and none of one that is out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from challenge.errors import BarredError, TooManyQuestionsError
from challenge.records import Principal, Role
from challenge.rules.helping import OPEN_QUESTIONS, answer, ask
from challenge.store import Database, Unit

from ...factories import NOON


@pytest.fixture
def team(database: Database) -> Principal:
    with database.begin() as unit:
        return unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)


@pytest.fixture
def asks(team: Principal) -> Callable[..., str]:
    def asks(unit: Unit, text: object, who: Principal = team) -> str:
        return ask(unit, who, text=f"Question {text}", submission_id="", now=NOON)

    return asks


def test_a_team_with_many_open_questions_waits_for_an_answer(
    database: Database, asks: Callable[..., str]
) -> None:
    with database.begin() as unit:
        codes = [asks(unit, number) for number in range(OPEN_QUESTIONS)]
        assert asks(unit, 0) == codes[0]
        with pytest.raises(TooManyQuestionsError, match="Team Zwaluw has 20 questions"):
            asks(unit, "too many")
        other = unit.people.add(Role.TEAM, "Grutto", token_hash="g", now=NOON)
        asks(unit, "of another team", other)
        answer(unit, codes[3], "Read the brief.", by="Wulp", now=NOON)
        asks(unit, "after an answer")
        assert unit.help_requests.count_open() == OPEN_QUESTIONS + 1


def test_a_team_that_does_not_compete_asks_nothing(
    database: Database, team: Principal, asks: Callable[..., str]
) -> None:
    with database.begin() as unit:
        # As its request began, it competed.
        unit.people.bar(team, "Two teams under one name.")
        with pytest.raises(BarredError, match="Two teams"):
            asks(unit, "anyway")
