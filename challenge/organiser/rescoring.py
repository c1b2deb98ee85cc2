"""Scoring anew: worked out and compared first, published with a note after."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from challenge.errors import NotFoundError
from challenge.organiser.desk import Desk, opened
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.republishing import Change, Place

app = typer.Typer()
_ROWS = ("board", "final", "external")


@app.command(
    epilog='Example: `challenge rescore --dry-run --by "Your Name" --reason "A mended'
    ' scorer."`, and once that is well `challenge rescore --publish --by "Your Name"'
    ' --note "Scores of all models were computed anew."`'
)
def rescore(
    by: By,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Score, and show old beside new.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Let the last one count.")
    ] = False,
    reason: Annotated[str, typer.Option(help="With --dry-run: why.")] = "",
    note: Annotated[
        str, typer.Option(help="With --publish: what everybody is told.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Score all submissions anew from sealed predictions; no model runs.

    `--dry-run` works it out on this machine, which must be one that may read the sealed
    files, and changes nothing on any board. `--publish` lets the last one take the
    place of what is there; the old scorecards are kept.
    """
    if dry_run == publish:
        raise typer.BadParameter("Give either --dry-run or --publish.")
    with explained(), opened() as desk:
        name = desk.release.name
        number = _publish(desk, name, note, by) if publish else _try(desk, reason, by)
        changes = _changes(desk, name, number)
    if as_json:
        print_json(_document(number, changes, is_published=publish))
        return
    for rows, found in changes.items():
        console.print(_table(rows, found))
    console.print(f"Re-score {number} is published." if publish else _next(number))


def _try(desk: Desk, reason: str, by: str) -> int:
    """Ask for a re-score and work it out here, whether or not a worker does too."""
    from challenge.rules.rescoring import Rescoring, ask
    from challenge.rules.sealed import SealedScoring

    release = desk.release
    with desk.database.begin() as unit:
        number = ask(unit, release.name, by=by, reason=reason, now=desk.now)
        total = len(unit.results.all(release.name))
    sealed = SealedScoring(desk.database, release, desk.brief, desk.settings.home)
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Scoring anew", total=total)

        def is_stopped() -> bool:
            # Asked before each submission, so it tells how many are done.
            with desk.database.read() as unit:
                done = {key for key, _ in unit.rescorings.cards(number)}
            progress.update(bar, completed=len(done))
            return False

        Rescoring(sealed).catch_up(now=lambda: desk.now, stops=is_stopped)
    return number


def _publish(desk: Desk, release: str, note: str, by: str) -> int:
    from challenge.rules.republishing import publish

    with desk.database.begin() as unit:
        found = unit.rescorings.all(release)
        if not found:
            raise NotFoundError("re-score", "of this release")
        publish(unit, release, found[0].id, note=note, by=by, now=desk.now)
    return found[0].id


def _changes(desk: Desk, release: str, number: int) -> dict[str, list[Change]]:
    from challenge.rules.republishing import compare

    policy = desk.brief.policy
    with desk.database.read() as unit:
        found = {
            rows: compare(unit, release, number, policy=policy, rows=rows)
            for rows in _ROWS
        }
    return {rows: changes for rows, changes in found.items() if changes}


def _document(
    number: int, changes: dict[str, list[Change]], *, is_published: bool
) -> dict[str, Any]:
    return {
        "number": number,
        "published": is_published,
        "changes": {
            rows: [asdict(one) | {"moves": one.moves} for one in by_team]
            for rows, by_team in changes.items()
        },
    }


def _table(rows: str, changes: list[Change]) -> Table:
    table = Table("Team", title=f"Rows: {rows}")
    for heading in ("Place before", "Place after"):
        table.add_column(heading)
    for heading in ("Scaled Brier ↑ before", "After"):
        table.add_column(heading, justify="right")
    for one in changes:
        after = _place(one.new)
        table.add_row(
            escape(one.team),
            _place(one.old),
            f"[bold]{after}[/bold]" if one.moves else after,
            _score(one.old),
            _score(one.new),
        )
    return table


def _place(found: Place | None) -> str:
    if found is None or found.low is None:
        return "-"
    same = found.low == found.high
    return str(found.low) if same else f"{found.low} to {found.high}"


def _score(found: Place | None) -> str:
    if found is None:
        return "-"
    ends = (found.score_low, found.score_high)
    told = "" if None in ends else f" ({ends[0]:z.3f} to {ends[1]:z.3f})"
    return f"{found.score:z.3f}{told}"


def _next(number: int) -> str:
    return (
        f"Re-score {number} changes nothing yet. To let it count:"
        " `challenge rescore --publish --by NAME --note TEXT`."
    )
