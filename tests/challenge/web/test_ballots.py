"""The juror's pages: list, ballot, autosave, merge, paper."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from challenge.records import Interest, Role
from challenge.settings import Settings
from challenge.store import open_database

from ...factories import NOON
from .conftest import Ask
from .juries import Jury

FULL = {"points_bruikbaarheid": "4", "note": "Mooi.", "private_note": "Geheim."}


@pytest.fixture
def jury(settings: Settings) -> Jury:
    return Jury(settings)


def version(page: str) -> str:
    return re.search(r'name="version" value="(\d+)"', page)[1]


def test_before_the_first_ballot_a_juror_says_which_interests_they_have(
    ask: Ask, jury: Jury
) -> None:
    listed, opened = ask(
        [jury.get("/jury", "Chris"), jury.get("/jury/Zwaluw", "Chris")]
    )
    assert listed.headers["location"] == "/jury/conflicts"
    assert opened.headers["location"] == "/jury/conflicts"


def test_the_list_says_where_each_ballot_is_and_which_is_next(
    ask: Ask, jury: Jury
) -> None:
    before, _, after = ask(
        [
            jury.get("/jury"),
            jury.post("/jury/Zwaluw", version=0, action="submit", **FULL),
            jury.get("/jury"),
        ]
    )
    assert before.status_code == 200
    assert before.text.count(">Open<") == 2
    assert ">Ingediend<" in after.text
    assert 'class="button primary" href="/jury/Grutto"' in after.text


def test_before_the_jury_judges_no_ballot_is_called_open(
    ask: Ask, settings: Settings
) -> None:
    [before] = ask([Jury(settings, "frozen").get("/jury")])
    assert ">Open<" not in before.text
    assert before.text.count(">Nog niet begonnen<") == 2


def test_what_is_typed_is_kept_without_a_script(ask: Ask, jury: Jury) -> None:
    kept, shown = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.get("/jury/Zwaluw"),
        ]
    )
    assert (kept.status_code, kept.headers["location"]) == (303, "/jury/Zwaluw")
    assert re.search(r'value="4" checked', shown.text)
    assert "Mooi." in shown.text
    assert "Geheim." in shown.text
    assert "Opgeslagen" in shown.text
    assert version(shown.text) == "1"
    assert jury.audit() == []


def test_autosave_answers_with_the_time_and_the_next_version_alone(
    ask: Ask, jury: Jury
) -> None:
    first, second = ask(
        [
            jury.post("/jury/Zwaluw", live=True, version=0, note="Een"),
            jury.post("/jury/Zwaluw", live=True, version=1, note="Twee"),
        ]
    )
    assert (first.status_code, version(first.text)) == (200, "1")
    assert re.search(r"Opgeslagen \d\d?\.\d\d CES?T · 0 van \d ingevuld", first.text)
    assert "<form" not in first.text
    assert version(second.text) == "2"


def test_a_ballot_that_changed_elsewhere_is_told_and_not_overwritten(
    ask: Ask, jury: Jury
) -> None:
    _, live, plain, shown = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.post("/jury/Zwaluw", live=True, version=0, note="Telefoon"),
            jury.post("/jury/Zwaluw", version=0, action="save", note="Telefoon"),
            jury.get("/jury/Zwaluw"),
        ]
    )
    assert (live.status_code, plain.status_code) == (409, 409)
    assert "Vergelijk en kies" in live.text
    assert version(live.text) == "0"
    assert 'name="note" value="Telefoon" checked' in plain.text
    assert 'name="note" value="Mooi."' in plain.text
    assert 'name="points_bruikbaarheid" value="4"' in plain.text
    assert version(plain.text) == "1"
    assert "Telefoon" not in shown.text


def test_what_was_chosen_on_the_merge_page_is_kept(ask: Ask, jury: Jury) -> None:
    chosen = FULL | {"note": "Telefoon"}
    _, kept, shown = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.post("/jury/Zwaluw", version=1, action="save", **chosen),
            jury.get("/jury/Zwaluw"),
        ]
    )
    assert kept.status_code == 303
    assert "Telefoon" in shown.text


def test_a_late_change_of_a_submitted_ballot_merges_into_a_new_one(
    ask: Ask, jury: Jury
) -> None:
    _, merge, again = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="submit", **FULL),
            jury.post("/jury/Zwaluw", version=0, action="save", note="Laat"),
            jury.post("/jury/Zwaluw", version=1, action="submit", **FULL),
        ]
    )
    assert 'value="submit"' in merge.text
    assert 'value="save"' not in merge.text
    assert again.status_code == 303


def test_an_unfinished_ballot_is_refused_and_nothing_typed_is_lost(
    ask: Ask, jury: Jury
) -> None:
    [answer] = ask(
        [jury.post("/jury/Zwaluw", version=0, action="submit", note="Al getypt.")]
    )
    assert answer.status_code == 422
    assert "Al getypt." in answer.text
    assert 'href="#points_bruikbaarheid"' in answer.text
    assert 'id="points_bruikbaarheid-error"' in answer.text


def test_submit_reopen_and_submit_again_stand_in_the_log(ask: Ask, jury: Jury) -> None:
    answers = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="submit", **FULL),
            jury.get("/jury/Zwaluw"),
            jury.post("/jury/Zwaluw", version=1, action="reopen"),
            jury.get("/jury/Zwaluw"),
            jury.post(
                "/jury/Zwaluw", version=2, action="submit", points_bruikbaarheid="none"
            ),
        ]
    )
    assert [a.status_code for a in answers] == [303, 200, 303, 200, 303]
    assert "Ingediend" in answers[1].text
    assert "textarea" not in answers[1].text
    assert "textarea" in answers[3].text
    assert [(who, act) for who, act, _, _ in jury.audit()] == [
        ("Ans", "submit ballot"),
        ("Ans", "reopen ballot"),
        ("Ans", "submit ballot"),
    ]


def test_a_juror_who_cannot_judge_a_pitch_says_why_to_the_organiser_alone(
    ask: Ask, jury: Jury
) -> None:
    _, shown, typed, forged, verdict = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="recuse", reason="Te moe"),
            jury.get("/jury/Zwaluw"),
            jury.get("/organiser/ballots/Ans/Zwaluw", "Organisatie"),
            jury.post("/jury/Zwaluw", version=1, action="submit", **FULL),
            jury.get("/api/verdict", "Organisatie"),
        ]
    )
    assert "Ans zei: ik kan deze pitch niet beoordelen." in typed.text
    assert "al een beoordeling ingediend" not in typed.text
    assert forged.status_code == 422
    assert "Je beoordeelt deze pitch niet." in shown.text
    [recusal] = verdict.json()["recusals"]
    assert recusal == {"juror": "Ans", "team": "Zwaluw", "reason": "Te moe"}


def test_beside_the_button_not_to_judge_stands_what_lapses_and_it_does(
    ask: Ask, jury: Jury
) -> None:
    _, shown, paper, _, recused, listed, _, again = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.get("/jury/Zwaluw"),
            jury.get("/organiser/ballots/Ans/Zwaluw", "Organisatie"),
            jury.post("/jury/Zwaluw", version=1, action="recuse", reason="", **FULL),
            jury.get("/jury/Zwaluw"),
            jury.get("/api/ballots", "Organisatie"),
            jury.post("/jury/Zwaluw", version=2, action="reopen"),
            jury.get("/jury/Zwaluw"),
        ]
    )
    for page in (shown, paper):
        line, button = 'id="lapses">Let op: wat', 'aria-describedby="lapses"'
        assert page.text.index(line) < page.text.index(button)
    for page in (recused, again):
        assert "Mooi." not in page.text
        assert "Geheim." not in page.text
        assert "checked" not in page.text
    assert [(b["points"], b["note"]) for b in listed.json()] == [({}, "")]


@pytest.mark.parametrize("phase", ["open", "frozen", "closed"])
def test_outside_phase_jury_the_page_can_be_read_and_not_changed(
    ask: Ask, settings: Settings, phase: str
) -> None:
    jury = Jury(settings, phase)
    shown, saved, live = ask(
        [
            jury.get("/jury/Zwaluw"),
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.post("/jury/Zwaluw", live=True, version=0, **FULL),
        ]
    )
    assert shown.status_code == 200
    assert "disabled" in shown.text
    assert (saved.status_code, live.status_code) == (422, 422)
    assert "niet opgeslagen" in live.text


def test_the_chair_closes_the_panel_and_the_organiser_opens_it(
    ask: Ask, jury: Jury
) -> None:
    closed, refused, opened, saved, other = ask(
        [
            jury.post("/jury/panel", "Chris", state="closed"),
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.post("/jury/panel", "Organisatie", state="open"),
            jury.post("/jury/Zwaluw", version=0, action="save", **FULL),
            jury.post("/jury/panel", "Bo", state="closed"),
        ]
    )
    assert [a.status_code for a in (closed, refused, opened, saved, other)] == [
        303,
        422,
        303,
        303,
        403,
    ]


def test_closing_the_panel_says_how_many_ballots_are_missing(
    ask: Ask, jury: Jury
) -> None:
    *_, chair, organiser, refused = ask(
        [
            jury.post("/jury/Zwaluw", version=0, action="submit", **FULL),
            jury.post("/jury/Grutto", version=0, action="recuse", reason="Te moe"),
            jury.post("/jury/Zwaluw", "Bo", version=0, action="save", **FULL),
            jury.get("/jury/panel", "Chris"),
            jury.get("/jury/panel", "Organisatie"),
            jury.get("/jury/panel", "Bo"),
        ]
    )
    for shown in (chair, organiser):
        # Bo's two and Chris's two; one of them is begun.
        assert "ontbreken: 4. Daarvan concept, en dat telt niet mee: 1." in shown.text
        assert "krijgen geen plaats: Grutto." in shown.text
        assert 'name="state" value="closed"' in shown.text
    assert refused.status_code == 403


def test_without_a_score_the_page_says_so_and_never_shows_practice_rows(
    ask: Ask, jury: Jury
) -> None:
    [shown] = ask([jury.get("/jury/Zwaluw")])
    assert "nog geen score" in shown.text
    assert "oefenrijen" not in shown.text


def test_an_empty_ballot_shows_every_criterion_and_anchor(ask: Ask, jury: Jury) -> None:
    [shown] = ask([jury.get("/jury/blank")])
    for words in (
        "Bruikbaarheid",
        "Je kunt er morgen niets mee.",
        "samen met gezinnen",
    ):
        assert words in shown.text


def test_the_organiser_types_a_paper_ballot_in_and_the_log_says_so(
    ask: Ask, jury: Jury
) -> None:
    path = "/organiser/ballots/Bo/Zwaluw"
    form, refused, kept, desk, listed = ask(
        [
            jury.get(path, "Organisatie"),
            jury.post(path, "Organisatie", action="submit", note="Van papier."),
            jury.post(path, "Organisatie", action="submit", **FULL),
            jury.get("/organiser/ballots", "Organisatie"),
            jury.get("/api/ballots", "Organisatie"),
        ]
    )
    assert (form.status_code, refused.status_code, kept.status_code) == (200, 422, 303)
    assert "Van papier." in refused.text
    assert desk.text.count(">Ingediend<") == 1
    assert [(b["juror"], b["points"]) for b in listed.json()] == [
        ("Bo", {"bruikbaarheid": 4})
    ]
    assert jury.audit() == [
        (
            "Organisatie",
            "submit ballot",
            "Zwaluw",
            {
                "before": "none",
                "after": "submitted",
                "typed_in_for": "Bo",
            },
        )
    ]


@pytest.mark.parametrize(
    ("phase", "is_open", "heading"),
    [
        ("open", True, None),
        ("jury", True, "De jury sluiten"),
        ("jury", False, "De jury is gesloten"),
        ("closed", False, None),
    ],
)
def test_who_leads_closes_and_opens_the_panel_in_phase_jury_alone(
    ask: Ask, settings: Settings, phase: str, is_open: bool, heading: str | None
) -> None:
    jury = Jury(settings, phase)
    path = settings.database
    with closing(open_database(path)) as database, database.begin() as unit:
        unit.panels.change(is_open=is_open, by="a test", now=NOON)
        chair = unit.people.named(Role.JUROR, "Chris")
        for team in unit.people.all(Role.TEAM):
            unit.conflicts.declare(chair, team, Interest.NONE, reason="", now=NOON)
    pages = ask(
        [jury.get("/jury", "Chris"), jury.get("/organiser/ballots", "Organisatie")]
    )
    for page in pages:
        assert page.status_code == 200
        found = re.search(r'<h2 id="panel">([^<]*)</h2>', page.text)
        assert (found and found[1]) == heading
        assert ('action="/jury/panel"' in page.text) is bool(heading)


@pytest.mark.parametrize("name", ["Bo/Kievit", "Niemand/Zwaluw"])
def test_nothing_is_typed_in_for_who_is_not_there(
    ask: Ask, jury: Jury, name: str
) -> None:
    path = f"/organiser/ballots/{name}"
    answers = ask(
        [
            jury.get(path, "Organisatie"),
            jury.post(path, "Organisatie", action="submit", **FULL),
        ]
    )
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_team_that_is_not_there_has_no_page(ask: Ask, jury: Jury) -> None:
    [answer] = ask([jury.get("/jury/Kievit")])
    assert answer.status_code == 404
