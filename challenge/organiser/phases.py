"""The commands of the day: which phase it is, and going to another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.organiser.desk import Desk, opened
from challenge.terminal import By, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.rules.blockers import Blocker
    from leaderboard import Phase

app = typer.Typer(help="Show and change the phase.", no_args_is_help=True)


@app.command("show", epilog="Example: `challenge phase show --json`")
def show(as_json: Json = False) -> None:
    """Say where the challenge is, what comes next, and what that waits for."""
    from challenge.rules.blockers import advice, blockers
    from challenge.rules.timeline import clock

    with explained(), opened() as desk:
        release = desk.release.name
        with desk.database.read() as unit:
            said = clock(unit, desk.brief, desk.now)
            left = blockers(unit, desk.brief, release, said.next) if said.next else ()
            known = advice(unit, desk.brief, release, said.next) if said.next else ()
    told: dict[str, Any] = {
        "phase": said.phase,
        "next": said.next,
        "ends": said.ends,
        "waits_for": {blocker.key: blocker.count for blocker in left},
        "advice": {one.key: one.count for one in known},
    }
    if as_json:
        print_json(told)
        return
    console.print(f"Phase: {said.phase}.")
    if said.next:
        when = f"at {said.ends:%Y-%m-%d %H:%M} UTC" if said.ends else "by hand"
        console.print(f"Next: {said.next}, {when}.")
    _tell("It waits", left)
    _tell("Note", known)


@app.command("set", epilog='Example: `challenge phase set frozen --by "Your Name"`')
def set_phase(
    name: Annotated[str, typer.Argument(help="The next one, or the one before.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why; going back takes one.")] = "",
) -> None:
    """Go to the next phase, or back to the one before; from `closed` nothing goes back.

    What stands in the way is listed, as on the page of the organiser; and before the
    step, what is better known.
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
        _tell_beforehand(desk, release, phase)
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


def _tell_beforehand(desk: Desk, release: str, phase: Phase) -> None:
    """Print what is better known before a step forward, which may be the last one."""
    from challenge.rules.blockers import advice
    from challenge.rules.phases import current_phase, phase_after

    with desk.database.read() as unit:
        here = current_phase(unit, desk.brief)
        if phase is phase_after(desk.brief, here):
            _tell("Note", advice(unit, desk.brief, release, phase))


def _refuse(phase: Phase, left: Iterable[Blocker], hint: str) -> None:
    """Print what the refusal names by its keys, in the words of the page."""
    console.print(f"[red]The challenge cannot go to {phase} yet.[/red]")
    _tell("It waits", left)
    console.print(hint, soft_wrap=True)


def _tell(beginning: str, found: Iterable[Blocker]) -> None:
    """Print what is to be done first, or is better known, a line each."""
    from challenge.web.pages import texts

    for one in found:
        words = texts("en")[f"phase_blocker_{one.key}"]
        told = words.format(count=one.count, names=", ".join(one.names))
        console.print(f"{beginning}: {escape(told)}", soft_wrap=True)
