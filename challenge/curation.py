"""Commands of an organiser who curates data: from partner schemas to a release."""

from __future__ import annotations

import sys
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.engine import open_processes
from challenge.errors import PublicationRefusedError
from challenge.settings import Settings
from challenge.tables import sets_table
from challenge.terminal import Json, console, explained, print_json, row_progress

if TYPE_CHECKING:
    from challenge.synthesis import Release

app = typer.Typer()

Seed = Annotated[int | None, typer.Option(help="Fixed seed: makes a rehearsal.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder; its name is the slug.")],
    title: Annotated[str, typer.Option(help="What people read first.")] = "",
) -> None:
    """Start a challenge of your own from the quickstart; it builds at once.

    Example: `challenge init datasets/my-challenge --title "Our challenge"`
    """
    from challenge.rules.starting import start

    with explained():
        start(folder, title=title, today=datetime.now(UTC).date())
    slug = folder.resolve().name
    console.print(f"Made {escape(str(folder))}; its README.md says what comes next:")
    typer.echo(f"challenge check {folder}", err=True)
    typer.echo(f"challenge build {slug} --seed 1", err=True)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="Challenge folder.")],
    as_json: Json = False,
) -> None:
    """Check a challenge folder and list every fault at once.

    Example: `challenge check datasets/quickstart`
    """
    from challenge.brief import check as check_folder

    with explained():
        report = check_folder(path)
    if as_json:
        print_json(asdict(report))
    else:
        for fault in report.faults:
            console.print(f"[red]{escape(str(fault))}[/red]", soft_wrap=True)
        console.print(sets_table(report))
    raise typer.Exit(1 if report.faults else 0)


@app.command()
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
        bool, typer.Option("--resume", help="Go on where a build was interrupted.")
    ] = False,
) -> None:
    """Make a release of synthetic data; it stays closed until it is published.

    Example: `challenge build first-1000-days --seed 1 --workers 2`
    """
    from challenge.synthesis import build as build_release

    settings = Settings()
    with explained(), _processes(workers) as executor, row_progress() as show:
        release = build_release(
            settings.content / slug,
            settings.home / "releases",
            seed=seed,
            mechanism=mechanism,
            progress=show,
            executor=executor,
            resume=resume,
        )
    console.print(f"Made release {release.slug}/{release.version}.")


def _processes(workers: int) -> AbstractContextManager[Executor | None]:
    """Open worker processes; one worker is this process."""
    return open_processes(workers) if workers > 1 else nullcontext()


@app.command()
def publish(
    release: Annotated[str, typer.Argument(help="As SLUG/VERSION.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")],
    rehearsal: Annotated[
        bool, typer.Option(help="Say that this is not the real event.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; scripts need it.")
    ] = False,
) -> None:
    """Put your name under a release, so that teams can have it.

    Example: `challenge publish first-1000-days/1 --by "A. Jansen" --rehearsal`
    """
    from challenge.rules.publication import publish_release
    from challenge.store import open_database
    from challenge.synthesis import open_release

    with explained():
        settings = Settings()
        found = open_release(settings.home / "releases" / release)
        database = open_database(settings.database)
        try:
            publish_release(
                database,
                found,
                settings,
                by=by,
                rehearsal=rehearsal,
                confirm=None if yes else lambda: _confirm(found, by),
            )
        finally:
            database.close()
    console.print(f"Release {escape(release)} is published by {escape(by)}.")


def _confirm(release: Release, by: str) -> None:
    """Show what is about to be published, and ask the person at the terminal."""
    console.print(_release_table(release))
    if not sys.stdin.isatty():
        unasked = "Nobody confirmed it: there is no terminal to ask at."
        repair = "Add `--yes` where a script publishes."
        raise PublicationRefusedError(release.name, [(unasked, repair)])
    if not typer.confirm(f"Publish {release.name} in the name of {by}?", err=True):
        console.print("Not published.")
        raise typer.Exit(1)


def _release_table(release: Release) -> Table:
    """Draw what a person signs for."""
    facts = release.manifest
    table = Table(title=f"Release {release.name}", show_header=False)
    for name, rows in facts.rows.items():
        table.add_row(f"rows in {name}", f"{rows:,}")
    table.add_row("features", str(len(facts.features)))
    table.add_row("files", str(len(facts.files)))
    table.add_row("seed", "typed: a rehearsal" if facts.rehearsal else "secret")
    return table
