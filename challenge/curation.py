"""Commands of an organiser who curates data: from partner schemas to a release."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from challenge.building import build
from challenge.errors import PublicationRefusedError
from challenge.tables import ceiling_table, power_table, sets_table
from challenge.terminal import By, Json, console, explained, print_json, read_settings

if TYPE_CHECKING:
    from challenge.brief import Report
    from challenge.errors import Fault
    from challenge.synthesis import Release
    from challenge.synthesis.audit.truths import PowerFinding

app = typer.Typer()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder; its name is the slug.")],
    title: Annotated[
        str | None, typer.Option(help="What people read first; default: the name.")
    ] = None,
    title_nl: Annotated[
        str | None, typer.Option(help="The same in Dutch; default: the title.")
    ] = None,
) -> None:
    """Start a challenge of your own from the quickstart; it builds at once.

    Example: `challenge init datasets/my-day --title "Our day" --title-nl "Onze dag"`
    """
    from challenge.rules.starting import start

    with explained():
        start(folder, title=title, title_nl=title_nl, today=datetime.now(UTC).date())
        console.print(f"Made {escape(str(folder))}; its README.md says what is next:")
        typer.echo(f"challenge check {shlex.quote(str(folder))}", err=True)
        typer.echo(_building(folder), err=True)


def _building(folder: Path) -> str:
    """Write the command that builds a challenge folder, wherever it stands."""
    place = folder.resolve()
    is_found = read_settings().content.resolve() == place.parent
    start = "" if is_found else f"CHALLENGE_CONTENT={shlex.quote(str(folder.parent))} "
    return f"{start}challenge build {place.name} --seed 1"


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="Challenge folder.")],
    as_json: Json = False,
) -> None:
    """Check a challenge folder and list every fault at once.

    Example: `challenge check datasets/quickstart`
    """
    from challenge.rules.checking import check_folder, require_folder

    with explained():
        require_folder(path, read_settings().content)
        report, power = check_folder(path)
        if as_json:
            print_json(asdict(report) | {"power": [p.model_dump() for p in power]})
        else:
            _tell_check(path, report, power)
    raise typer.Exit(1 if report.faults else 0)


def _tell_check(path: Path, report: Report, power: Sequence[PowerFinding]) -> None:
    """Tell every fault and their number; without any, the sizes and what is next."""
    for fault in report.faults:
        console.print(f"[red]{escape(str(fault))}[/red]", soft_wrap=True)
    _warn(report.warnings)
    if report.sets:
        console.print(sets_table(report))
    if power:
        console.print(power_table(power))
        console.print(
            "As if every household had the prevalence of its set. The mechanism makes"
            " households differ, which gives more, and groups, which may give less: a"
            " build tells."
        )
    if report.faults:
        count = len(report.faults)
        console.print(f"{count} {'fault' if count == 1 else 'faults'}.")
    else:
        console.print("No faults. Next:", end=" ")
        typer.echo(_building(path), err=True)


def _warn(warnings: Sequence[Fault]) -> None:
    """Show what is still to be written."""
    for warning in warnings:
        console.print(f"[yellow]{escape(str(warning))}[/yellow]", soft_wrap=True)


app.command()(build)


@app.command()
def report(
    release: Annotated[str, typer.Argument(help="As SLUG/VERSION.")],
    as_json: Json = False,
    open_path: Annotated[
        bool, typer.Option("--open-path", help="Print only where the page is.")
    ] = False,
) -> None:
    """Show what was declared against what came out, and where the report is.

    Figures are exact where the sealed files can be read, else those for everyone.

    Example: `challenge report first-1000-days/1`
    """
    from challenge.brief import read_brief
    from challenge.rules.publication import release_named
    from challenge.synthesis.audit import read_audit

    with explained():
        settings = read_settings()
        audit, page = read_audit(release_named(release, settings))
        gate = read_brief(settings.content / audit.challenge).gate
    if as_json:
        typer.echo(audit.model_dump_json(indent=2))
        return
    if not open_path:
        for sentence in audit.sentences(gate):
            console.print(escape(sentence))
        for reason, hint in audit.objections(gate):
            console.print(f"[red]{escape(reason)}[/red] {escape(hint)}")
        console.print(ceiling_table(audit.ceilings))
        console.print(power_table(audit.power))
    typer.echo(str(page))


@app.command()
def publish(
    release: Annotated[str, typer.Argument(help="As SLUG/VERSION.")],
    by: By,
    rehearsal: Annotated[
        bool, typer.Option(help="Say that this is not the real event.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; scripts need it.")
    ] = False,
) -> None:
    """Put your name under a release, so that teams can have it.

    Example: `challenge publish first-1000-days/1 --by "Your Name" --rehearsal`
    """
    from challenge.rules import publication

    with explained():
        settings = read_settings()
        found = publication.release_named(release, settings)
        warnings = publication.unfinished_of(found, settings)
        publication.publish_release(
            found,
            settings,
            by=by,
            rehearsal=rehearsal,
            confirm=lambda: _confirm(found, by, warnings, is_sure=yes),
        )
    console.print(f"Release {escape(release)} is published by {escape(by)}.")


def _confirm(
    release: Release, by: str, warnings: Sequence[Fault], *, is_sure: bool
) -> None:
    """Show what is about to be published, and ask the person at the terminal."""
    _warn(warnings)
    if is_sure:
        return
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
