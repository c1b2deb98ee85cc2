"""The worker process: the only one that opens ``sealed/``.

It claims, has runs carried out, and keeps its claims alive. MLflow is written after
the result is safe in the database, and again at the next chance if it was away.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from concurrent.futures import Executor, Future
from datetime import timedelta

from challenge.brief import read_brief
from challenge.engine import open_engine
from challenge.records import Submission
from challenge.rules.evaluation import Evaluation
from challenge.rules.publication import published_release
from challenge.rules.recording import Recording
from challenge.sandbox import open_sandbox
from challenge.settings import Settings
from challenge.store import open_database
from challenge.tracking import Tracker

# Short enough that nobody waits for it, long enough to leave the database alone.
IDLE_SECONDS = 0.2

log = logging.getLogger(__name__)


class Worker:
    """Work through the queue until told to stop.

    Parameters
    ----------
    settings : Settings
        Where everything is.

    Raises
    ------
    SandboxUnavailableError
        If this machine cannot isolate a submission.
    ReleaseMissingError
        If there is no release of the challenge.
    ReleaseNotPublishedError, PublicationUnknownError
        If nobody put their name under it, or not with `challenge publish`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        brief = read_brief(settings.content / settings.challenge)
        release = published_release(settings)
        self._database = open_database(settings.database)
        self._running: dict[str, Future[None]] = {}
        self._recorded = threading.Lock()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._evaluation = Evaluation(
            self._database,
            open_sandbox(),
            release=release,
            brief=brief,
            home=settings.home,
            worker=f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(4)}",
            limits=settings.limits,
            lease=timedelta(seconds=settings.lease_seconds),
        )
        self._recording = Recording(
            self._database,
            Tracker(settings.home / "mlflow", challenge=brief.slug),
            release=release,
            policy=brief.policy,
            bundles=settings.home / "bundles",
        )

    def run(self) -> None:
        """Work until `stop` is called; returns when the runs under way have ended."""
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        with open_engine(self._settings) as engine:
            self._record()
            self._work(engine)
        self._ended.set()
        heart.join()
        self._database.close()

    def stop(self) -> None:
        """Ask `run` to return; safe to call from a signal handler."""
        self._stopping.set()

    def _work(self, engine: Executor) -> None:
        while not self._stopping.is_set():
            for submission_id, run in [*self._running.items()]:
                if run.done():
                    del self._running[submission_id]
            free = len(self._running) < self._settings.runs_at_once
            submission = self._evaluation.claim() if free else None
            if submission is None:
                self._stopping.wait(IDLE_SECONDS)
            else:
                run = engine.submit(self._bring_to_end, submission)
                self._running[submission.id] = run

    def _bring_to_end(self, submission: Submission) -> None:
        try:
            self._evaluation.evaluate(submission)
        except Exception:
            # Ours, whatever it is: the team's submission must not be lost over it.
            # If giving it back fails too, its lease runs out.
            log.exception("Submission %s goes back in the queue.", submission.id)
            self._evaluation.give_back(submission)
        self._record()

    def _beat(self) -> None:
        while not self._ended.wait(self._settings.lease_seconds / 4):
            alive = [key for key, run in self._running.copy().items() if not run.done()]
            try:
                self._evaluation.renew(alive)
            except Exception:
                # A missed beat is made up by the next; without beats the lease ends.
                log.exception("The lease could not be renewed.")

    def _record(self) -> None:
        with self._recorded:
            self._recording.catch_up()
