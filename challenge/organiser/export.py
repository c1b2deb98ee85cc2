"""What leaves the house at the end: for an auditor, the next pilot, a partner."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from challenge.errors import ExportRefusedError
from challenge.organiser.desk import Desk, opened
from challenge.terminal import By, console, explained

app = typer.Typer()
Audience = Literal["auditor", "next-pilot", "partner"]


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="New folder.")],
    audience: Annotated[Audience, typer.Option("--for", help="Who gets it.")],
    by: By,
    while_running: Annotated[
        bool,
        typer.Option(
            "--while-running", help="Before the end: it tells every hidden label."
        ),
    ] = False,
    table: Annotated[
        list[str] | None,
        typer.Option(help="Of the partner; may be given more than once."),
    ] = None,
) -> None:
    """Write what an auditor, the next pilot or a partner needs, into a new folder.

    For an auditor: everything that recomputes the board without this service. Rows
    without ids or features, labels, predictions, the seed of the replicates, the
    brief, and the board as visitors see it; `python -m leaderboard FOLDER` reads it.

    For the next pilot: one zip a team with its model, pitch, published scores and the
    jury's notes for it, the verdict, and what was learnt. No hidden row and no label is
    in it.

    For a partner, whose tables `--table` names: their schemas with where each figure
    came from, what describes the release, the public boards, the verdict, and what was
    learnt. No row, no label, and no text of a team is in it.

    Example: `challenge export audit --for auditor --by "Your Name"`
    """
    with explained(), opened() as desk:
        if audience == "auditor":
            count = _write(desk, folder, by=by, while_running=while_running)
        elif audience == "partner":
            _share(desk, folder, table or [], by=by)
        else:
            count = _hand_over(desk, folder, by=by)
    if audience != "auditor":
        is_for_pilot = audience == "next-pilot"
        told = f"{count} teams" if is_for_pilot else "schemas, description, boards"
        told = f"Wrote {told}, verdict and lessons to {escape(str(folder))}/."
        console.print(told, soft_wrap=True)
        return
    if while_running:
        warning = (
            "This folder tells every hidden label, and the challenge may still run."
            " Give it to nobody but the auditor."
        )
        console.print(f"[bold red]{warning}[/bold red]", soft_wrap=True)
    console.print(f"Wrote {count} submissions for the {audience}; recompute with:")
    place = shlex.quote(str(folder))
    typer.echo(f"python -m leaderboard {place} --html board.html", err=True)


def _write(desk: Desk, folder: Path, *, by: str, while_running: bool) -> int:
    """Write the folder; tell how many submissions are in it."""
    from challenge.rules.auditing import Auditing
    from challenge.web.board_document import board_document

    here = desk.deployment
    return Auditing(
        desk.database,
        desk.settings,
        here.release,
        brief=desk.brief,
        phase=here.phase,
        describe=lambda ranked, rows: board_document(
            here, ranked, reader=None, rows=rows
        ),
    ).export(folder, by=by, while_running=while_running, now=desk.now)


def _hand_over(desk: Desk, folder: Path, *, by: str) -> int:
    """Write what the next pilot gets, whole or not at all; tell how many teams."""
    from challenge.records import Role

    with _drafted(desk, folder, "the next pilot") as place:
        with desk.database.read() as unit:
            teams = unit.people.all(Role.TEAM)
        for team in teams:
            _pack(desk, team.name, place)
        _tell_the_end(desk, place)
        with desk.database.begin() as unit:
            for team in teams:
                unit.audit.add(by, "hand over", team.name, now=desk.now)
    return len(teams)


def _share(desk: Desk, folder: Path, tables: list[str], *, by: str) -> None:
    """Write what a partner gets, whole or not at all."""
    from challenge.organiser.sharing import tables_of, write_share

    there = tables_of(desk)
    if not tables or (unknown := [one for one in tables if one not in there]):
        problem = f"There is no {', '.join(unknown)}" if tables else "None is named"
        raise typer.BadParameter(
            f"{problem}. Name the partner's tables, each with `--table`:"
            f" {', '.join(there)}."
        )
    with _drafted(desk, folder, "a partner") as place:
        write_share(desk, tables, place)
        _tell_the_end(desk, place)
        with desk.database.begin() as unit:
            unit.audit.add(by, "share with partner", " ".join(tables), now=desk.now)


@contextmanager
def _drafted(desk: Desk, folder: Path, audience: str) -> Iterator[Path]:
    """Give a folder that gets its name once all in it is written, after the end."""
    if folder.exists():
        raise ExportRefusedError(f"{folder} is there already.", hint="Name a new one.")
    from challenge.rules.phases import current_phase
    from leaderboard import Phase

    with desk.database.read() as unit:
        phase = current_phase(unit, desk.brief)
    if phase is not Phase.CLOSED:
        raise ExportRefusedError(
            f"The challenge is in phase {phase}.",
            hint=f"What {audience} gets is whole once it is closed: wait for that."
            " `challenge phase show` says what comes next, and what it waits for.",
        )
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}-", dir=folder.resolve().parent
    ) as draft:
        place = Path(draft) / folder.name
        place.mkdir()
        yield place
        shutil.move(place, folder)


def _pack(desk: Desk, name: str, place: Path) -> None:
    """Write the zip of one team, under a name that every system can have."""
    from challenge.rules.handover import pack
    from challenge.rules.panel import team_named
    from challenge.web.handover import estate_of

    with desk.database.read() as unit:
        team = team_named(unit, name)
        estate = estate_of(desk.deployment, unit, team)
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    with (
        (place / f"team-{team.id}-{plain}".rstrip("-"))
        .with_suffix(".zip")
        .open("wb") as file
    ):
        pack(estate, file)


def _tell_the_end(desk: Desk, place: Path) -> None:
    """Write the verdict as everybody reads it, and what was learnt, without names."""
    from challenge.rules.ending import told_versions
    from challenge.rules.lessons import COLUMNS
    from challenge.rules.sheet import write_sheet
    from challenge.web.verdict_document import public_document

    with desk.database.read() as unit:
        versions, lessons = told_versions(unit), unit.lessons.all()
    document = public_document(desk.deployment, versions)
    told = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    (place / "verdict.json").write_text(f"{told}\n", "utf-8")
    rows = [(x.kind, x.text, x.interpretation, "", x.at.isoformat()) for x in lessons]
    (place / "lessons.csv").write_text(write_sheet(COLUMNS, rows), "utf-8", newline="")
