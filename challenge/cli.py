"""The command line: one function a command, the work elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress

from challenge.records import Role
from challenge.settings import Settings
from challenge.tables import people_table, sets_table
from challenge.team import app as team_app
from challenge.terminal import Json, console, explained, print_json

app = typer.Typer(
    name="challenge",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


Seed = Annotated[int | None, typer.Option(help="Fixed seed: makes a rehearsal.")]
UntilStdinCloses = Annotated[
    bool, typer.Option(help="Stop when standard input closes.")
]
Name = Annotated[str, typer.Argument(help="Name, unique within the role.")]


@app.callback()
def main() -> None:
    """Run a data challenge on data that nobody may share."""
    # Other users of the machine get nothing of what is written: it holds exact scores.
    os.umask(os.umask(0) | 0o007)


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="Stop after the board.")] = False,
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8000,
    as_json: Json = False,
) -> None:
    """Show the whole product at work, from partner schemas to a ranked board.

    Example: `challenge demo --once --port 0 --json`
    """
    from challenge.demo import Demo

    with explained(), Demo(Settings(port=port), console) as run:
        board = run.play()
        if as_json:
            print_json(board)
        if once:
            raise typer.Exit(0 if run.succeeded else 2)
        console.print("Serving until Ctrl-C.")
        run.wait()


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="Challenge folder.")],
    as_json: Json = False,
) -> None:
    """Check a challenge folder and list every fault at once.

    Example: `challenge check datasets/quickstart`
    """
    from challenge.brief import check as check_folder

    with explained():
        report = check_folder(path)
    if as_json:
        print_json(asdict(report))
    else:
        for fault in report.faults:
            console.print(f"[red]{escape(str(fault))}[/red]", soft_wrap=True)
        console.print(sets_table(report))
    raise typer.Exit(1 if report.faults else 0)


@app.command()
def build(
    slug: Annotated[str, typer.Argument(help="Folder under the content folder.")],
    seed: Seed = None,
    mechanism: Annotated[
        Path | None, typer.Option(help="Private mechanism for a real event.")
    ] = None,
) -> None:
    """Make a release of synthetic data; it stays closed until it is published.

    Example: `challenge build first-1000-days --seed 1`
    """
    from challenge.synthesis import build as build_release

    with explained(), Progress(console=console, transient=True) as progress:
        bars: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total)
            progress.update(bars[stage], completed=done, total=total)

        settings = Settings()
        release = build_release(
            settings.content / slug,
            settings.home / "releases",
            seed=seed,
            mechanism=mechanism,
            progress=show,
        )
    console.print(f"Made release {release.slug}/{release.version}.")


@app.command()
def publish(
    release: Annotated[str, typer.Argument(help="As SLUG/VERSION.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")],
    rehearsal: Annotated[
        bool, typer.Option(help="Say that this is not the real event.")
    ] = False,
) -> None:
    """Put your name under a release, so that teams can have it.

    Example: `challenge publish first-1000-days/1 --by "A. Jansen" --rehearsal`
    """
    from challenge.synthesis import open_release
    from challenge.synthesis import publish as publish_release

    with explained():
        found = open_release(Settings().home / "releases" / release)
        publish_release(found, by=by, rehearsal=rehearsal)
    console.print(f"Release {release} is published by {by}.")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="0 takes a free one.")] = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also run submissions.")
    ] = True,
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Serve the challenge: a web process and a worker process, until Ctrl-C.

    Example: `challenge serve --port 8080`
    """
    from challenge.serving import serve as serve_until_interrupted

    # Both signals end the server in order, the worker with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if until_stdin_closes:
        _at_end_of_input(lambda: os.kill(os.getpid(), signal.SIGTERM))
    with explained():
        settings = Settings() if port is None else Settings(port=port)
        try:
            serve_until_interrupted(
                settings,
                ready=typer.echo,
                with_worker=with_worker,
            )
        except KeyboardInterrupt:
            console.print("Stopped.")


@app.command()
def worker(
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Run and score submissions; `challenge serve` starts one for you.

    Example: `challenge worker`
    """
    from challenge.worker import Worker

    with explained():
        working = Worker(Settings())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: working.stop())
        if until_stdin_closes:
            _at_end_of_input(working.stop)
        working.run()


def _at_end_of_input(stop: Callable[[], None]) -> None:
    def wait() -> None:
        sys.stdin.read()
        stop()

    threading.Thread(target=wait, daemon=True).start()


def _people_commands(role: Role) -> typer.Typer:
    group = typer.Typer(help=f"Add and list: {role}.", no_args_is_help=True)

    @group.command(epilog=f'Example: `challenge {role} add "Grutto"`')
    def add(name: Name) -> None:
        """Add one and print the token, once."""
        from challenge.rules.registration import register
        from challenge.store import open_database

        with explained():
            database = open_database(Settings().database)
            with database.begin() as unit:
                now = datetime.now(UTC)
                _, token = register(unit, role, name, by="command line", now=now)
            database.close()
        console.print(f"Token of {escape(name)}, shown only now:")
        typer.echo(token)

    @group.command("list", epilog=f"Example: `challenge {role} list`")
    def list_all() -> None:
        """List the names."""
        from challenge.store import open_database

        database = open_database(Settings().database)
        with database.read() as unit:
            console.print(people_table(unit.people.all(role)))
        database.close()

    return group


for _role in Role:
    app.add_typer(_people_commands(_role), name=_role.value)


app.add_typer(team_app)
