"""The commands of the day: which phase it is, and going to another one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from challenge.organiser.desk import opened
from challenge.terminal import By, Json, console, explained, print_json

app = typer.Typer(help="Show and change the phase.", no_args_is_help=True)


@app.command("show", epilog="Example: `challenge phase show --json`")
def show(as_json: Json = False) -> None:
    """Say where the challenge is, what comes next, and what that waits for."""
    from challenge.rules.blockers import blockers
    from challenge.rules.timeline import clock
    from challenge.web.pages import texts

    with explained(), opened() as desk:
        release = desk.release.name
        with desk.database.read() as unit:
            said = clock(unit, desk.brief, desk.now)
            left = blockers(unit, desk.brief, release, said.next) if said.next else ()
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
        words = texts("en")[f"phase_blocker_{blocker.key}"]
        teams = ", ".join(blocker.names)
        console.print(f"It waits: {words.format(count=blocker.count, names=teams)}")


@app.command("set", epilog='Example: `challenge phase set frozen --by "Your Name"`')
def set_phase(
    name: Annotated[str, typer.Argument(help="The next one, or the one before.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why; going back takes one.")] = "",
) -> None:
    """Go to the next phase, or back to the one before; from `closed` nothing goes back.

    What stands in the way is listed, as on the page of the organiser.
    """
    from challenge.errors import RequestRefusedError
    from challenge.rules.steps import go_to
    from leaderboard import Phase

    with explained(), opened() as desk:
        if name not in list(Phase):
            raise RequestRefusedError(
                "phase",
                f"There is no phase {name}.",
                hint=f"One of {', '.join(Phase)}.",
            )
        release = desk.release.name
        with desk.database.begin() as unit:
            changed = go_to(
                unit,
                desk.brief,
                Phase(name),
                release=release,
                by=by,
                reason=reason,
                now=desk.now,
            )
    console.print(f"Phase: {name}." if changed else f"It is {name} already.")
