"""The worker process: the only one that opens ``sealed/``.

It claims, has runs carried out, and keeps its claims alive. MLflow is written after
the result is safe in the database, and again at the next start if it was away.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from concurrent.futures import Executor, Future
from datetime import timedelta

from challenge.brief import Brief, read_brief
from challenge.engine import open_engine
from challenge.records import Submission
from challenge.rules.evaluation import Evaluation
from challenge.rules.intake import bundle_path
from challenge.rules.publication import published_release
from challenge.rules.standings import standings
from challenge.sandbox import inspect_bundle, open_sandbox
from challenge.settings import Settings
from challenge.store import Database, Result, open_database
from challenge.synthesis import Release
from challenge.tracking import Run, Tracker

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
    ReleaseNotPublishedError
        If nobody put their name under it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._brief: Brief = read_brief(settings.content / settings.challenge)
        self._release: Release = published_release(settings)
        self._database: Database = open_database(settings.database)
        self._tracker = Tracker(settings.home / "mlflow", challenge=self._brief.slug)
        self._tracking = threading.Lock()
        self._stopping = threading.Event()
        self._evaluation = Evaluation(
            self._database,
            open_sandbox(),
            release=self._release,
            policy=self._brief.policy,
            capacity=self._brief.capacity,
            home=settings.home,
            worker=f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(4)}",
            limits=settings.limits,
            lease=timedelta(seconds=settings.lease_seconds),
        )

    def run(self) -> None:
        """Work until `stop` is called; returns when the runs under way have ended."""
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        with open_engine(self._settings) as engine:
            self._track()
            self._work(engine)
        self._database.close()

    def stop(self) -> None:
        """Ask `run` to return; safe to call from a signal handler."""
        self._stopping.set()

    def _work(self, engine: Executor) -> None:
        running: set[Future[None]] = set()
        while not self._stopping.is_set():
            running = {run for run in running if not run.done()}
            free = len(running) < self._settings.runs_at_once
            submission = self._evaluation.claim() if free else None
            if submission is None:
                self._stopping.wait(IDLE_SECONDS)
            else:
                running.add(engine.submit(self._bring_to_end, submission))

    def _bring_to_end(self, submission: Submission) -> None:
        try:
            self._evaluation.evaluate(submission)
        except Exception:
            # Ours, whatever it is: the team's submission must not be lost over it.
            log.exception("Submission %s goes back in the queue.", submission.id)
            self._evaluation.give_back(submission)
        self._track()

    def _beat(self) -> None:
        while not self._stopping.wait(self._settings.lease_seconds / 4):
            try:
                self._evaluation.renew()
            except Exception:
                # A missed beat is made up by the next; without beats the lease ends.
                log.exception("The lease could not be renewed.")

    def _track(self) -> None:
        with self._tracking:
            try:
                self._write_runs()
            except Exception:
                # The score is safe in the database; the run is written next time.
                log.exception("MLflow could not be written; it will be tried again.")

    def _write_runs(self) -> None:
        self._tracker.prepare()
        with self._database.read() as unit:
            waiting = unit.results.untracked()
        for result in waiting:
            run_id = self._tracker.record(self._describe(result))
            with self._database.begin() as unit:
                unit.results.track(result.submission_id, run_id)
        if waiting:
            self._promote_champion()

    def _promote_champion(self) -> None:
        with self._database.read() as unit:
            results = unit.results.all()
        champion = standings(results, policy=self._brief.policy).champion
        if champion is not None and champion.run_id is not None:
            self._tracker.promote(champion.run_id)

    def _describe(self, result: Result) -> Run:
        bundle = bundle_path(self._settings.home / "bundles", result.bundle_sha256)
        return Run(
            submission_id=result.submission_id,
            team=result.team,
            title=result.title,
            baseline=result.baseline,
            release=self._release.version,
            release_sha256=self._release.sha256,
            scorer=result.scorer,
            scorecard=result.scorecard,
            card=inspect_bundle(bundle).card,
            bundle=bundle,
            bundle_sha256=result.bundle_sha256,
            cpu_seconds=result.cpu_seconds,
            memory_mib=result.memory_mib,
        )
