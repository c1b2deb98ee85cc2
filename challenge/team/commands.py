"""The commands of a team together; `challenge.cli` makes them its own."""

from __future__ import annotations

import typer

from challenge.team.board import app as board_app
from challenge.team.data import app as data_app
from challenge.team.entry import app as entry_app
from challenge.team.evaluating import app as evaluating_app
from challenge.team.kit import app as kit_app
from challenge.team.submissions import app as submissions_app

app = typer.Typer()
for part in (entry_app, data_app, evaluating_app, kit_app, submissions_app, board_app):
    app.add_typer(part)
