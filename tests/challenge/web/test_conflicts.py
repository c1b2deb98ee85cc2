"""Declaring interests on a page."""

from __future__ import annotations

from contextlib import closing

import pytest

from challenge.settings import Settings
from challenge.store import open_database

from ...factories import NOON
from .conftest import Ask
from .juries import Jury


@pytest.fixture
def jury(settings: Settings) -> Jury:
    return Jury(settings)


SAID = {"kind_Zwaluw": "none", "kind_Grutto": "knows", "reason_Grutto": "Mijn zus"}


def test_a_juror_with_an_interest_has_one_pitch_less(ask: Ask, jury: Jury) -> None:
    form, kept, listed, gone, saved = ask(
        [
            jury.get("/jury/conflicts", "Chris"),
            jury.post("/jury/conflicts", "Chris", **SAID),
            jury.get("/jury", "Chris"),
            jury.get("/jury/Grutto", "Chris"),
            jury.post("/jury/Grutto", "Chris", version=0, action="save", note="x"),
        ]
    )
    assert form.status_code == 200
    assert (kept.status_code, kept.headers["location"]) == (303, "/jury")
    assert "Idee Zwaluw" in listed.text
    assert "Idee Grutto" not in listed.text
    assert gone.status_code == 404
    assert "Je gaf een belang op bij dit team." in gone.text
    assert 'href="/jury/conflicts">Wijzig het hier.' in gone.text
    assert "Idee Grutto" not in gone.text
    assert saved.status_code == 404


def test_a_juror_with_an_interest_in_every_team_reads_that_it_is_theirs(
    ask: Ask, jury: Jury
) -> None:
    said = {"kind_Zwaluw": "knows", "kind_Grutto": "knows"}
    _, listed = ask(
        [jury.post("/jury/conflicts", "Chris", **said), jury.get("/jury", "Chris")]
    )
    assert "Er is geen pitch die jij beoordeelt." in listed.text
    assert "Er is nog geen pitch." not in listed.text


def test_every_team_wants_an_answer_and_nothing_typed_is_lost(
    ask: Ask, jury: Jury
) -> None:
    [answer] = ask(
        [
            jury.post(
                "/jury/conflicts",
                "Chris",
                kind_Grutto="knows",
                reason_Grutto="Mijn zus",
            )
        ]
    )
    assert answer.status_code == 422
    assert "Kies bij Zwaluw wat klopt." in answer.text
    assert "Mijn zus" in answer.text
    assert 'href="#kind_Zwaluw"' in answer.text


def test_a_reason_that_is_too_long_is_refused_beside_its_field(
    ask: Ask, jury: Jury
) -> None:
    said = SAID | {"reason_Grutto": "x" * 1001}
    [answer] = ask([jury.post("/jury/conflicts", "Chris", **said)])
    assert answer.status_code == 422
    assert 'id="reason_Grutto-error"' in answer.text


def test_after_the_end_nobody_takes_a_ballot_back_by_declaring_an_interest(
    ask: Ask, jury: Jury
) -> None:
    given = {"points_bruikbaarheid": 5, "note": "Helder.", "version": 0}
    [handed_in] = ask([jury.post("/jury/Zwaluw", "Ans", action="submit", **given)])
    with closing(open_database(jury.settings.database)) as database:
        with database.begin() as unit:
            unit.phases.change("closed", by="a test", now=NOON)
        said = {"kind_Zwaluw": "organisation", "kind_Grutto": "none"}
        [answer] = ask([jury.post("/jury/conflicts", "Ans", **said)])
        with database.read() as unit:
            ballots = unit.ballots.ballots()

    assert (handed_in.status_code, answer.status_code) == (303, 422)
    assert [(b.team, b.note, b.recused) for b in ballots] == [
        ("Zwaluw", "Helder.", False)
    ]


def test_only_chair_and_organiser_read_a_reason(ask: Ask, jury: Jury) -> None:
    said = SAID | {"reason_Grutto": "GEHEIM-BELANG"}
    readers = ["Chris", "Organisatie", "Toezicht", "Bo", "Zwaluw", "Grutto", "Bron"]
    _, mine, desk, auditor, *others = ask(
        [
            jury.post("/jury/conflicts", "Ans", **said),
            jury.get("/jury/conflicts", "Chris"),
            *(jury.get("/organiser/ballots", who) for who in readers[1:]),
            *(jury.get("/jury/conflicts", who) for who in readers[3:]),
            jury.get("/", None),
        ]
    )
    assert all("GEHEIM-BELANG" in page.text for page in (mine, desk, auditor))
    assert not any("GEHEIM-BELANG" in page.text for page in others)
