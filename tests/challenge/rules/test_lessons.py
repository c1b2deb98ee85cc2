"""What was learnt, in a real database."""

from __future__ import annotations

import pytest

from challenge.brief import read_brief
from challenge.errors import NotFoundError, PhaseClosedError, RequestRefusedError
from challenge.records import Role
from challenge.rules.lessons import note_lesson, withdraw_lesson
from challenge.store import Database

from ...factories import NOON, QUICKSTART

BRIEF = read_brief(QUICKSTART)


def test_lessons_are_listed_once_in_the_order_of_writing(database: Database) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)
        for text in ("Een.", "Twee.", "Een."):
            note_lesson(unit, ans, kind="question", text=text, brief=BRIEF, now=NOON)

        assert [lesson.text for lesson in unit.lessons.all()] == ["Een.", "Twee."]


def test_a_writer_withdraws_their_own_and_the_organiser_any(database: Database) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)
        bo = unit.people.add(Role.JUROR, "Bo", now=NOON)
        organiser = unit.people.add(Role.ORGANISER, "Organisatie", now=NOON)
        for text in ("Een.", "Twee."):
            note_lesson(unit, ans, kind="finding", text=text, brief=BRIEF, now=NOON)
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
            note_lesson(unit, ans, kind=kind, text=text, brief=BRIEF, now=NOON)

    assert caught.value.field == field


def test_after_the_end_the_organiser_alone_adds_to_what_everybody_reads(
    database: Database,
) -> None:
    with database.begin() as unit:
        ans = unit.people.add(Role.JUROR, "Ans", now=NOON)
        organiser = unit.people.add(Role.ORGANISER, "Organisatie", now=NOON)
        unit.phases.change("closed", by="a test", now=NOON)

        with pytest.raises(PhaseClosedError):
            note_lesson(unit, ans, kind="finding", text="Een.", brief=BRIEF, now=NOON)
        note_lesson(
            unit, organiser, kind="finding", text="Twee.", brief=BRIEF, now=NOON
        )

        assert [lesson.text for lesson in unit.lessons.all()] == ["Twee."]


def test_who_has_an_organisers_name_in_another_role_withdraws_nothing_of_theirs(
    database: Database,
) -> None:
    with database.begin() as unit:
        organiser = unit.people.add(Role.ORGANISER, "Wulp", now=NOON)
        juror = unit.people.add(Role.JUROR, "Wulp", now=NOON)
        for person in (organiser, juror):
            note_lesson(
                unit, person, kind="finding", text="Een.", brief=BRIEF, now=NOON
            )
        first, second = unit.lessons.all()

        with pytest.raises(NotFoundError):
            withdraw_lesson(unit, juror, first.id, now=NOON)
        withdraw_lesson(unit, juror, second.id, now=NOON)

        assert unit.lessons.all() == [first]
