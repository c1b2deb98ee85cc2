"""Commands for a partner, inside its own walls: draft a schema, make rows from one."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from challenge.terminal import console, explained, signed

if TYPE_CHECKING:
    from challenge.schema.drafting import Draft

app = typer.Typer()
schema_app = typer.Typer(help="Draft a partner schema.", no_args_is_help=True)
app.add_typer(schema_app, name="schema")

Source = Annotated[Path, typer.Argument(help="What to draft from.")]
Out = Annotated[
    Path | None, typer.Option(help="A .yaml file, or a folder for several tables.")
]


@app.command()
def synthesize(
    source: Annotated[Path, typer.Option("--from", help="Parquet file, real rows.")],
    schema: Annotated[Path, typer.Option(help="Partner schema of these rows.")],
    out: Annotated[Path, typer.Option(help="Folder to be made.")],
    rows: Annotated[int | None, typer.Option(min=10, help="Rows to make.")] = None,
    seed: Annotated[int | None, typer.Option(help="Makes the same again.")] = None,
    method: Annotated[
        Literal["gaussian-copula", "ctgan"], typer.Option(help="How rows are made.")
    ] = "gaussian-copula",
    accept: Annotated[
        list[str] | None, typer.Option(help="Risk that you take; repeat for more.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who takes it.", callback=signed)] = "",
) -> None:
    """Make synthetic rows from real ones, inside your own walls.

    Nothing but a report is written when the rows would tell too much.

    Example: `challenge synthesize --from rows.parquet --schema t.yaml --out t`
    """
    from challenge.synthesis.walls import Order, synthesize

    with explained(), console.status("Reading") as status:
        order = Order(source, schema, out, rows, seed, method, tuple(accept or ()), by)
        made = synthesize(order, progress=lambda step: status.update(step))
    place = escape(str(out))
    console.print(
        f"Made {made.rows} rows in {place}; read report.html before you share."
    )


@schema_app.command("from-csv")
def from_csv(file: Source, out: Out = None) -> None:
    """Draft a schema from a CSV: figures are rounded, no extreme is written.

    Only the first 10,000 rows are read. Every figure is marked `assumed`, rests on
    ten rows or more, and is for you to replace.

    Example: `challenge schema from-csv clients.csv --out clients.yaml`
    """
    from challenge.schema.drafting import draft_rows

    _draft(lambda **names: [draft_rows(file, **names)], out)


@schema_app.command("from-sdv")
def from_sdv(file: Source, out: Out = None) -> None:
    """Draft a schema for each table of an SDV metadata file; no figure is copied.

    Example: `challenge schema from-sdv metadata.json --out partners`
    """
    from challenge.schema.drafting import draft_sdv

    _draft(lambda **names: draft_sdv(file, **names), out)


@schema_app.command("from-datapackage")
def from_datapackage(file: Source, out: Out = None) -> None:
    """Draft a schema for each resource of a Data Package; no bound is copied.

    Example: `challenge schema from-datapackage datapackage.json --out partners`
    """
    from challenge.schema.drafting import draft_packages

    _draft(lambda **names: draft_packages(file, **names), out)


@schema_app.command("check")
def check(file: Annotated[Path, typer.Argument(help="A partner schema.")]) -> None:
    """Check one schema without its challenge: every fault, and what is to be written.

    Example: `challenge schema check clients.yaml`
    """
    from challenge.brief.unfinished import unfinished_lines
    from challenge.schema import read_partner

    with explained():
        read_partner(file)
    warnings = unfinished_lines([file], root=file.parent)
    for warning in warnings:
        console.print(f"[yellow]{escape(str(warning))}[/yellow]", soft_wrap=True)
    left = f"; {len(warnings)} still to be written" if warnings else ""
    console.print(f"No faults{left}.")


@schema_app.command("json-schema")
def json_schema() -> None:
    """Print the format of a partner schema as JSON Schema, for an editor.

    Example: `challenge schema json-schema > partner-schema.json`
    """
    from challenge.schema.published import json_schema_text

    typer.echo(json_schema_text(), nl=False)


def _draft(make: Callable[..., Sequence[Draft]], out: Path | None) -> None:
    """Print drafts, or write them and say where."""
    from challenge.schema.drafting import table_of, taken_names, write_drafts

    with explained():
        drafts = make(table=table_of(out), taken=taken_names(out))
        if out is None:
            for draft in drafts:
                typer.echo(draft.text, nl=False)
            return
        for path, draft in zip(write_drafts(drafts, out), drafts, strict=True):
            kept, left = len(draft.columns), len(draft.left_out)
            drafted = f"{kept} column{'s' * (kept != 1)} drafted, {left} left out"
            console.print(
                f"Wrote {escape(str(path))}: {drafted} (it says why). Read every line,"
                " then:"
            )
            typer.echo(f"challenge schema check {shlex.quote(str(path))}", err=True)
