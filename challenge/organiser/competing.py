"""Whether a team, or one of its submissions, competes."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from challenge.errors import NotFoundError
from challenge.organiser.desk import Because, opened
from challenge.terminal import By, console, explained

app = typer.Typer()
Team = Annotated[str, typer.Argument(help="Which one.")]
Only = Annotated[
    str,
    typer.Option("--submission", help="Id of one submission; without: the whole team."),
]


@app.command(
    epilog='Example: `challenge disqualify "Grutto" --by "Your Name"'
    ' --reason "Two teams sent one model."`'
)
def disqualify(team: Team, by: By, reason: Because, submission: Only = "") -> None:
    """Let a team, or one submission of it, not compete any more; the team reads why."""
    _change(team, submission, reason, by, again=False)
    console.print(f"{_told(team, submission)} does not compete any more.")


@app.command(
    epilog='Example: `challenge reinstate "Grutto" --by "Your Name"'
    ' --reason "It was a mistake."`'
)
def reinstate(team: Team, by: By, reason: Because, submission: Only = "") -> None:
    """Let a team, or one submission of it, compete again."""
    _change(team, submission, reason, by, again=True)
    console.print(f"{_told(team, submission)} competes again.")


def _change(name: str, submission: str, reason: str, by: str, *, again: bool) -> None:
    from challenge.rules.panel import team_named
    from challenge.rules.picks import disqualify as drop
    from challenge.rules.registration import bar, readmit

    with explained(), opened() as desk, desk.database.begin() as unit:
        team, now = team_named(unit, name), desk.now
        if not submission:
            (readmit if again else bar)(unit, team, reason, by=by, now=now)
            return
        if submission not in [one.id for one in unit.submissions.of_team(team.id)]:
            raise NotFoundError("submission", submission)
        drop(unit, submission, reason=None if again else reason, by=by, now=now)


def _told(team: str, submission: str) -> str:
    if submission:
        return f"Submission {escape(submission)} of {escape(team)}"
    return f"Team {escape(team)}"
