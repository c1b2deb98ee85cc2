"""The hand-over over the application: nothing that may not leave is in the zip."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from challenge.records import Stage, State
from challenge.settings import Settings
from challenge.store import Unit

from ...factories import small_bundle
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
