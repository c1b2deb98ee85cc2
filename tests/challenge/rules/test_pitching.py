"""A pitch: so many saves and PDFs a day, and none of a team that does not compete."""

from __future__ import annotations

from datetime import timedelta

import pytest

from challenge.brief import read_brief
from challenge.errors import BarredError, TooManyPdfsError, TooManySavesError
from challenge.records import Principal, Role
from challenge.rules.pitching import SAVES_A_DAY, Draft, attach, save
from challenge.rules.quota import day_around
from challenge.rules.slides import PDFS_A_DAY
from challenge.store import Database

from ...factories import NOON, QUICKSTART

BRIEF = read_brief(QUICKSTART)
MIDNIGHT = day_around(NOON, BRIEF.event.clock)[1]


@pytest.fixture
def teams(database: Database) -> tuple[Principal, Principal]:
    with database.begin() as unit:
        return (
            unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON),
            unit.people.add(Role.TEAM, "Zwaluw 2", token_hash="z2", now=NOON),
        )


def test_a_team_puts_twenty_pdfs_with_its_pitch_until_midnight_and_no_more(
    database: Database, teams: tuple[Principal, Principal]
) -> None:
    team, namesake = teams
    late = MIDNIGHT - timedelta(seconds=1)
    with database.begin() as unit:

        def send(number: int, who: Principal = team, now=NOON) -> None:
            attach(unit, BRIEF, who, f"{number:064x}", 9, now=now)

        for number in range(PDFS_A_DAY):
            send(number)
        # The same once more is no other file, and taking it away makes room for none.
        send(PDFS_A_DAY - 1)
        attach(unit, BRIEF, team, "", 0, now=NOON)
        with pytest.raises(TooManyPdfsError, match="Team Zwaluw has used its 20 PDFs"):
            send(PDFS_A_DAY, now=late)
        send(PDFS_A_DAY, namesake, late)
        send(PDFS_A_DAY, now=MIDNIGHT)
        assert unit.pitches.get(team.id).pdf_sha256 == f"{PDFS_A_DAY:064x}"


def test_the_same_pitch_again_is_no_second_entry_and_no_other_version(
    database: Database, teams: tuple[Principal, Principal]
) -> None:
    with database.begin() as unit:
        for _ in range(2):
            found = unit.pitches.get(teams[0].id)
            version = found.version if found else 0
            kept = save(unit, BRIEF, teams[0], Draft("Idee"), version=version, now=NOON)
        assert kept.kept
        assert kept.pitch.version == 1
        assert [e["action"] for e in unit.audit.all()] == ["save pitch"]


def test_a_team_changes_its_pitch_five_hundred_times_a_day_and_no_more(
    database: Database, teams: tuple[Principal, Principal]
) -> None:
    team, namesake = teams
    with database.begin() as unit:
        for number in range(SAVES_A_DAY - 1):
            name = team.name
            unit.audit.add(name, "save pitch", name, now=NOON, after=number)
        save(unit, BRIEF, team, Draft("Idee"), version=0, now=NOON)
        # What is kept already is no change, and somebody else's text is not lost.
        assert save(unit, BRIEF, team, Draft("Idee"), version=1, now=NOON).kept
        assert not save(unit, BRIEF, team, Draft("Anders"), version=0, now=NOON).kept
        with pytest.raises(TooManySavesError, match="Zwaluw has saved its pitch 500"):
            save(unit, BRIEF, team, Draft("Anders"), version=1, now=NOON)
        assert unit.pitches.get(team.id).title == "Idee"
        save(unit, BRIEF, namesake, Draft("Anders"), version=0, now=NOON)
        assert save(unit, BRIEF, team, Draft("Anders"), version=1, now=MIDNIGHT).kept


def test_a_team_that_does_not_compete_changes_no_pitch(
    database: Database, teams: tuple[Principal, Principal]
) -> None:
    # As their requests began, they competed.
    barred = teams[0]
    with database.begin() as unit:
        unit.people.bar(barred, "Two teams under one name.")
        with pytest.raises(BarredError, match="Two teams"):
            attach(unit, BRIEF, barred, "a" * 64, 9, now=NOON)
        with pytest.raises(BarredError, match="Two teams"):
            save(unit, BRIEF, barred, Draft("Idee"), version=0, now=NOON)
        assert unit.pitches.get(barred.id) is None
