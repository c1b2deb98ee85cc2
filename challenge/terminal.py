"""What every command does the same: speak, refuse, and print data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from challenge.errors import ChallengeError
from challenge.settings import PREFIX

# Only data goes to standard output; everything a person reads goes to standard error.
console = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


@contextmanager
def explained() -> Iterator[None]:
    """Print a refusal as what happened and what to do, and leave with exit code 1.

    Raises
    ------
    Exit
        With code 1, in place of a `ChallengeError` or a setting out of bounds.
    """
    try:
        yield
    except ValidationError as error:
        for fault in error.errors():
            name = f"{PREFIX}{str(fault['loc'][0]).upper()}"
            console.print(f"[red]{name}: {escape(fault['msg'])}.[/red]")
        console.print("Set it anew; docs/settings.md says what each takes.")
        raise typer.Exit(1) from error
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
