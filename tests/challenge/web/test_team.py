"""A team's pages: start, hand in, pick, pitch, interpret, ask; and nobody else's."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import httpx
import pytest
from markupsafe import escape

from challenge.errors import QuotaExceededError
from challenge.rules.pitching import SAVES_A_DAY
from challenge.rules.slides import PDFS_A_DAY
from challenge.settings import Settings
from challenge.store import Unit

from .conftest import Ask
from .entrance import now
from .room import Room

PDF = b"%PDF-1.7\nplanted-in-the-pdf\n%%EOF"


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


def send(
    room: Room, path: str, who: str, name: str, content: bytes, **fields: str
) -> httpx.Request:
    headers = {"Accept": "text/html", "Accept-Language": "nl"}
    headers["Authorization"] = f"Bearer {room.tokens[who]}"
    request = httpx.Request(
        "POST",
        f"http://test{path}",
        headers=headers,
        files={name: ("file", content)},
        data=fields,
    )
    request.read()
    return httpx.Request(
        "POST", request.url, headers=request.headers, content=request.content
    )


@pytest.mark.parametrize(
    "path",
    ["/start", "/submissions", "/picks", "/pitch", "/interpretation", "/help"],
)
def test_every_page_of_a_team_opens_before_it_did_anything(
    ask: Ask, room: Room, path: str
) -> None:
    shown, stranger = ask([room.get(path, "Zwaluw"), room.get(path)])
    assert shown.status_code == 200
    assert stranger.status_code in (303, 401)


def test_a_form_sent_twice_is_one_submission(
    ask: Ask, room: Room, bundle: Path
) -> None:
    content = bundle.read_bytes()
    first, second, listed = ask(
        [
            send(room, "/submissions?key=k1", "Zwaluw", "bundle", content, note="een"),
            send(room, "/submissions?key=k1", "Zwaluw", "bundle", content, note="een"),
            room.get("/submissions", "Zwaluw"),
        ]
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(set(re.findall(r'/submissions/(\w{16})"', listed.text))) == 1

    path = first.headers["location"]
    own, live, other, other_live, csv = ask(
        [
            room.get(path, "Zwaluw"),
            room.get(f"{path}/live", "Zwaluw"),
            room.get(path, "Grutto"),
            room.get(f"{path}/live", "Grutto"),
            room.get(f"{path}/scorecard.csv", "Grutto"),
        ]
    )
    assert (own.status_code, live.status_code) == (200, 200)
    assert 'hx-trigger="every 1s"' in live.text
    assert [a.status_code for a in (other, other_live, csv)] == [404] * 3


def test_a_mended_bundle_with_the_form_of_before_does_not_vanish(
    ask: Ask, room: Room, bundle: Path
) -> None:
    mended = io.BytesIO(bundle.read_bytes())
    with zipfile.ZipFile(mended, "a") as packed:
        packed.writestr("MENDED.md", "Now it works.")
    sent = (bundle.read_bytes(), mended.getvalue(), mended.getvalue(), b"no zip")
    first, other, again, broken = ask(
        [
            send(room, "/submissions?key=k", "Zwaluw", "bundle", content)
            for content in sent
        ]
    )
    places = [answer.headers["location"] for answer in (first, other, again)]
    assert places[0] != places[1] == places[2]
    assert broken.status_code == 422


def test_the_last_run_of_the_day_sent_twice_leads_to_its_submission(
    ask: Ask, room: Room, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(*_: object, **__: object) -> None:
        raise QuotaExceededError(team="Zwaluw", limit=1, kind="uploads")

    form = send(room, "/submissions?key=k", "Zwaluw", "bundle", bundle.read_bytes())
    [first] = ask([form])
    monkeypatch.setattr("challenge.rules.intake.check_quota", no_more)
    [second] = ask([form])
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]


def test_a_refused_bundle_shows_the_form_with_remedy_code_and_note(
    ask: Ask, room: Room
) -> None:
    [answer] = ask(
        [send(room, "/submissions?key=k", "Zwaluw", "bundle", b"no zip", note="mijn")]
    )
    assert answer.status_code == 422
    assert "mijn" in answer.text
    assert "/help?about=" in answer.text


def test_two_members_who_edit_a_pitch_see_both_texts(ask: Ask, room: Room) -> None:
    kept, clash, unfinished, after = ask(
        [
            room.post("/pitch", "Zwaluw", title="Voorlezen", text="een", version=0),
            room.post("/pitch", "Zwaluw", title="Anders", text="twee", version=0),
            room.post("/pitch", "Zwaluw", title="", version=1),
            room.get("/pitch", "Zwaluw"),
        ]
    )
    assert kept.status_code == 303
    assert clash.status_code == 409
    assert "Voorlezen" in clash.text
    assert "Anders" in clash.text
    assert unfinished.status_code == 303
    assert "Nog leeg:" in after.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "zo vaak bewaard als mag"), ("en", "has saved its pitch 500 times")],
)
def test_a_pitch_saved_too_often_is_shown_again_as_it_was_typed(
    ask: Ask, room: Room, language: str, said: str
) -> None:
    def use_up(unit: Unit) -> None:
        for number in range(SAVES_A_DAY):
            unit.audit.add("Zwaluw", "save pitch", "Zwaluw", now=now(), after=number)

    room.change(use_up)
    typed = {"title": "Voorlezen", "text": "elke week", "canvas_5": "bij vier gezinnen"}
    [over] = ask([room.post(f"/pitch?lang={language}", "Zwaluw", **typed, version=0)])
    assert over.status_code == 429
    assert said in over.text
    assert all(each in over.text for each in typed.values())


@pytest.mark.parametrize(
    "link",
    [
        *("http://zwaluw.example", "javascript:alert(1)", "https://", "zwaluw"),
        *("https://a:b@zwaluw.example", "https://a@zwaluw.example", "https://@x.nl"),
        *("https://zwaluw.example/a\tb", "https://zwaluw.example/a\nb"),
        *("https://zwaluw.example/\u00a0b", "https://zwaluw.example/<b>"),
        *("https://zwaluw.example/'x", 'https://zwaluw.example/"x', "https://x.nl/`"),
        *("https://zwaluw.example/“x”", "https://[", "https://x.nl:port/"),
    ],
)
def test_a_link_that_is_no_https_address_is_refused_and_stays_in_the_form(
    ask: Ask, room: Room, link: str
) -> None:
    [answer] = ask([room.post("/pitch", "Zwaluw", title="T", link=link, version=0)])
    assert answer.status_code == 422
    assert "<b>Nog leeg:</b> tekst, " in answer.text  # and no title: it stands there
    assert 'id="link-error"' in answer.text
    assert f'value="{escape(link)}"' in answer.text


def test_a_pdf_goes_to_its_team_and_the_desk_and_to_no_other_team(
    ask: Ask, room: Room
) -> None:
    kept, own, desk, other, juror, fake = ask(
        [
            send(room, "/pitch/pdf", "Zwaluw", "pdf", PDF),
            room.get("/pitch/Zwaluw/pdf", "Zwaluw"),
            room.get("/pitch/Zwaluw/pdf", "Organisatie"),
            room.get("/pitch/Zwaluw/pdf", "Grutto"),
            room.get("/pitch/Zwaluw/pdf", "Ans"),
            send(room, "/pitch/pdf", "Zwaluw", "pdf", b"<html>"),
        ]
    )
    assert kept.status_code == 303
    assert own.content == desk.content == PDF
    assert own.headers["content-disposition"].startswith("attachment")
    assert own.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in own.headers["content-security-policy"]
    # A juror who declared nothing does not read it either.
    assert (other.status_code, juror.status_code) == (404, 404)
    assert fake.status_code == 422


def test_a_pdf_over_the_limit_is_refused_with_the_page(
    ask: Ask, room: Room, settings: Settings
) -> None:
    [answer] = ask(
        [send(room, "/pitch/pdf", "Zwaluw", "pdf", PDF + bytes((20 << 20) + 1))]
    )
    assert answer.status_code == 413
    assert "20 MiB" in answer.text
    assert not [*(settings.files_folder / "pitches").glob("*")]


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "vandaag zoveel PDF&#39;s gestuurd"), ("en", "has used its 20 PDFs")],
)
def test_a_team_that_sent_its_pdfs_of_today_leaves_no_other_on_the_disk(
    ask: Ask, room: Room, settings: Settings, language: str, said: str
) -> None:
    def use_up(unit: Unit) -> None:
        for number in range(PDFS_A_DAY - 1):
            name, digest = "Zwaluw", f"{number:064x}"
            unit.audit.add(name, "attach pdf", name, now=now(), after=digest)

    room.change(use_up)
    path = f"/pitch/pdf?lang={language}"
    last, over, other = ask(
        [
            send(room, path, "Zwaluw", "pdf", PDF),
            send(room, path, "Zwaluw", "pdf", PDF + b"more"),
            send(room, path, "Grutto", "pdf", PDF),
        ]
    )
    assert [a.status_code for a in (last, over, other)] == [303, 429, 303]
    assert said in over.text
    assert len([*(settings.files_folder / "pitches").iterdir()]) == 1


def test_of_two_pdfs_at_once_the_one_too_many_is_not_kept(
    ask: Ask, room: Room, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both were let in at the door, one after the other took the last place.
    monkeypatch.setattr("challenge.rules.slides.PDFS_A_DAY", 0)
    monkeypatch.setattr("challenge.web.pitches.check_slides", lambda *_, **__: None)
    [late] = ask([send(room, "/pitch/pdf", "Zwaluw", "pdf", PDF)])
    assert late.status_code == 429
    assert not [*(settings.files_folder / "pitches").iterdir()]


def test_a_team_that_does_not_compete_reads_its_pitch_and_changes_nothing_of_it(
    ask: Ask, room: Room, settings: Settings
) -> None:
    room.change(lambda unit: unit.people.bar(room.person(unit, "Zwaluw"), "Te laat"))
    page, pdf, text = ask(
        [
            room.get("/pitch", "Zwaluw"),
            send(room, "/pitch/pdf", "Zwaluw", "pdf", PDF),
            room.post("/pitch", "Zwaluw", title="Anders", version=0),
        ]
    )
    assert [a.status_code for a in (page, pdf, text)] == [200, 403, 403]
    assert "Te laat" in pdf.text
    assert not (settings.files_folder / "pitches").exists()


def test_a_note_saves_as_a_draft_and_the_organiser_can_do_without(
    ask: Ask, room: Room
) -> None:
    kept, own, other, listed, waived, denied = ask(
        [
            room.post("/interpretation", "Zwaluw", text="planted-note"),
            room.get("/interpretation", "Zwaluw"),
            room.get("/interpretation", "Grutto"),
            room.get("/organiser/interpretations", "Organisatie"),
            room.post("/organiser/interpretations/Grutto/waive", "Organisatie"),
            room.post("/organiser/interpretations/Grutto/waive", "Zwaluw"),
        ]
    )
    assert kept.status_code == 303
    assert "planted-note" in own.text
    assert "planted-note" not in other.text
    assert "planted-note" in listed.text
    assert (waived.status_code, denied.status_code) == (303, 403)

    def check(unit: Unit) -> None:
        assert unit.interpretations.all()["Grutto"].waived_by == "Organisatie"

    room.change(check)


def test_a_question_gets_a_code_and_its_answer_reaches_its_team_alone(
    ask: Ask, room: Room
) -> None:
    empty, asked, again, own = ask(
        [
            room.post("/help", "Zwaluw", text=" "),
            room.post("/help", "Zwaluw", text="planted-question"),
            room.post("/help", "Zwaluw", text="planted-question"),
            room.get("/help", "Zwaluw"),
        ]
    )
    assert (empty.status_code, asked.status_code) == (422, 303)
    assert again.status_code == 303
    [code] = re.findall(r"<code>(\w{4})</code>", own.text)
    found, shown, unknown, done, answered, other, denied = ask(
        [
            room.get(f"/organiser/help?code={code.lower()}", "Organisatie"),
            room.get(f"/organiser/help/{code}", "Organisatie"),
            room.get("/organiser/help?code=0000", "Organisatie"),
            room.post(f"/organiser/help/{code}", "Organisatie", answer="planted-reply"),
            room.get("/help", "Zwaluw"),
            room.get("/help", "Grutto"),
            room.get(f"/organiser/help/{code}", "Grutto"),
        ]
    )
    assert found.headers["location"] == f"/organiser/help/{code}"
    assert "planted-question" in shown.text
    assert (unknown.status_code, done.status_code) == (404, 303)
    assert "planted-reply" in answered.text
    assert "planted" not in other.text
    assert denied.status_code == 403


def test_a_pick_that_is_not_the_teams_own_is_refused(ask: Ask, room: Room) -> None:
    twice, other = ask(
        [
            room.post("/picks", "Zwaluw", first="a", second="a"),
            room.post("/picks", "Zwaluw", first="a", second=""),
        ]
    )
    assert (twice.status_code, other.status_code) == (422, 404)
