"""The commands of the day: which phase it is, and going to another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.organiser.desk import opened
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.blockers import Blocker
    from leaderboard import Phase

app = typer.Typer(help="Show and change the phase.", no_args_is_help=True)


@app.command("show", epilog="Example: `challenge phase show --json`")
def show(as_json: Json = False) -> None:
    """Say where the challenge is, what comes next, and what that waits for."""
    from challenge.rules.blockers import blockers
    from challenge.rules.timeline import clock

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
    _tell_waiting(left)


@app.command("set", epilog='Example: `challenge phase set frozen --by "Your Name"`')
def set_phase(
    name: Annotated[str, typer.Argument(help="The next one, or the one before.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why; going back takes one.")] = "",
) -> None:
    """Go to the next phase, or back to the one before; from `closed` nothing goes back.

    What stands in the way is listed, as on the page of the organiser.
    """
    from challenge.errors import PhaseBlockedError, RequestRefusedError
    from challenge.rules.blockers import blockers
    from challenge.rules.steps import go_to
    from leaderboard import Phase

    with explained(), opened() as desk:
        if name not in list(Phase):
            raise RequestRefusedError(
                "phase",
                f"There is no phase {name}.",
                hint=f"One of {', '.join(Phase)}.",
            )
        release, phase = desk.release.name, Phase(name)
        try:
            with desk.database.begin() as unit:
                changed = go_to(
                    unit,
                    desk.brief,
                    phase,
                    release=release,
                    by=by,
                    reason=reason,
                    now=desk.now,
                )
        except PhaseBlockedError as blocked:
            with desk.database.read() as unit:
                _refuse(phase, blockers(unit, desk.brief, release, phase), blocked.hint)
            raise typer.Exit(1) from blocked
    console.print(f"Phase: {name}." if changed else f"It is {name} already.")


def _refuse(phase: Phase, left: Iterable[Blocker], hint: str) -> None:
    """Print what the refusal names by its keys, in the words of the page."""
    console.print(f"[red]The challenge cannot go to {phase} yet.[/red]")
    _tell_waiting(left)
    console.print(hint, soft_wrap=True)


def _tell_waiting(left: Iterable[Blocker]) -> None:
    """Print what is to be done first, a line each."""
    from challenge.web.pages import texts

    for blocker in left:
        words = texts("en")[f"phase_blocker_{blocker.key}"]
        told = words.format(count=blocker.count, names=", ".join(blocker.names))
        console.print(f"It waits: {escape(told)}", soft_wrap=True)
