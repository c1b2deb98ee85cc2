"""What the auditor gets once it is closed: the board with what teams chose for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.rules.auditing import Auditing
from challenge.rules.picks import pick
from challenge.rules.terms import terms_of
from challenge.store import Database
from challenge.synthesis import Release
from challenge.web.access import Deployment
from challenge.web.board import board_document
from challenge.web.latest import Recent
from leaderboard.__main__ import main

from ...conftest import settings_for
from ...factories import NOON, QUICKSTART, RELEASE, Player

BRIEF = read_brief(QUICKSTART)


def test_the_board_at_the_end_is_recomputed_from_what_teams_chose(
    database: Database,
    release: Release,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    player = Player(database, release, tmp_path)
    player.play("a", player.guess(0.2), "Zwaluw")
    player.play("b", player.guess(0.1), "Zwaluw")
    player.play("c", player.guess(), "Grutto")
    player.play("d", player.guess(), "Kievit")
    with database.begin() as unit:
        teams = {team.name: team for team in unit.people.all("team")}
        pick(unit, BRIEF, teams["Zwaluw"], "b", choice=1, release=RELEASE, now=NOON)
        unit.people.bar(teams["Kievit"], "Left at noon.")
        unit.phases.change("closed", by="a test", now=NOON)
    settings = settings_for(tmp_path)
    terms = terms_of(BRIEF, release)
    here = Deployment(settings, database, BRIEF, release, terms, Recent(1))
    Auditing(
        database,
        settings,
        release,
        brief=BRIEF,
        phase=here.phase,
        describe=lambda ranked: board_document(here, ranked, reader=None),
    ).export(tmp_path / "folder", by="A test", while_running=False, now=NOON)

    assert main([str(tmp_path / "folder")]) == 0
    told = capsys.readouterr().out
    assert "2 of 2" in told
    assert "Kievit" not in told
