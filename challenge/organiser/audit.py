"""Who did what, when: the audit table at the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from challenge.errors import AuditAlteredError, RequestRefusedError
from challenge.organiser.desk import Desk, opened
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


app = typer.Typer()
Day = Annotated[str, typer.Option(help="As YYYY-MM-DD, on the clock of the event.")]


@app.command(
    epilog='Example: `challenge audit --who "Your Name" --act phase --since 2026-11-22`'
)
def audit(
    who: Annotated[str, typer.Option(help="Part of who did it.")] = "",
    act: Annotated[str, typer.Option(help="Part of what was done.")] = "",
    about: Annotated[str, typer.Option(help="Part of to whom or what.")] = "",
    since: Day = "",
    until: Day = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a sheet on standard output.")
    ] = False,
    as_json: Json = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold every entry against the chain.")
    ] = False,
    noted: Annotated[
        str, typer.Option(help="With --verify: a hash that was noted earlier.")
    ] = "",
) -> None:
    """Show who did what, newest first; days are whole, the last one included."""
    from challenge.rules.sheet import write_sheet
    from challenge.web.auditing import COLUMNS, Filter, sheet_row

    with explained(), opened() as desk:
        if verify:
            _verify(desk, noted.strip(), as_json=as_json)
            return
        zone = desk.brief.event.clock
        for option, day in (("--since", since), ("--until", until)):
            _check_day(option, day)
        wanted = Filter(who, act, about, since, until).wanted_in(zone)
        with desk.database.read() as unit:
            count = unit.audit.count(wanted)
            entries = unit.audit.search(wanted, limit=limit)
    if as_json:
        print_json({"count": count, "entries": entries})
    elif as_csv:
        rows = [sheet_row(entry) for entry in entries]
        typer.echo(write_sheet(COLUMNS, rows, language="en"), nl=False)
    else:
        console.print(_table(entries, zone))
        console.print(f"{len(entries)} of {count}; `--limit` shows more.")


def _verify(desk: Desk, noted: str, *, as_json: bool) -> None:
    """Say that nothing was changed or removed, and what to note for the next time."""
    with desk.database.read() as unit:
        found = unit.audit.check(noted)
    if found.broken is not None:
        raise AuditAlteredError(f"Entry {found.broken} does not fit the one before.")
    if not found.holds_noted:
        raise AuditAlteredError(f"No entry has the hash {noted}.", _told(desk))
    if as_json:
        print_json(asdict(found))
        return
    console.print(f"{found.entries} entries, each of which fits the one before.")
    if found.unchained:
        console.print(f"The first {found.unchained} are older than the chain.")
    console.print("Note the last hash elsewhere, for `--noted`:")
    typer.echo(found.head)


def _told(desk: Desk) -> str:
    """Say what restores took away; that may be all that happened to a noted hash."""
    from challenge.backups.database import RESTORED

    with desk.database.read() as unit:
        entries: list[dict[str, Any]] = unit.audit.all()
        restores = [one for one in entries if one["action"] == RESTORED]
    if not restores:
        return ""
    each = "; ".join(
        f"at {one['at']:%Y-%m-%d %H:%M} UTC by {one['actor']}, to how all was at"
        f" {one['detail']['made_at'][:16].replace('T', ' ')}"
        for one in restores
    )
    return (
        f"A backup was put back {each}. What was written between those moments is gone,"
        " and a hash that was noted then with it. If it was noted at another time,"
        " somebody changed the table outside the service."
    )


def _check_day(option: str, day: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(day or "2026-01-01")
    except ValueError as error:
        raise RequestRefusedError(
            option, f"{day} is no day.", hint="Write it as in 2026-11-22."
        ) from error


def _table(entries: list[dict[str, Any]], zone: ZoneInfo) -> Table:
    table = Table("When", "Who", "Act", "About", "Detail")
    for entry in entries:
        when = entry["at"].astimezone(zone)
        detail = ", ".join(f"{key}: {said}" for key, said in entry["detail"].items())
        said = (entry["actor"], entry["action"], entry["subject"], detail)
        table.add_row(f"{when:%Y-%m-%d %H:%M:%S}", *map(escape, said))
    return table
