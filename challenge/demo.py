"""The whole product at work once, on real parts, as ``challenge demo`` shows it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from challenge.board import board_table
from challenge.brief import read_brief
from challenge.client import Client
from challenge.errors import DemoBrokenError
from challenge.records import Interest, Role
from challenge.rules.conflicts import declare
from challenge.rules.interpreting import interpret
from challenge.rules.publication import published_release
from challenge.rules.steps import go_to
from challenge.serving import listen
from challenge.settings import Settings
from challenge.staging import Entrant, Serving, enlist, make_release, own_home
from challenge.store import open_database
from leaderboard import Phase

# Fixed, so that two demos on one machine show the same board: a rehearsal.
SEED = 1
# Dealt to the teams of the brief in turn.
BASELINES = ("logistic", "lightgbm", "prevalence")
JUROR, ORGANISER = "Jurylid 1", "Organisatie"
INTERPRETATION = "Een voorbeeld. Wat hier uitkomt, is ingebouwd of toeval."


class Demo:
    """One demonstration in a folder of its own; stops its server when it ends.

    Parameters
    ----------
    settings : Settings
        Where the content is, and which port to serve on.
    console : Console
        Where people read along.
    """

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = own_home(settings, "demo")
        self._console = console
        self._server = Serving(self._settings)
        brief = read_brief(settings.content / settings.challenge)
        names = (team.name for team in brief.teams)
        self._teams = dict(zip(names, cycle(BASELINES), strict=False))
        self._ends: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Give the demo itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self._server.stop()

    @property
    def succeeded(self) -> bool:
        """Whether every submission was scored."""
        return bool(self._ends) and set(self._ends.values()) == {"scored"}

    def play(self) -> dict[str, Any]:
        """Do everything once, and show the board.

        Returns
        -------
        dict
            The board as the API gives it.

        Raises
        ------
        ChallengeError
            If a step is refused.
        """
        # Now, and not after half a minute of work.
        listen(self._settings).close()
        self._make_release()
        tokens = self._register()
        with self._step("Starting web and worker"):
            url = self._server.start()
        with self._progress() as progress:
            self._ends = self._compete(url, tokens, progress)
        self._open_jury()
        self._judge(url, tokens)
        with Client(url) as visitor:
            board = visitor.board()
        self._show(url, tokens, board)
        return board

    def wait(self) -> None:
        """Keep serving until somebody presses Ctrl-C."""
        try:
            self._server.wait()
        except KeyboardInterrupt:
            self._console.print("Stopped.")

    def _make_release(self) -> None:
        with self._progress() as progress:
            bar = progress.add_task("Making synthetic data")
            make_release(
                self._settings,
                seed=SEED,
                by="demo",
                progress=lambda stage, done, total: progress.update(
                    bar,
                    description=f"Synthetic data: {stage}",
                    completed=done,
                    total=total,
                ),
            )
            progress.update(bar, description="Synthetic data: published as a rehearsal")

    def _register(self) -> dict[str, str]:
        people = [Entrant(Role.TEAM, team) for team in self._teams]
        people += [Entrant(Role.JUROR, JUROR), Entrant(Role.ORGANISER, ORGANISER)]
        return enlist(self._settings, people, by="demo")

    def _compete(
        self, url: str, tokens: dict[str, str], progress: Progress
    ) -> dict[str, str]:
        """Let every team take part at once; an interrupt waits for none of them."""
        pool = ThreadPoolExecutor(len(self._teams))
        try:
            jobs = {
                team: pool.submit(self._take_part, url, team, tokens[team], progress)
                for team in self._teams
            }
            return {team: job.result() for team, job in jobs.items()}
        except BaseException:
            # Without a server the teams that are still under way end by themselves.
            self._server.stop()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _take_part(self, url: str, team: str, token: str, progress: Progress) -> str:
        """Do what a team does: download, train, hand in, watch."""
        baseline = self._teams[team]
        bar = progress.add_task(f"{team}: downloading", total=5)
        folder = self._settings.home / "teams" / team
        with Client(url, token=token) as client:
            client.download(folder / "data", accept_terms=True)
            progress.update(
                bar, completed=1, description=f"{team}: training {baseline}"
            )
            bundle = self._train(baseline, folder)
            found = client.submit(bundle, note=f"Baseline {baseline}.")
            for done, seen in enumerate(client.follow(found["id"]), start=2):
                told = seen["message"] or seen["stage"]
                progress.update(bar, completed=done, description=f"{team}: {told}")
                found = seen
            client.pitch(
                title=f"{team}: {found['title']}",
                text="Een voorbeeldpitch. Wat zien we, voor wie, en wat weten we niet?",
            )
        progress.update(bar, completed=5)
        return str(found["state"])

    def _train(self, baseline: str, folder: Path) -> Path:
        bundle = folder / f"{baseline}.zip"
        script = self._settings.baselines / baseline / "train.py"
        done = subprocess.run(
            [sys.executable, str(script), str(folder / "data"), str(bundle)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoBrokenError(f"{script} failed:\n{done.stderr.strip()}")
        return bundle

    def _open_jury(self) -> None:
        """Freeze the board and let the jury begin; final rows are scored meanwhile."""
        brief = read_brief(self._settings.content / self._settings.challenge)
        release = published_release(self._settings).name
        now = datetime.now(UTC)
        with (
            closing(open_database(self._settings.database)) as database,
            database.begin() as unit,
        ):
            for team in unit.people.all(Role.TEAM):
                interpret(unit, brief, team, INTERPRETATION, now=now)
            for juror in unit.people.all(Role.JUROR):
                none = dict.fromkeys(self._teams, Interest.NONE)
                declare(unit, juror, none, reasons={}, now=now)
            for phase in (Phase.FROZEN, Phase.JURY):
                go_to(unit, brief, phase, release=release, by="demo", now=now)

    def _judge(self, url: str, tokens: dict[str, str]) -> None:
        with Client(url, token=tokens[JUROR]) as juror:
            criterion = juror.challenge()["rubric"][0]["slug"]
            juror.ballot(
                next(iter(self._teams)),
                points={criterion: 4},
                note="Helder voor wie dit bedoeld is.",
            )

    def _show(self, url: str, tokens: dict[str, str], board: dict[str, Any]) -> None:
        self._console.print(board_table(board))
        for name, path in (
            ("Board", "/"),
            ("API", "/api/docs"),
            ("MLflow", "/mlflow/"),
        ):
            self._console.print(f"{name:<8} {url}{path}")
        self._console.print("Log in at /login with one of these tokens:")
        for name, token in tokens.items():
            self._console.print(f"{name:<12} {token}", soft_wrap=True)

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        with self._console.status(name):
            yield
        self._console.print(f"{name}: {time.monotonic() - started:.1f} s")
