"""The command that makes a release of synthetic data, and what it tells meanwhile."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from challenge.tables import power_table
from challenge.terminal import console, explained, read_settings

if TYPE_CHECKING:
    from challenge.synthesis import Release
    from challenge.synthesis.building import Progress

Seed = Annotated[int | None, typer.Option(min=0, help="Fixed seed: makes a rehearsal.")]


def build(
    slug: Annotated[str, typer.Argument(help="Folder under the content folder.")],
    seed: Seed = None,
    mechanism: Annotated[
        Path | None, typer.Option(help="Private mechanism for a real event.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that draw rows side by side.")
    ] = 1,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on where a build broke off, if any did."),
    ] = False,
) -> None:
    """Make a release of synthetic data; it stays closed until it is published.

    Example: `challenge build first-1000-days --seed 1 --workers 2`
    """
    from challenge.rules.checking import folder_of
    from challenge.synthesis import build as build_release
    from challenge.terminal import row_progress

    with explained():
        settings = read_settings()
        folder, releases = folder_of(slug, settings.content), settings.home / "releases"
        _tell_unfinished(folder)
        if not resume:
            _give_up(releases / slug)
    with (
        explained(),
        _told_how_to_go_on(releases / slug),
        _processes(workers) as executor,
        row_progress() as show,
    ):
        release = build_release(
            folder,
            releases,
            seed=seed,
            mechanism=mechanism,
            progress=_telling_resumed(show, releases / slug) if resume else show,
            executor=executor,
            resume=resume,
        )
    _tell_made(release)


def _tell_made(release: Release) -> None:
    """Say what was made, what it can tell apart, and where its audit lies."""
    from challenge.synthesis.audit import read_audit

    audit, page = read_audit(release)
    console.print(power_table(audit.power))
    console.print(f"Made release {release.slug}/{release.version}; its audit:")
    typer.echo(str(page), err=True)


def _tell_unfinished(folder: Path) -> None:
    """Say in one line how much is still to be written, and where it is listed."""
    from challenge.brief.unfinished import unfinished

    if count := len(unfinished(folder)):
        lines = "1 line is" if count == 1 else f"{count} lines are"
        told = f"{lines} still to be written before a real event; see them with"
        command = f"challenge check {shlex.quote(str(folder))}"
        console.print(f"[yellow]{told} `{escape(command)}`.[/yellow]", soft_wrap=True)


def _give_up(place: Path) -> None:
    """Say that rows of an interrupted build will go, and ask whoever can be asked."""
    from challenge.synthesis.drafts import has_abandoned

    if has_abandoned(place):
        told = (
            "A build was broken off: `--resume` goes on with it, this one removes it."
        )
        console.print(told, soft_wrap=True)
        if sys.stdin.isatty():
            typer.confirm("Remove it?", abort=True, err=True)


@contextmanager
def _told_how_to_go_on(place: Path) -> Iterator[None]:
    """Say at Ctrl-C what becomes of the rows that are there."""
    from challenge.synthesis.drafts import has_abandoned

    try:
        yield
    except KeyboardInterrupt:
        if has_abandoned(place):
            told = (
                "Broken off. The same command with `--resume` goes on with it; without,"
                " it begins anew."
            )
            console.print(told, soft_wrap=True)
        raise


def _processes(workers: int) -> AbstractContextManager[Executor | None]:
    """Open worker processes; one worker is this process."""
    from challenge.engine import open_processes

    return open_processes(workers) if workers > 1 else nullcontext()


def _telling_resumed(show: Progress, place: Path) -> Progress:
    """Show progress, and say first how much there was to resume."""
    told = iter([False])

    def tell(stage: str, done: int, total: int) -> None:
        if not next(told, True):
            console.print(_resumed(done, total, place), soft_wrap=True)
        show(stage, done, total)

    return tell


def _resumed(done: int, total: int, place: Path) -> str:
    """Say what there was to resume, and why what lies there was not."""
    from challenge.synthesis.drafts import has_abandoned

    if done:
        return f"Resumed: {done:,} of {total:,} rows are there already."
    begun = "Nothing to resume: building from the start."
    if has_abandoned(place):
        begun += " What was broken off had another seed, mechanism or content, or was"
        begun += " made by another version of Kansrijk or SDV."
    return begun
