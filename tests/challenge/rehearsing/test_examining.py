"""What is examined after a rehearsal, and what is not said of what was not."""

from __future__ import annotations

import shutil
from pathlib import Path

from challenge.brief import read_brief
from challenge.rehearsing.bundles import Shelf
from challenge.rehearsing.examining import Told, examine
from challenge.rehearsing.ledger import Ledger
from challenge.rehearsing.plan import Size
from challenge.rehearsing.stage import Stage, draw_plan
from challenge.staging import Serving

from ...conftest import settings_for


def test_a_check_that_was_not_done_is_not_called_well(
    migrated: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated, tmp_path / "challenge.db")
    settings = settings_for(tmp_path)
    brief = read_brief(settings.content / settings.challenge)
    plan = draw_plan(brief, Size(teams=1, jurors=1, viewers=0, faults=False))
    stage = Stage(settings, brief, plan, {}, Serving(settings), "", Shelf({}, {}))
    found = examine(stage, Ledger(), Told(broken_off=True), pace=1)
    names = {finding.name for finding in found.findings}
    assert {"submissions", "broken off"} <= names
    assert not names & {"recomputed", "board", "verdict"}
