"""The start page: blocks that work as they stand, and a list that ticks itself."""

from __future__ import annotations

import html
import re
import shlex
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import typer.main

from challenge.cli import app as commands
from challenge.kit.folder import SCRIPT
from challenge.kit.steps import POWERSHELL, WINDOWS
from challenge.settings import Settings
from challenge.store import Unit, open_database
from challenge.synthesis import Release

from ...factories import Player
from .conftest import Ask
from .room import Room

ROOT = Path(__file__).parents[3]


@pytest.fixture
def room(settings: Settings) -> Room:
    made = Room(settings)
    made.go("open")
    return made


def blocks(text: str) -> dict[str, str]:
    """Read what somebody copies, by the name of its block."""
    found = re.findall(r'<pre id="code-(\w+)" tabindex="0">(.*?)</pre>', text, re.S)
    return {name: html.unescape(code) for name, code in found}


def ticked(text: str) -> dict[str, bool]:
    lines = re.findall(r'<li id="step-(\w+)">(.*?)</li>', text, re.S)
    return {name: "klaar" in line for name, line in lines}


def test_eight_commands_lead_to_a_score_and_the_command_line_takes_ours(
    ask: Ask, room: Room, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.zip").touch()
    [shown] = ask([room.get("/start", "Zwaluw")])
    lines = "\n".join(blocks(shown.text).values()).splitlines()
    taken = []
    for line in lines:
        name, *words = shlex.split(line)
        if name == "challenge":
            command = typer.main.get_command(commands).get_command(None, words[0])
            assert command is not None, line
            command.make_context(words[0], words[1:])
            taken.append(words[0])
    assert len(lines) == 8
    assert taken == ["login", "kit", "evaluate", "submit"]
    assert lines[-3] == f"python {SCRIPT}"


def test_the_address_to_copy_is_the_one_that_the_reader_came_by(
    ask: Ask, room: Room
) -> None:
    [shown] = ask([room.get("/start", "Zwaluw")])
    found = blocks(shown.text)
    [address] = re.findall(r'pip install "kansrijk\[team\] @ (.*)"', found["install"])
    [wheel] = ask([httpx.Request("GET", address)])
    assert wheel.status_code == 200
    assert found["fetch"].startswith("challenge login http://test\n")
    assert room.tokens["Zwaluw"] not in shown.text


def test_the_list_ticks_itself_after_what_happened_and_for_that_team_alone(
    ask: Ask, room: Room, settings: Settings, release: Release
) -> None:
    [before] = ask([room.get("/start/live", "Zwaluw")])
    assert set(ticked(before.text).values()) == {False}
    with closing(open_database(settings.database)) as database:
        player = Player(database, release, settings.home)
        player.play("one", player.guess(0.1))

    def pitch(unit: Unit) -> None:
        team = room.person(unit, "Zwaluw")
        now = unit.submissions.get("one").created_at
        unit.pitches.put(team, title="Voorlezen", text="Tekst.", now=now)

    room.change(pitch)
    picked, after, other = ask(
        [
            room.post("/picks", "Zwaluw", first="one", second=""),
            room.get("/start/live", "Zwaluw"),
            room.get("/start/live", "Grutto"),
        ]
    )
    assert picked.status_code == 303
    done = {name for name, is_done in ticked(after.text).items() if is_done}
    assert done == {"proof", "score", "pick", "pitch"}
    assert set(ticked(other.text).values()) == {False}


def test_a_disqualified_team_is_led_to_nothing_that_is_refused(
    ask: Ask, room: Room
) -> None:
    room.change(
        lambda unit: unit.people.bar(room.person(unit, "Zwaluw"), "Gekopieerd.")
    )
    barred, other = ask(
        [room.get("/start/live", name) for name in ("Zwaluw", "Grutto")]
    )
    steps = r'<li id="step-(\w+)">(.*?)</li>'
    led = [
        {name for name, line in re.findall(steps, one.text, re.S) if "<a " in line}
        for one in (barred, other)
    ]
    assert led[1] - led[0] == {"proof", "score", "pitch"}


@pytest.mark.parametrize("phase", ["practice", "open", "frozen", "jury"])
def test_the_menu_leads_to_the_final_pick_while_that_matters(
    ask: Ask, room: Room, phase: str
) -> None:
    room.go(phase)
    team, visitor = ask([room.get("/start", "Zwaluw"), room.get("/challenge")])
    [menu] = re.findall(r"<nav .*?</nav>", team.text, re.S)
    assert ('href="/picks"' in menu) == (phase in ("open", "frozen"))
    assert "/picks" not in visitor.text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_powershell_and_blocked_scripts_have_their_lines(
    ask: Ask, room: Room, language: str
) -> None:
    request = room.get("/start", "Zwaluw")
    request.headers["Cookie"] = f"lang={language}"
    [shown] = ask([request])
    text = html.unescape(shown.text)
    assert r".venv\Scripts\Activate.ps1" in text
    assert "Set-ExecutionPolicy -Scope Process RemoteSigned -Force" in text
    assert "py -m venv .venv\n.venv\\Scripts\\activate<" in text


@pytest.mark.parametrize(
    "name",
    [
        "docs/first-score.md",
        "docs/people/team.md",
        "docs/people/team-nl.md",
        "challenge/kit/starter/README.md.j2",
        "challenge/kit/starter/LEESMIJ.md.j2",
    ],
)
def test_pages_with_the_lines_for_windows_have_those_for_powershell(name: str) -> None:
    text = " ".join((ROOT / name).read_text("utf-8").split())
    for line in (WINDOWS[1], *POWERSHELL):
        assert f"`{line}`" in text
