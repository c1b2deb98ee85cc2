"""What every command does the same: speak, refuse, and print data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from challenge.errors import ChallengeError

# Only data goes to standard output; everything a person reads goes to standard error.
console = Console(stderr=True, highlight=False)


@contextmanager
def explained() -> Iterator[None]:
    """Print a refusal as what happened and what to do, and leave with exit code 1.

    Raises
    ------
    Exit
        With code 1, in place of a `ChallengeError`.
    """
    try:
        yield
    except ChallengeError as error:
        console.print(f"[red]{escape(error.message)}[/red]")
        if error.hint:
            console.print(escape(error.hint))
        raise typer.Exit(1) from error


def print_json(value: Any) -> None:
    """Print data for a program.

    Parameters
    ----------
    value : object
        What JSON knows; times are written in ISO 8601.
    """
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
