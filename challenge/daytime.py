"""The commands of the day: which phase it is, and going to another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from challenge.settings import Settings
from challenge.terminal import Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.brief import Brief
    from challenge.store import Database

app = typer.Typer()
phases = typer.Typer(help="Show and change the phase.", no_args_is_help=True)
app.add_typer(phases, name="phase")


@phases.command("show", epilog="Example: `challenge phase show --json`")
def show(as_json: Json = False) -> None:
    """Say where the challenge is, what comes next, and what that waits for."""
    from challenge.rules.blockers import blockers
    from challenge.rules.timeline import clock

    with explained(), _opened() as (database, brief, release):
        now = datetime.now(UTC)
        with database.read() as unit:
            said = clock(unit, brief, now)
            left = blockers(unit, brief, release, said.next) if said.next else ()
    told: dict[str, Any] = {
        "phase": said.phase,
        "next": said.next,
        "ends": said.ends,
        "waits_for": {blocker.key: blocker.count for blocker in left},
    }
    if as_json:
        print_json(told)
        return
    console.print(f"Phase: {said.phase}.")
    if said.next:
        when = f"at {said.ends:%Y-%m-%d %H:%M} UTC" if said.ends else "by hand"
        console.print(f"Next: {said.next}, {when}.")
    for blocker in left:
        console.print(f"It waits for {blocker.key}: {blocker.count}.")


@phases.command("set", epilog='Example: `challenge phase set frozen --by "Your Name"`')
def set_phase(
    name: Annotated[str, typer.Argument(help="The next one, or the one before.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")],
    reason: Annotated[str, typer.Option(help="Why; going back takes one.")] = "",
) -> None:
    """Go to the next phase, or back to the one before; from `closed` nothing goes back.

    What stands in the way is listed, as on the page of the organiser.
    """
    from challenge.errors import RequestRefusedError
    from challenge.rules.steps import go_to
    from leaderboard import Phase

    with explained(), _opened() as (database, brief, release):
        if name not in list(Phase):
            raise RequestRefusedError(
                "phase",
                f"There is no phase {name}.",
                hint=f"One of {', '.join(Phase)}.",
            )
        now = datetime.now(UTC)
        with database.begin() as unit:
            changed = go_to(
                unit,
                brief,
                Phase(name),
                release=release,
                by=by,
                reason=reason,
                now=now,
            )
    console.print(f"Phase: {name}." if changed else f"It is {name} already.")


@contextmanager
def _opened() -> Iterator[tuple[Database, Brief, str]]:
    """Open the database beside the brief and the name of the published release."""
    from challenge.brief import read_brief
    from challenge.rules.publication import published_release
    from challenge.store import open_database

    settings = Settings()
    brief = read_brief(settings.content / settings.challenge)
    release = published_release(settings)
    with closing(open_database(settings.database)) as database:
        yield database, brief, release.name
