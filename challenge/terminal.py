"""What every command does the same: speak, refuse, and print data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typer.core import TyperGroup

from challenge.errors import ChallengeError, WritingFailedError
from challenge.errors.machine import FULL
from challenge.extras import missing_extra

if TYPE_CHECKING:
    from challenge.settings import Settings

# Only data goes to standard output; everything a person reads goes to standard error.
console = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def signed(ctx: typer.Context, param: typer.CallbackParam, value: str) -> str:
    """Accept who takes responsibility: a callback of every ``--by``.

    Parameters
    ----------
    ctx : Context
        Of the command.
    param : CallbackParam
        Its ``--by``.
    value : str
        As it was typed, or what the command says where nothing was.

    Returns
    -------
    str
        As it will be kept.

    Raises
    ------
    RequestRefusedError
        If it is no name of a person.
    """
    if ctx.resilient_parsing or value == param.default:
        return value
    from challenge.rules.actors import check_actor

    return check_actor(value)


By = Annotated[str, typer.Option(help="Who takes responsibility.", callback=signed)]


@contextmanager
def explained() -> Iterator[None]:
    """Print a refusal as what happened and what to do, and leave with exit code 1.

    Raises
    ------
    Exit
        With code 1, in place of a `ChallengeError`, a setting out of bounds, or a
        system that cannot write a file or has no room left.
    """
    try:
        yield
    except ChallengeError as error:
        raise _refused(error) from error
    except ModuleNotFoundError as error:
        if (missing := missing_extra(error)) is None:
            raise  # nothing that an extra brings: a fault of ours
        raise _refused(missing) from error
    except OSError as error:
        if error.filename is None and error.errno not in FULL:
            raise  # no file is meant: a fault of ours
        raise _refused(WritingFailedError(error)) from error
    except ValueError as error:
        _tell_settings(error)
        raise typer.Exit(1) from error


class Explained(TyperGroup):
    """Commands of which none ends with a traceback for what can be said in a sentence.

    Also what a command does before its own `explained`, such as importing.
    """

    def invoke(self, ctx: Any) -> Any:
        """See `TyperGroup.invoke`."""
        with explained():
            return super().invoke(ctx)


def read_settings() -> Settings:
    """Read the settings, at the cost of pydantic: only once a command needs them.

    Returns
    -------
    Settings
        From the environment.
    """
    from challenge.settings import Settings

    return Settings()


def tell_refusal(error: ChallengeError) -> None:
    """Print a refusal: what happened, and what to do.

    Parameters
    ----------
    error : ChallengeError
        Which one.
    """
    # A terminal wraps by itself, and does not put a break into a path.
    console.print(f"[red]{escape(error.message)}[/red]", soft_wrap=True)
    if error.hint:
        console.print(escape(error.hint), soft_wrap=True)


def _refused(error: ChallengeError) -> typer.Exit:
    """Print a refusal, and make the exit that goes with it."""
    tell_refusal(error)
    return typer.Exit(1)


def _tell_settings(error: ValueError) -> None:
    """Say which settings are out of bounds; another value is a fault of ours."""
    # Here, since reading settings brought them already; `--help` reads none.
    from pydantic import ValidationError

    from challenge.settings import PREFIX

    if not isinstance(error, ValidationError):
        raise error
    for fault in error.errors():
        name = f"{PREFIX}{str(fault['loc'][0]).upper()}"
        console.print(f"[red]{name}: {escape(fault['msg'])}.[/red]")
    console.print("Set it anew; docs/settings.md says what each takes.")


class _Rate(ProgressColumn):
    """How many rows a second are done."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn.render`."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} rows/s")


@contextmanager
def row_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each stage of work on rows, with its rate and the time left.

    Yields
    ------
    callable
        Takes stage, rows done and rows in total; the bars go away at the end.
    """
    bars: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                # What was there before, as after a kill, is no part of the rate.
                bars[stage] = progress.add_task(stage, total=total, completed=done)
            progress.update(bars[stage], completed=done, total=total)

        yield show


def print_json(value: Any) -> None:
    """Print data for a program.

    Parameters
    ----------
    value : object
        What JSON knows; times are written in ISO 8601. Always UTF-8.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    # As bytes: what goes to a file would be written in the alphabet of the system,
    # which on Windows is no UTF-8 and lacks most letters.
    typer.echo(text.encode("utf-8") + b"\n", nl=False)
