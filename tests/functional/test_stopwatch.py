"""The stopwatch: from an invitation to a first score, by the start page alone."""

from __future__ import annotations

import html
import re
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.inviting import Guest, invite
from challenge.store import open_database

from .conftest import Server
from .typist import Typist

pytestmark = [pytest.mark.sandbox, pytest.mark.full]
COMMANDS = 8
LIMIT_SECONDS = 300.0
"""Five minutes for all of them, installing included."""


def invitation(server: Server, team: str) -> str:
    """Invite a team; give the link on its card."""
    brief = read_brief(server.settings.content / server.settings.challenge)
    guest, now = Guest(Role.TEAM, team), datetime.now(UTC)
    with (
        closing(open_database(server.settings.database)) as database,
        database.begin() as unit,
    ):
        _, code = invite(unit, guest, brief=brief, by="a test", now=now)
    return f"{server.url}/invitation/{code}"


def come_in(browser: httpx.Client, link: str) -> tuple[str, list[str]]:
    """Accept an invitation; give the token and the commands of the start page."""
    joined = browser.post(link, headers={"Origin": link.partition("/invit")[0]})
    [token] = re.findall(r"kansrijk_\w{49}", joined.text)
    [home] = re.findall(r'class="button primary" href="([^"]+)"', joined.text)
    page = browser.get(home).text
    blocks = re.findall(r'<pre id="code-\w+" tabindex="0">(.*?)</pre>', page, re.S)
    return token, html.unescape("\n".join(blocks)).splitlines()


def test_five_minutes_lead_from_an_invitation_to_a_score(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = invitation(server, "Zwaluw")
    home, folder = tmp_path / "home", tmp_path / "day"
    home.mkdir()
    folder.mkdir()
    page = {"Accept": "text/html"}
    with httpx.Client(base_url=server.url, headers=page) as browser:
        token, commands = come_in(browser, link)
    answers = {"Token": token, "Do you accept them?": "y"}

    took: dict[str, float] = {}
    with Typist(folder, home) as typist:
        for line in commands:
            left = LIMIT_SECONDS - sum(took.values())
            code, shown, took[line] = typist.type(line, answers, limit_seconds=left)
            assert code == 0, f"{line}\n{shown}"

    report = [f"{seconds:7.1f} s  {line}" for line, seconds in took.items()]
    report.append(f"{sum(took.values()):7.1f} s  in all\n")
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *report]))
    assert len(took) == len(commands) <= COMMANDS
    assert sum(took.values()) < LIMIT_SECONDS
    server.tokens["Zwaluw"] = token
    with server.client("Zwaluw") as team:
        [submission] = team.submissions()
        rows = {row["team"]: row for row in team.board()["rows"]}
    assert submission["state"] == "scored"
    assert rows["Zwaluw"]["title"] == "First model"
