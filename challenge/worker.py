"""The worker process: the only one that opens ``sealed/``.

It claims, has runs carried out, and keeps its claims alive. MLflow is written after
the result is safe in the database, by a thread of its own: whoever waits for a score
never waits for it.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from structlog.contextvars import bound_contextvars

from challenge.brief import read_brief
from challenge.engine import Cluster, open_engine
from challenge.errors import EngineUnavailableError, FilesUnavailableError
from challenge.errors.machine import UNWRITABLE
from challenge.finishing import Finishing
from challenge.records import Submission, WorkerFacts
from challenge.resting import Rest
from challenge.rules.evaluation import Evaluation
from challenge.rules.publication import published_release
from challenge.rules.recording import Recording
from challenge.rules.trust import check_trust
from challenge.sandbox import Sandbox, open_sandbox
from challenge.sandbox.remote import EngineRunner
from challenge.settings import Settings
from challenge.shelf import Shelf, open_shelf
from challenge.store import open_database
from challenge.tracking import Tracker

# Short enough that nobody waits for it, long enough to leave the database alone.
IDLE_SECONDS = 0.2
# Pages count a worker as alive for a minute after a heartbeat.
LONGEST_BEAT_SECONDS = 15.0
# A tracker that was away is tried again this often.
TRACKING_SECONDS = 30.0
# Who stops a worker waits so long for runs to end; the next worker has the others.
# Well within the time that `challenge serve` leaves it.
FINISH_SECONDS = 4.0
# Threads wait for a cluster; they cost next to nothing.
MOST_ON_A_CLUSTER = 128
HUNG = os.EX_TEMPFAIL
"""Exit code of a worker that gave itself up, since a run of it hangs."""

log = logging.getLogger(__name__)


class Worker:
    """Work through the queue until told to stop.

    Parameters
    ----------
    settings : Settings
        Where everything is.

    Raises
    ------
    TrustRefusedError
        If submissions are trusted on an address that others can reach.
    SandboxUnavailableError
        If this machine cannot isolate a submission.
    EngineRefusedError
        If the address of the engine is not safe.
    ReleaseMissingError
        If there is no release of the challenge.
    ReleaseNotPublishedError, PublicationUnknownError
        If nobody put their name under it, or not with `challenge publish`.
    """

    def __init__(self, settings: Settings) -> None:
        check_trust(settings)
        self._settings = settings
        self._name = f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(4)}"
        self._started = datetime.now(UTC)
        self._running: dict[str, Future[None]] = {}
        self._rest = Rest()
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._to_track = threading.Event()
        brief = read_brief(settings.content / settings.challenge)
        self._release = published_release(settings)
        self._database = open_database(settings.database)
        shelf = open_shelf(settings)
        self._open = ExitStack()
        self._threads, self._runner = _open_runner(settings, shelf, self._open)
        self._evaluation = Evaluation(
            self._database,
            self._runner,
            release=self._release,
            brief=brief,
            home=settings.home,
            shelf=shelf,
            worker=self._name,
            limits=settings.limits,
            lease=timedelta(seconds=settings.lease_seconds),
        )
        self._recording = Recording(
            self._database,
            Tracker(settings.home / "mlflow", challenge=brief.slug),
            release=self._release,
            policy=brief.policy,
            shelf=shelf,
        )

        self._finishing = Finishing(self._database, self._release, brief, settings.home)

    def run(self) -> None:
        """Work until `stop` is called, and give back what does not end soon then."""
        others = [
            threading.Thread(target=target, name=target.__name__, daemon=True)
            for target in (self._beat, self._track, self._finish)
        ]
        for thread in others:
            thread.start()
        with self._open:
            self._work()
            self._let_go()
        self._threads.shutdown()
        self._ended.set()
        self._to_track.set()
        beat, *rest = others
        beat.join()
        # Before MLflow has everything: who stops us may not wait for that.
        self._leave()
        for thread in rest:
            thread.join()
        self._database.close()

    def stop(self) -> None:
        """Ask `run` to return; safe to call from a signal handler."""
        self._stopping.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            for submission_id, run in [*self._running.items()]:
                if run.done():
                    del self._running[submission_id]
            submission = self._claim() if self._has_room() else None
            if submission is None:
                self._stopping.wait(IDLE_SECONDS)
            else:
                run = self._threads.submit(self._bring_to_end, submission)
                self._running[submission.id] = run

    def _let_go(self) -> None:
        """Give back what does not end soon; a stop in good order costs no try."""
        wait(self._running.values(), timeout=FINISH_SECONDS)
        left = [key for key, run in self._running.items() if not run.done()]
        for submission_id in left:
            log.warning("Submission %s goes back in the queue: we stop.", submission_id)
            try:
                self._evaluation.claims.let_go(submission_id)
            except Exception as error:
                log.error("It could not be given back; its lease runs out: %s", error)

    def _has_room(self) -> bool:
        # What hangs here is for another worker: this one is about to give up.
        hangs = self._evaluation.claims.overdue(self._running)
        room = self._slots() - len(self._running)
        return self._rest.is_over and room > 0 and not hangs

    def _slots(self) -> int:
        if isinstance(self._runner, EngineRunner):
            return min(self._runner.slots(), MOST_ON_A_CLUSTER)
        return self._settings.runs_at_once

    def _claim(self) -> Submission | None:
        try:
            return self._evaluation.claim()
        except Exception as error:
            self._rest.begin()
            log.error("Nothing can be claimed now: %s", error)
            return None

    def _bring_to_end(self, submission: Submission) -> None:
        about = {"submission_id": submission.id, "team_id": submission.team_id}
        with bound_contextvars(**about):
            log.info("A run begins, try %d", submission.attempt)
            try:
                state = self._evaluation.evaluate(submission)
                log.info("A run ended: %s", state)
                self._rest.forget()
                self._to_track.set()
            except Exception as error:
                self._give_back(submission, error)

    def _give_back(self, submission: Submission, error: Exception) -> None:
        """Put it back, whatever happened: it must not be lost over a fault of ours."""
        told = "Submission %s goes back in the queue: %s"
        is_counted = not _stops_every_run(error)
        if is_counted:
            log.error(told, submission.id, error, exc_info=error)
        else:
            self._rest.begin()
            log.warning(told, submission.id, error)
        try:
            self._evaluation.give_back(submission, is_counted=is_counted)
        except Exception as again:
            log.error("It could not be given back; its lease runs out: %s", again)

    def _beat(self) -> None:
        seconds = min(self._settings.lease_seconds / 4, LONGEST_BEAT_SECONDS)
        while True:
            running = self._running.copy()
            alive = [key for key, run in running.items() if not run.done()]
            if hung := self._evaluation.claims.overdue(alive):
                self._give_up(hung)
            try:
                self._evaluation.claims.renew(alive)
                self._evaluation.claims.reap()
                with self._database.begin() as unit:
                    unit.workers.seen(self._facts())
            except Exception as error:
                # A missed beat is made up by the next; without beats the lease ends.
                log.error("The heartbeat could not be written: %s", error)
            if self._ended.wait(seconds):
                return

    def _facts(self) -> WorkerFacts:
        return WorkerFacts(
            name=self._name,
            release=self._release.name,
            isolation=self._runner.isolation,
            engine=self._settings.engine,
            slots=self._slots(),
            pool_size=self._runner.pool_size,
            pool_ready=self._runner.pool_ready(),
            started_at=self._started,
            seen_at=datetime.now(UTC),
        )

    def _track(self) -> None:
        while not self._ended.is_set():
            self._to_track.clear()
            self._recording.catch_up()
            # Also when all is written: somebody may have put another store there, and
            # asked for its runs.
            self._to_track.wait(TRACKING_SECONDS)
        self._recording.catch_up()

    def _finish(self) -> None:
        self._finishing.run(self._ended)

    def _give_up(self, hung: list[str]) -> NoReturn:
        """End this process: no thread can be ended, and this one keeps its slot."""
        log.critical(
            "Past their deadline: %s. This worker gives up; the next takes them over.",
            ", ".join(hung),
        )
        self._leave()
        logging.shutdown()
        os._exit(HUNG)

    def _leave(self) -> None:
        try:
            with self._database.begin() as unit:
                unit.workers.left(self._name)
        except Exception as error:
            log.error("This worker still looks alive for a minute: %s", error)


def _open_runner(
    settings: Settings, shelf: Shelf, stack: ExitStack
) -> tuple[Executor, Sandbox | EngineRunner]:
    """Open what runs submissions, and the threads that bring each to its end."""
    engine = stack.enter_context(open_engine(settings))
    if isinstance(engine, Cluster):
        threads = ThreadPoolExecutor(MOST_ON_A_CLUSTER, thread_name_prefix="run")
        return threads, EngineRunner(engine, shelf=shelf)
    sandbox = open_sandbox(
        limits=settings.limits,
        pool=settings.pool,
        refills_at_once=settings.refills_at_once,
        shelf=shelf,
        trusted=settings.trust_submissions,
    )
    return engine, stack.enter_context(sandbox)


def _stops_every_run(error: Exception) -> bool:
    """Tell whether no run could go well now, so that this try counts for none."""
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return True
    return isinstance(error, EngineUnavailableError | FilesUnavailableError)
