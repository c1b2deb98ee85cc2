"""The command line: one function a command, the work elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from challenge.auditor import app as auditor_app
from challenge.curation import app as curation_app
from challenge.daytime import app as daytime_app
from challenge.doctor import app as doctor_app
from challenge.partner import app as partner_app
from challenge.records import Principal, Role
from challenge.settings import Settings
from challenge.tables import people_table, teams_table
from challenge.team import app as team_app
from challenge.terminal import Json, console, explained, print_json

_GRACE_SECONDS = 10.0  # as long as a server waits for its worker

app = typer.Typer(
    name="challenge",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


UntilStdinCloses = Annotated[
    bool, typer.Option(help="Stop when standard input closes.")
]
Name = Annotated[str, typer.Argument(help="A name that nobody has, in whatever role.")]
SourceSet = Annotated[
    str,
    typer.Option("--sources", help="Source set; needed if the brief names none."),
]


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
def serve(
    port: Annotated[int | None, typer.Option(help="0 takes a free one.")] = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also run submissions.")
    ] = True,
    trust_submissions: Annotated[
        bool,
        typer.Option(
            "--trust-submissions",
            help="Run models without a sandbox: only your own, on a loopback address.",
        ),
    ] = False,
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Serve the challenge: a web process and a worker process, until Ctrl-C.

    Where no sandbox can be made, submissions are refused. `--trust-submissions` runs
    them all the same, as you and with all that you may do; every page says so.

    Example: `challenge serve --port 8080`
    """
    from challenge.serving import serve as serve_until_interrupted

    # Both signals end the server in order, the worker with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if until_stdin_closes:
        _at_end_of_input(lambda: os.kill(os.getpid(), signal.SIGTERM))
    with explained():
        settings = _settings(port=port, trust_submissions=trust_submissions or None)
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
            _at_end_of_input(lambda: _end(working.stop))
        working.run()


def _settings(**typed: Any) -> Settings:
    """Read the settings; what was typed comes before the environment."""
    return Settings(**{key: value for key, value in typed.items() if value is not None})


def _end(stop: Callable[[], None]) -> None:
    """Ask to stop, and do not wait for ever: whoever would end us may be gone."""
    stop()
    time.sleep(_GRACE_SECONDS)
    # Claims run out, and the next worker takes them over.
    os._exit(1)


def _at_end_of_input(stop: Callable[[], None]) -> None:
    def wait() -> None:
        sys.stdin.read()
        stop()

    threading.Thread(target=wait, daemon=True).start()


def _people_commands(role: Role) -> typer.Typer:
    group = typer.Typer(help=f"Add and list: {role}.", no_args_is_help=True)

    def add(name: Name) -> None:
        """Add one and print the token, once."""
        _register(role, name)

    def add_team(name: Name, sources: SourceSet = "") -> None:
        """Add one; print the token, once, and the source set if there are several."""
        _register(role, name, sources=sources)

    example = f'Example: `challenge {role} add "Grutto"`'
    group.command("add", epilog=example)(add_team if role is Role.TEAM else add)

    @group.command("list", epilog=f"Example: `challenge {role} list`")
    def list_all() -> None:
        """List the names; teams with their sources, acceptances and downloads."""
        with explained():
            console.print(_listing(role, Settings()))

    @group.command("rotate", epilog=f'Example: `challenge {role} rotate "Grutto"`')
    def rotate(name: Name) -> None:
        """End every token and session of one, and print a new token, once."""
        _rotate(role, name)

    return group


def _listing(role: Role, settings: Settings) -> Table:
    from challenge.brief import read_brief
    from challenge.store import open_database

    database = open_database(settings.database)
    with database.read() as unit:
        people, counts = unit.people.all(role), unit.handouts.counts()
    database.close()
    if role is not Role.TEAM:
        return people_table(people)
    brief = read_brief(settings.content / settings.challenge)
    return teams_table(people, brief, counts)


def _register(role: Role, name: str, *, sources: str = "") -> None:
    from challenge.rules.registration import choose_sources, register
    from challenge.store import open_database

    with explained():
        settings = Settings()
        database = open_database(settings.database)
        with database.begin() as unit:
            now, by = datetime.now(UTC), "command line"
            person, token = choose_sources(unit, name, sources, by=by, now=now), ""
            if person is None:
                person, token = register(
                    unit, role, name, by=by, now=now, sources=sources
                )
            # Before it is kept: a team that has no source set is not added.
            told = _told_set(person, settings) if role is Role.TEAM else ""
        database.close()
    if told:
        console.print(told)
    if token:
        console.print(f"Token of {escape(person.name)}, shown only now:")
        typer.echo(token)
    else:
        console.print(f"{escape(person.name)} keeps the token that it has.")


def _rotate(role: Role, name: str) -> None:
    from challenge.errors import NotFoundError
    from challenge.rules.tokens import replace_tokens
    from challenge.store import open_database

    with explained():
        database = open_database(Settings().database)
        with database.begin() as unit:
            person = unit.people.named(role, name)
            if person is None:
                raise NotFoundError(role.value, name)
            now = datetime.now(UTC)
            token = replace_tokens(unit, person, by="command line", now=now)
        database.close()
    console.print(f"Token of {escape(name)}, shown only now:")
    typer.echo(token)


def _told_set(team: Principal, settings: Settings) -> str:
    """Say which source set a team gets, where there are several."""
    from challenge.brief import read_brief
    from challenge.rules.sources import check_choice, label_of, source_of

    brief = read_brief(settings.content / settings.challenge)
    source = source_of(team, brief)
    check_choice(team, brief)
    label = escape(label_of(source, brief).en)
    return f"Source set: {source} ({label})" if brief.sources else ""


for _role in Role:
    app.add_typer(_people_commands(_role), name=_role.value)


app.add_typer(curation_app)
app.add_typer(auditor_app)
app.add_typer(daytime_app)
app.add_typer(doctor_app)
app.add_typer(partner_app)
app.add_typer(team_app)
