"""A rehearsal from the first to the last: set the stage, play, stop, examine, tell."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from challenge.errors import DemoBrokenError
from challenge.rehearsing import desk, jury, teams, viewers
from challenge.rehearsing.day import Day, Pace
from challenge.rehearsing.examining import Examined, ask_at_the_end, examine
from challenge.rehearsing.faults import Hall, start_again, strike
from challenge.rehearsing.ledger import Ledger, Strike
from challenge.rehearsing.plan import Juror, Plan, Size
from challenge.rehearsing.stage import ORGANISER, Stage, own_settings, set_stage
from challenge.settings import Settings
from challenge.staging import Serving

LEAVE_SECONDS = 40.0
"""That people get to put down what they are doing: one page, one upload."""
TICK_SECONDS = 0.5


class Rehearsal:
    """One rehearsal in a home of its own; stops what it started.

    Parameters
    ----------
    settings : Settings
        Of the real home; nothing in it is changed.
    size : Size
        How large a day is asked for.
    pace : float
        How many times as quick as ours it goes.
    console : Console
        Where people read along.
    """

    def __init__(
        self, settings: Settings, size: Size, pace: float, console: Console
    ) -> None:
        self._settings, self._size, self._console = (
            own_settings(settings),
            size,
            console,
        )
        self._times, self._pace, self._ledger = pace, Pace(pace), Ledger()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Give the rehearsal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop whatever still runs."""
        self._pace.end()
        self._open.close()

    def play(self) -> Examined:
        """Play the day, and say what came of it.

        Returns
        -------
        Examined
            Every finding, also of a day that was broken off with Ctrl-C.

        Raises
        ------
        ChallengeError
            If the stage cannot be set.
        """
        stage = self._set_stage()
        day = Day(
            stage.url, stage.plan, self._pace, self._ledger, stage.shelf, stage.tokens
        )
        broken_off = False
        try:
            self._spend(stage, day)
        except KeyboardInterrupt:
            broken_off = True
            self._console.print("Broken off; what was played is examined.")
        self._pace.end()
        told = ask_at_the_end(stage, self._ledger, broken_off=broken_off)
        stage.server.stop()
        return examine(stage, self._ledger, told, pace=self._times)

    def _set_stage(self) -> Stage:
        self._settings.home.mkdir(parents=True)
        log = self._open.enter_context((self._settings.home / "server.log").open("ab"))
        server = Serving(self._settings, log)
        self._open.callback(server.stop)
        with self._progress() as progress:
            tell = partial(_show, progress, {})
            return set_stage(self._settings, self._size, server, tell)

    def _spend(self, stage: Stage, day: Day) -> None:
        """Let everybody do what they do, each in a thread, until all are done."""
        hall = Hall(stage.settings, stage.server, day)
        parts = self._parts(day, hall)
        pool = ThreadPoolExecutor(len(parts), thread_name_prefix="day")
        self._pace.begin()
        self._ledger.began = time.monotonic()
        jobs = [pool.submit(self._minded, name, part) for name, part in parts]
        try:
            self._watch(stage, day, jobs)
        finally:
            self._pace.end()
            deadline = time.monotonic() + LEAVE_SECONDS
            for job in jobs:
                _wait(job, deadline)
            pool.shutdown(wait=False, cancel_futures=True)

    def _parts(self, day: Day, hall: Hall) -> list[tuple[str, Callable[[], object]]]:
        plan = day.plan
        votes = threading.Semaphore(0)
        audience = [f"publiek {n + 1}" for n in range(plan.size.viewers)]
        parts: list[tuple[str, Callable[[], object]]] = [
            *((team.name, partial(teams.play, day, team)) for team in plan.teams),
            *((one.name, partial(_vote, day, one, votes)) for one in plan.jurors),
            *((name, partial(viewers.watch, day, name)) for name in audience),
        ]
        parts.append((ORGANISER, partial(desk.keep, day, ORGANISER)))
        parts.append(("faults", partial(self._break_things, hall, plan)))
        return parts

    def _minded(self, name: str, part: Callable[[], object]) -> None:
        """Play one part; a fault of the rehearsal's own is not swept away."""
        try:
            part()
        except DemoBrokenError as error:
            self._give_up(error)
        except Exception:
            told = traceback.format_exc(limit=-3).strip()
            self._ledger.oddities.append(f"{name} stopped: {told}")

    def _break_things(self, hall: Hall, plan: Plan) -> None:
        for at, fault in plan.faults:
            self._pace.wait_until(at)
            if self._pace.is_over:
                return
            self._say(strike(hall, fault))

    def _say(self, struck: Strike) -> None:
        seconds = struck.seconds
        well = "never well again" if seconds is None else f"well after {seconds:.1f} s"
        self._console.print(
            f"{struck.second:6.0f} s  {struck.name}: {struck.done}; {well}."
        )

    def _watch(self, stage: Stage, day: Day, jobs: list[Future[None]]) -> None:
        """Show how far the day is; start the server again if it ends by itself."""
        length = self._pace.ours(day.plan.seconds)
        with self._progress() as progress:
            clock = progress.add_task("", total=length)
            while not all(job.done() for job in jobs):
                time.sleep(TICK_SECONDS)
                self._mind_server(stage)
                done, told = self._how_far(length)
                progress.update(clock, completed=done, description=told)

    def _how_far(self, length: float) -> tuple[float, str]:
        phase = (self._ledger.phases or ["before"])[-1]
        told = (
            f"{phase}: {len(self._ledger.uploads)} uploads,"
            f" {len(self._ledger.ends)} ended, {len(self._ledger.ballots)} ballots"
        )
        return min(self._pace.elapsed(), length), told

    def _mind_server(self, stage: Stage) -> None:
        """Start a server again that ended while nobody struck it."""
        struck = self._ledger.strikes[-1:]
        is_announced = any(one.ended is None and not one.failed for one in struck)
        if stage.server.is_running or is_announced:
            return
        self._ledger.oddities.append("The server ended by itself.")
        try:
            start_again(stage.server)
        except DemoBrokenError as error:
            self._give_up(error)

    def _give_up(self, error: DemoBrokenError) -> None:
        """Send everybody home: there is no server any more."""
        self._ledger.oddities.append(f"The day ended early. {error.message}")
        self._pace.end()

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )


def _vote(day: Day, juror: Juror, votes: threading.Semaphore) -> None:
    """Let one juror judge; the first leads the panel and waits for the others."""
    chair, *others = day.plan.jurors
    try:
        jury.judge(day, juror)
    finally:
        votes.release()
    if juror is not chair:
        return
    try:
        for _ in (chair, *others):
            while not votes.acquire(timeout=TICK_SECONDS):
                if day.pace.is_over:
                    return
        if day.judging.is_set():
            jury.conclude(day, juror)
    finally:
        day.voted.set()


def _wait(job: Future[None], deadline: float) -> None:
    try:
        job.result(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, KeyboardInterrupt):
        return


def _show(
    progress: Progress, bars: dict[str, TaskID], stage: str, done: int, total: int
) -> None:
    if stage not in bars:
        bars[stage] = progress.add_task(f"Before the doors open: {stage}", total=total)
    progress.update(bars[stage], completed=done, total=total)
