"""The verdict from the form to everybody, over the application itself."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from challenge.brief import Brief, read_brief
from challenge.rules.registration import bar, readmit
from challenge.settings import Settings
from challenge.web.access import Deployment
from challenge.web.app import create_app
from challenge.web.deliberation import Panel, find_panel

from ...factories import enqueue_counting
from .conftest import Ask, asking
from .entrance import Desk
from .room import Room

COMPUTED = ["Zwaluw", "Grutto", "Kievit"]
OTHERWISE = ["Grutto", "Zwaluw", "Kievit"]
WHY = "Omdat ouders meededen."


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.judge(
        {
            ("Ans", "Zwaluw"): 5,
            ("Bo", "Zwaluw"): 4,
            ("Ans", "Grutto"): 3,
            ("Bo", "Grutto"): 3,
            ("Ans", "Kievit"): 2,
            ("Bo", "Kievit"): 0,
        },
        {
            ("Ans", "Zwaluw"): "=1+1 voor de zwaluw",
            ("Bo", "Grutto"): "Alleen voor grutto.",
            ("Bo", "Kievit"): "Mijn zus zit erin.",
        },
    )
    made.go("jury")
    return made


def decide(
    room: Room, who: str = "Voorzitter", places: list[str] = COMPUTED, **more: str
) -> httpx.Request:
    form = {"reasons": WHY, "winner": places[0]} | more
    return room.post("/jury/verdict", who, place=places, **form)


def test_the_chair_confirms_with_the_winners_name_and_every_version_stays(
    ask: Ask, room: Room
) -> None:
    form = room.post("/jury/verdict", "Voorzitter", place=COMPUTED, reasons=WHY)
    asked, wrong, done, twice, second, shown = ask(
        [
            form,
            decide(room, winner="Kievit"),
            decide(room),
            decide(room),
            decide(
                room,
                "Organisatie",
                OTHERWISE,
                deviation="Beter uitgelegd.",
                version="1",
            ),
            room.get("/jury/verdict", "Organisatie"),
        ]
    )

    assert asked.status_code == 200
    assert 'name="winner"' in asked.text
    assert wrong.status_code == 422
    assert "Typ die naam over" in wrong.text
    assert [a.status_code for a in (done, twice, second)] == [303] * 3
    assert "Versie 2" in shown.text
    assert "Versie 3" not in shown.text
    assert "Beter uitgelegd." in shown.text


def test_both_pages_of_the_verdict_name_the_teams_that_nobody_judged(
    ask: Ask, room: Room
) -> None:
    room.judge({("Ans", "Kievit"): 0})
    places = ["Zwaluw", "Grutto"]

    answers = ask(
        [
            room.get("/jury/verdict", "Voorzitter"),
            room.post("/jury/verdict", "Voorzitter", place=places, reasons=WHY),
            decide(room, places=places, winner="Grutto"),
        ]
    )

    for answer in answers:
        assert "krijgen geen plaats: Kievit." in answer.text


def test_of_verdicts_written_at_once_one_is_kept_and_the_others_are_shown_it(
    ask: Ask, room: Room
) -> None:
    first, late, asked, shown = ask(
        [
            decide(room),
            decide(room, "Organisatie", OTHERWISE, deviation="Beter uitgelegd."),
            room.post(
                "/jury/verdict",
                "Organisatie",
                place=OTHERWISE,
                reasons=WHY,
                deviation="Beter uitgelegd.",
                version="0",
            ),
            room.get("/jury/verdict", "Organisatie"),
        ]
    )

    assert [a.status_code for a in (first, late, asked)] == [303, 409, 409]
    for answer in (late, asked):
        assert "Beter uitgelegd." in answer.text
        assert "intussen een andere uitslag" in answer.text
        assert "Versie 1" in answer.text
        # Who sends this page again has seen the other one.
        assert '<input type="hidden" name="version" value="1">' in answer.text
    assert "Versie 2" not in shown.text


def test_a_juror_who_is_barred_while_the_chair_writes_brings_the_chair_back(
    ask: Ask, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed_and_then_barred(here: Deployment) -> Panel:
        found = find_panel(here)
        monkeypatch.undo()
        bar_juror(room, "Bo")
        return found

    monkeypatch.setattr("challenge.web.verdicts.find_panel", computed_and_then_barred)
    late, again = ask([decide(room), decide(room, places=COMPUTED)])

    assert (late.status_code, again.status_code) == (409, 303)
    assert "veranderde intussen iets" in late.text
    assert WHY in late.text


def test_whoever_confirms_an_order_of_before_a_change_is_shown_the_new_one(
    ask: Ask, room: Room
) -> None:
    form = room.post("/jury/verdict", "Voorzitter", place=COMPUTED, reasons=WHY)
    [sure] = ask([form])
    seen = re.search(r'name="basis" value="([^"]+)"', sure.text)[1]
    bar_juror(room, "Bo")
    late, kept = ask([decide(room, basis=seen), room.get("/verdict", "Organisatie")])

    assert (late.status_code, kept.status_code) == (409, 404)
    assert "veranderde intussen iets" in late.text
    assert f'name="basis" value="{seen}"' not in late.text
    now = re.search(r'name="basis" value="([^"]+)"', late.text)[1]
    [done] = ask([decide(room, basis=now)])
    assert done.status_code == 303


def test_a_team_that_is_disqualified_meanwhile_is_no_fault_of_the_chair(
    ask: Ask, room: Room
) -> None:
    [form] = ask([room.get("/jury/verdict", "Voorzitter")])
    seen = re.search(r'name="basis" value="([^"]+)"', form.text)[1]
    bar_teams(room, "Kievit")
    sent = room.post(
        "/jury/verdict", "Voorzitter", place=COMPUTED, reasons=WHY, basis=seen
    )
    [late] = ask([sent])

    assert late.status_code == 409
    assert "veranderde intussen iets" in late.text
    assert WHY in late.text


def test_the_preview_says_that_a_verdict_lapsed(ask: Ask, room: Room) -> None:
    ask([decide(room)])
    before = room.get("/verdict", "Organisatie")
    [holds] = ask([before])
    bar_teams(room, "Zwaluw")
    [lapsed] = ask([before])

    assert "die niet meer meedoen" not in holds.text
    assert "noemt teams die niet meer meedoen: Zwaluw." in lapsed.text


def bar_juror(room: Room, name: str) -> None:
    now = datetime.now(UTC)
    room.change(
        lambda unit: bar(unit, room.person(unit, name), "Ziek.", by="a test", now=now)
    )


def test_a_chair_without_any_points_to_go_by_reads_what_to_do(
    ask: Ask, room: Room
) -> None:
    bar_juror(room, "Ans")
    bar_juror(room, "Bo")
    [form] = ask([room.get("/jury/verdict", "Voorzitter")])

    assert "Geen team dat meedoet heeft al punten. Open de jury weer" in form.text
    assert "Vastleggen kan alleen" not in form.text


def test_whoever_goes_back_to_change_a_verdict_still_knows_of_no_later_one(
    ask: Ask, room: Room
) -> None:
    _, back = ask([decide(room), decide(room, version="0", change="true")])

    assert '<input type="hidden" name="version" value="0">' in back.text


@pytest.mark.parametrize(
    ("places", "form", "words"),
    [
        (OTHERWISE, {}, "anders is dan"),
        (["Zwaluw", "Zwaluw", "Kievit"], {}, "precies één plaats"),
        (["Zwaluw", "Grutto"], {}, "precies één plaats"),
        (COMPUTED, {"reasons": " "}, "waarom dit de volgorde is"),
    ],
    ids=["deviates", "twice", "too few", "no reasons"],
)
def test_a_verdict_that_explains_too_little_is_refused_with_all_that_was_typed(
    ask: Ask, room: Room, places: list[str], form: dict[str, str], words: str
) -> None:
    [answer] = ask([decide(room, places=places, **form)])

    assert answer.status_code == 422
    assert words.split()[0] in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert form.get("reasons", WHY).strip() in answer.text


@pytest.mark.parametrize("who", ["Ans", "Accountant", "Zwaluw"])
def test_nobody_else_writes_it_down(ask: Ask, room: Room, who: str) -> None:
    [answer] = ask([decide(room, who)])

    assert answer.status_code == 403


@pytest.mark.parametrize(("phase", "is_open"), [("jury", True), ("closed", False)])
def test_it_is_written_down_between_the_panel_and_the_end(
    ask: Ask, room: Room, phase: str, is_open: bool
) -> None:
    room.go(phase, is_open=is_open)

    [answer] = ask([decide(room)])

    assert answer.status_code == 422


def test_where_models_count_both_pages_name_the_final_scores_that_are_missing(
    settings: Settings, room: Room, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(place: Path) -> Brief:
        brief = read_brief(place)
        within = brief.jury.model_copy(update={"within_tie_set": True})
        return brief.model_copy(update={"jury": within})

    monkeypatch.setattr("challenge.web.app.read_brief", read)
    enqueue_counting(desk.database, "s", "Zwaluw")

    form, refused = asking(create_app(settings))(
        [room.get("/jury/verdict", "Voorzitter"), decide(room)]
    )

    for answer in (form, refused):
        assert "Nog zonder eindscore: Zwaluw 1." in answer.text
    assert refused.status_code == 422
    assert "er ontbreken eindscores" in refused.text
    assert WHY in refused.text


def test_until_the_end_only_the_room_reads_it(ask: Ask, room: Room) -> None:
    _, *answers = ask(
        [
            decide(room),
            *(
                room.get(path, who)
                for path in ("/verdict", "/verdict.json")
                for who in (None, "Zwaluw", "Ans", "Organisatie", "Accountant")
            ),
        ]
    )

    expected = [404, 404, 404, 200, 200] * 2
    assert [answer.status_code for answer in answers] == expected


def test_at_the_end_everybody_reads_it_and_each_team_its_own_feedback(
    ask: Ask, room: Room
) -> None:
    ask([decide(room)])
    room.go("closed")

    public, zwaluw, grutto, document, english = ask(
        [
            room.get("/verdict"),
            room.get("/verdict", "Zwaluw"),
            room.get("/verdict", "Grutto"),
            room.get("/verdict.json"),
            room.get("/verdict?lang=en"),
        ]
    )

    assert WHY in public.text
    assert "Bruikbaarheid" in public.text
    assert "voor de zwaluw" in zwaluw.text
    assert "voor de zwaluw" not in public.text + grutto.text + document.text
    assert "Alleen voor grutto." in grutto.text
    assert "Alleen voor grutto." not in public.text + zwaluw.text + document.text
    assert document.json()["versions"][0]["places"] == COMPUTED
    assert "The verdict of the jury" in english.text
    for answer in (public, zwaluw, grutto, document):
        assert "Mijn zus" not in answer.text
        assert "geheim-van-het-jurylid" not in answer.text
        assert "Voorzitter" not in answer.text


def test_a_verdict_after_the_closing_time_is_mended_before_an_organiser_closes(
    ask: Ask, room: Room
) -> None:
    now = datetime.now(UTC)
    late = now - timedelta(minutes=5)
    room.change(lambda unit: unit.phases.plan("closed", late, by="a test", now=now))

    typo, desk, phase, hidden, mended, ended, public = ask(
        [
            decide(room, reasons="Omdat ouders meededne."),
            room.get("/organiser", "Organisatie"),
            room.get("/organiser/phase", "Organisatie"),
            room.get("/verdict"),
            decide(room, version="1"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
            room.get("/verdict"),
        ]
    )

    for answer in (desk, phase):
        assert "sluit haar niet vanzelf" in answer.text
    assert hidden.status_code == 404
    assert [a.status_code for a in (typo, mended, ended)] == [303] * 3
    assert WHY in public.text


def bar_teams(room: Room, *names: str) -> None:
    now = datetime.now(UTC)
    for name in names:
        room.change(
            lambda unit, name=name: bar(
                unit, room.person(unit, name), "Overgeschreven.", by="a test", now=now
            )
        )


def test_chair_and_organiser_read_which_team_came_back_after_the_verdict(
    ask: Ask, room: Room
) -> None:
    bar_teams(room, "Zwaluw")
    ask([decide(room, places=["Grutto", "Kievit"])])
    now = datetime.now(UTC)
    room.change(
        lambda unit: readmit(
            unit, room.person(unit, "Zwaluw"), "Toch niet.", by="a test", now=now
        )
    )

    form, phase, desk, held, again, ended = ask(
        [
            room.get("/jury/verdict", "Voorzitter"),
            room.get("/organiser/phase", "Organisatie"),
            room.get("/organiser", "Organisatie"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
            decide(room, version="1"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
        ]
    )

    for answer in (form, phase, desk, held):
        assert "ontbreken teams die meedoen: Zwaluw. De voorzitter" in answer.text
    assert "deze telt" not in form.text
    assert [held.status_code, again.status_code, ended.status_code] == [422, 303, 303]


def test_where_no_judged_team_competes_the_challenge_closes_without_a_verdict(
    ask: Ask, room: Room
) -> None:
    ask([decide(room)])
    bar_teams(room, *COMPUTED)

    form, phase, sure, desk, ended, public, document, shown, packed = ask(
        [
            room.get("/jury/verdict", "Voorzitter"),
            room.get("/organiser/phase", "Organisatie"),
            room.get("/organiser/phase?to=closed", "Organisatie"),
            room.get("/organiser", "Organisatie"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
            room.get("/verdict"),
            room.get("/verdict.json"),
            room.get("/jury/verdict", "Organisatie"),
            room.get("/organiser/handover/Zwaluw.zip", "Organisatie"),
        ]
    )

    for answer in (form, phase, sure, desk):
        assert "sluit daarom zonder uitslag van de jury" in answer.text
    assert (ended.status_code, public.status_code) == (303, 200)
    assert "Er is geen uitslag van de jury" in public.text
    assert not any(team in public.text + document.text for team in COMPUTED)
    assert document.json()["versions"] == []
    assert "Versie 1" in shown.text
    assert "deze telt" not in shown.text
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert "jury/uitslag.md" not in archive.namelist()


def test_chair_and_organiser_read_that_the_winner_no_longer_competes(
    ask: Ask, room: Room
) -> None:
    ask([decide(room)])
    bar_teams(room, "Zwaluw")
    left = ["Grutto", "Kievit"]

    form, phase, desk, held, again, ended, shown = ask(
        [
            room.get("/jury/verdict", "Voorzitter"),
            room.get("/organiser/phase", "Organisatie"),
            room.get("/organiser", "Organisatie"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
            decide(room, places=left, version="1"),
            room.post("/organiser/phase", "Organisatie", to="closed"),
            room.get("/verdict.json"),
        ]
    )

    for answer in (form, phase, desk, held):
        assert "noemt teams die niet meer meedoen: Zwaluw." in answer.text
    assert [held.status_code, again.status_code, ended.status_code] == [422, 303, 303]
    assert shown.json()["versions"][-1]["places"] == left


def test_the_sheet_has_no_names_no_formulas_and_no_private_word(
    ask: Ask, room: Room
) -> None:
    sheet, document, refused = ask(
        [
            room.get("/organiser/verdict.csv", "Organisatie"),
            room.get("/organiser/verdict.json", "Accountant"),
            room.get("/organiser/verdict.csv", "Ans"),
        ]
    )

    rows = list(csv.reader(io.StringIO(sheet.text.lstrip("\ufeff"))))
    assert "Niet voor besluiten" in rows[1][0]
    assert rows[2] == ["juror", "team", "criterion", "points", "note"]
    judged = {row[0] for row in rows[3:]}
    assert len(judged) == 2
    assert judged < {"J1", "J2", "J3"}
    assert ["Zwaluw", "note", "", "'=1+1 voor de zwaluw"] in [r[1:] for r in rows]
    assert ["Kievit", "recused", "", ""] in [row[1:] for row in rows]
    assert "Mijn zus" not in sheet.text
    assert "geheim-van-het-jurylid" not in sheet.text + document.text
    assert '"Ans"' not in html.unescape(document.text)
    assert refused.status_code == 403
