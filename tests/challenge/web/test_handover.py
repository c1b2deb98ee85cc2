"""The hand-over over the application: nothing that may not leave is in the zip."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from challenge.records import Stage, State
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.synthesis import Release

from ...factories import NOON, Player, small_bundle
from .conftest import Ask
from .room import Room

PAGE = "/organiser/teams/Zwaluw/disqualify"


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.judge(
        {("Ans", "Zwaluw"): 5, ("Ans", "Grutto"): 3},
        {("Ans", "Zwaluw"): "Voor de zwaluw.", ("Ans", "Grutto"): "KANARIE-GRUTTO"},
    )
    shelf = settings.files_folder / "bundles"
    shelf.mkdir(parents=True, exist_ok=True)
    for team in ("Zwaluw", "Grutto"):
        (shelf / f"{team.lower()}.zip").write_bytes(small_bundle(f"KANARIE-{team}"))

    def act(unit: Unit) -> None:
        now = datetime.now(UTC)
        for team in ("Zwaluw", "Grutto"):
            person = made.person(unit, team)
            unit.pitches.put(person, title=f"Pitch {team}", text="Tekst.", now=now)
            unit.submissions.add(
                id=f"id-{team}",
                team_id=person.id,
                state=State.SCORED,
                stage=Stage.SCORED,
                release="quickstart/1",
                sources="all",
                bundle_sha256=team.lower(),
                log=f"KANARIE-LOG-{team}",
                created_at=now,
                updated_at=now,
            )
        unit.verdicts.add(
            ["Zwaluw", "Grutto"],
            reasons="Daarom.",
            deviation="",
            by="Voorzitter",
            now=now,
        )

    made.change(act)
    return made


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_before_the_end_it_holds_no_verdict_and_after_it_the_teams_own_words(
    ask: Ask, room: Room, settings: Settings
) -> None:
    [before] = ask([room.get("/organiser/handover/Zwaluw.zip", "Organisatie")])
    room.go("closed")
    after, again = ask(
        [room.get("/organiser/handover/Zwaluw.zip", "Accountant") for _ in range(2)]
    )

    assert before.headers["content-type"] == "application/zip"
    assert "jury/uitslag.md" not in unpacked(before.content)
    files = unpacked(after.content)
    assert b"Voor de zwaluw." in files["jury/uitslag.md"]
    assert b"Pitch Zwaluw" in files["pitch/pitch.md"]
    assert after.content == again.content
    whole = b"".join(files.values())
    secrets = ["KANARIE-GRUTTO", "KANARIE-LOG", "geheim-van-het-jurylid", "Voorzitter"]
    for secret in [*secrets, *room.tokens.values()]:
        assert secret.encode() not in whole
    assert not any(name.endswith((".parquet", ".csv")) for name in files)
    # Nothing of it stays behind on the disk.
    assert not [path for path in settings.home.iterdir() if path.name.startswith("tmp")]


def test_everything_that_the_next_pilot_needs_is_in_it_and_opens(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("counts", player.guess(0.1))
    shelf = settings.files_folder / "bundles"
    # As `factories.enqueue` calls the bundle.
    (shelf / "ab.zip").write_bytes(small_bundle("KANARIE-Zwaluw"))
    shelf = settings.files_folder / "pitches"
    shelf.mkdir(parents=True, exist_ok=True)
    slides = b"%PDF-1.7 slides"
    (shelf / f"{hashlib.sha256(slides).hexdigest()}.pdf").write_bytes(slides)

    def act(unit: Unit) -> None:
        team = room.person(unit, "Zwaluw")
        unit.pitches.put(
            team,
            title="Om de hoek",
            text="Tekst.",
            now=NOON,
            pdf_sha256=hashlib.sha256(slides).hexdigest(),
            pdf_bytes=len(slides),
            canvas={str(n): f"Stap {n} van ons." for n in range(1, 6)},
        )
        unit.interpretations.write(team, "Wij zien een netwerk.", now=NOON)
        card = unit.results.get("counts").scorecard
        cards = {"final": card, "external": card}
        unit.finals.record(
            "counts", cards, release="quickstart/1", scorer="1", now=NOON
        )

    room.change(act)
    room.go("jury")
    [early] = ask([room.get("/organiser/handover/Zwaluw.zip", "Organisatie")])
    room.go("closed")
    [answer] = ask([room.get("/organiser/handover/Zwaluw.zip", "Organisatie")])
    files = unpacked(answer.content)

    # Hidden rows are told at the end and not before.
    later = {f"model/scores-{rows}.json" for rows in ("board", "final", "external")}
    assert later | {"jury/uitslag.md"} == files.keys() - unpacked(early.content).keys()
    assert b"Voor de zwaluw." not in b"".join(unpacked(early.content).values())
    assert "KANARIE-Zwaluw" in files["model/CARD.md"].decode()
    assert unpacked(files["model/bundel.zip"])["CARD.md"] == files["model/CARD.md"]
    assert files["pitch/pitch.pdf"] == slides
    for step in range(1, 6):
        assert f"Stap {step} van ons." in files["pitch/canvas.md"].decode()
    assert "Wij zien een netwerk." in files["pitch/duiding.md"].decode()
    assert "1. Zwaluw\n2. Grutto" in files["jury/uitslag.md"].decode()
    public = settings.home / "releases/quickstart/1/public"
    for name in ("manifest.json", "datapackage.json", "DATASHEET.md", "report.html"):
        assert files[f"gegevens/{name}"] == (public / name).read_bytes()
    assert "gegevens/VOORWAARDEN.md" in files
    told = files["LEESMIJ.md"].decode()
    assert {f"{name.split('/')[0]}/" for name in files if "/" in name} == {
        *re.findall(r"`(\w+/)`", told)
    }


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        ("/organiser/handover/Niemand.zip", "Organisatie", 404),
        (f"/organiser/handover/{quote('../x')}.zip", "Organisatie", 404),
        ("/organiser/handover/Zwaluw.zip", "Zwaluw", 403),
        ("/organiser/handover/Zwaluw.zip", "Ans", 403),
        ("/organiser/handover/Zwaluw.zip", None, 401),
    ],
)
def test_only_the_desk_gets_it(
    ask: Ask, room: Room, path: str, who: str | None, status: int
) -> None:
    [answer] = ask([room.get(path, who)])

    assert answer.status_code == status


def test_a_team_is_disqualified_with_a_reason_and_reinstated(
    ask: Ask, room: Room
) -> None:
    empty, done, shown, back, after = ask(
        [
            room.post(PAGE, "Organisatie", reason=" "),
            room.post(PAGE, "Organisatie", reason="Gebruikte verborgen rijen."),
            room.get(PAGE, "Accountant"),
            room.post(PAGE, "Organisatie", again="true", reason="Toch niet."),
            room.get(PAGE, "Organisatie"),
        ]
    )

    assert empty.status_code == 422
    assert (done.status_code, back.status_code) == (303, 303)
    assert "Gediskwalificeerd: Gebruikte verborgen rijen." in shown.text
    assert "Dit team doet mee." in after.text


def test_a_disqualified_team_is_not_in_the_verdict(ask: Ask, room: Room) -> None:
    room.go("jury")
    _, form = ask(
        [
            room.post(PAGE, "Organisatie", reason="Regel 3."),
            room.get("/jury/verdict", "Voorzitter"),
        ]
    )

    assert "<option selected>Grutto</option>" in form.text
    assert "<option>Zwaluw</option>" not in form.text


def test_one_submission_is_disqualified_and_only_of_that_team(
    ask: Ask, room: Room
) -> None:
    done, shown, back, other = ask(
        [
            room.post(PAGE, "Organisatie", submission="id-Zwaluw", reason="Fout."),
            room.get(PAGE, "Organisatie"),
            room.post(PAGE, "Organisatie", submission="id-Zwaluw", again="true"),
            room.post(PAGE, "Organisatie", submission="id-Grutto", reason="Fout."),
        ]
    )

    assert (done.status_code, back.status_code, other.status_code) == (303, 303, 404)
    assert "Telt niet: Fout." in shown.text


def test_a_refused_reason_stands_beside_the_submission_that_it_is_about(
    ask: Ask, room: Room
) -> None:
    long = "x" * 501
    refused, roster = ask(
        [
            room.post(PAGE, "Organisatie", submission="id-Zwaluw", reason=long),
            room.get("/organiser/people", "Organisatie"),
        ]
    )

    assert refused.status_code == 422
    assert '<a href="#reason-id-Zwaluw">' in refused.text
    assert f'value="{long}" aria-invalid="true"' in refused.text
    assert 'id="reason-error"' not in refused.text
    assert f'href="{PAGE}#submissions"' in roster.text


def test_the_desk_reads_beforehand_what_a_disqualification_brings_about(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    empties = "Telt deze niet, dan staat dit team niet op de ranglijst"
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        for key, knowing in (("held", 0.1), ("worse", 0.0)):
            player.play(key, player.guess(knowing))

    def block(key: str) -> str:
        [shown] = ask([room.get(PAGE, "Organisatie")])
        blocks = shown.text.split('<div class="block">')[1:]
        [found] = [one for one in blocks if f"/submissions/{key}" in one]
        return found

    def place(unit: Unit, rank: int, key: str) -> None:
        team = room.person(unit, "Zwaluw")
        unit.picks.keep(team.id, "quickstart/1", {rank: key}, now=NOON)

    room.go("open")
    assert empties in block("held")
    assert "dan telt er niets van dit team aan het eind" in block("held")
    assert empties not in block("worse")

    room.change(lambda unit: place(unit, 2, "worse"))
    assert empties in block("held")
    assert "dan telt inzending" in block("held")
    room.go("closed")
    # At the end the second pick takes the place on the ranking too.
    assert empties not in block("held")
    assert "dan telt inzending" in block("held")
    ask([room.post(PAGE, "Organisatie", submission="held", reason="Fout.")])
    assert empties in block("worse")
    assert empties not in block("held")
