"""The command line: one function a command, the work elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from challenge.arenas import limit_arenas
from challenge.curation import app as curation_app
from challenge.doctor import app as doctor_app
from challenge.organiser import app as organiser_app
from challenge.partner import app as partner_app
from challenge.rehearsing import app as rehearsing_app
from challenge.team import app as team_app
from challenge.terminal import Explained, Json, console, explained, print_json

if TYPE_CHECKING:
    from challenge.settings import Settings

_GRACE_SECONDS = 10.0  # as long as a server waits for its worker

app = typer.Typer(
    name="challenge",
    cls=Explained,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


UntilStdinCloses = Annotated[
    bool, typer.Option(help="Stop when standard input closes.")
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
    from challenge.settings import Settings

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
    limit_arenas()
    from challenge.logs import begin_logging
    from challenge.serving import serve as serve_until_interrupted

    # Both signals end the server in order, the worker with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if until_stdin_closes:
        _at_end_of_input(lambda: os.kill(os.getpid(), signal.SIGTERM))
    with explained():
        settings = _settings(port=port, trust_submissions=trust_submissions or None)
        begin_logging(settings.logs)
        try:
            serve_until_interrupted(
                settings,
                ready=typer.echo,
                with_worker=with_worker,
            )
        except KeyboardInterrupt:
            if settings.logs == "text":
                console.print("Stopped.")


@app.command()
def worker(
    until_stdin_closes: UntilStdinCloses = False,
) -> None:
    """Run and score submissions; `challenge serve` starts one for you.

    Example: `challenge worker`
    """
    limit_arenas()
    from challenge.logs import begin_logging
    from challenge.settings import Settings
    from challenge.worker import Worker

    with explained():
        settings = Settings()
        begin_logging(settings.logs)
        working = Worker(settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: working.stop())
        if until_stdin_closes:
            _at_end_of_input(lambda: _end(working.stop))
        working.run()


def _settings(**typed: Any) -> Settings:
    """Read the settings; what was typed comes before the environment."""
    from challenge.settings import Settings

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


app.add_typer(curation_app)
app.add_typer(organiser_app)
app.add_typer(doctor_app)
app.add_typer(partner_app)
app.add_typer(rehearsing_app)
app.add_typer(team_app)
