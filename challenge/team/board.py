"""Looking at the board."""

from __future__ import annotations

import typer

from challenge.board import board_table
from challenge.team.connection import connect
from challenge.terminal import Json, console, explained, print_json

app = typer.Typer()


@app.command()
def board(as_json: Json = False) -> None:
    """Show the ranked board.

    Example: `challenge board --json`
    """
    with explained(), connect() as client:
        found = client.board()
    if as_json:
        print_json(found)
    elif not found["rows"]:
        console.print("No model is on the board yet.")
    else:
        console.print(board_table(found))
