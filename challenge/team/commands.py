"""The commands of a team together; `challenge.cli` makes them its own."""

from __future__ import annotations

import typer

from challenge.team.board import app as board_app
from challenge.team.data import app as data_app
from challenge.team.submissions import app as submissions_app

app = typer.Typer()
for part in (data_app, submissions_app, board_app):
    app.add_typer(part)
