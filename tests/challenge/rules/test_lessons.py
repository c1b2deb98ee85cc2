"""What was learnt, in a real database."""

from __future__ import annotations

import pytest

from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Role
from challenge.rules.lessons import note_lesson, withdraw_lesson
from challenge.store import Database

from ...factories import NOON


def test_lessons_are_listed_once_in_the_order_of_writing(database: Database) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)
        for text in ("Een.", "Twee.", "Een."):
            note_lesson(unit, ans, kind="question", text=text, now=NOON)

        assert [lesson.text for lesson in unit.lessons.all()] == ["Een.", "Twee."]


def test_a_writer_withdraws_their_own_and_the_organiser_any(database: Database) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)
        bo = unit.people.add(Role.JUROR, "Bo", now=NOON)
        organiser = unit.people.add(Role.ORGANISER, "Organisatie", now=NOON)
        for text in ("Een.", "Twee."):
            note_lesson(unit, ans, kind="finding", text=text, now=NOON)
        first, second = unit.lessons.all()

        with pytest.raises(NotFoundError):
            withdraw_lesson(unit, bo, first.id, now=NOON)
        withdraw_lesson(unit, ans, first.id, now=NOON)
        with pytest.raises(NotFoundError):
            withdraw_lesson(unit, ans, first.id, now=NOON)
        withdraw_lesson(unit, organiser, second.id, now=NOON)

        assert unit.lessons.all() == []
        told = [entry["action"] for entry in unit.audit.all()]
        assert told == ["note lesson"] * 2 + ["withdraw lesson"] * 2


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [("idee", "Een.", "kind"), ("source", "", "text"), ("source", "x" * 2001, "text")],
)
def test_a_lesson_needs_a_kind_and_a_text(
    database: Database, kind: str, text: str, field: str
) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)

        with pytest.raises(RequestRefusedError) as caught:
            note_lesson(unit, ans, kind=kind, text=text, now=NOON)

    assert caught.value.field == field
