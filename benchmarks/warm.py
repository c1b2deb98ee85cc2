"""One submission from claimed to scored: warm, cold, and beside the same in process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from in_process import InProcess
from processes import wait_until, watched_children
from stage import Stage, join

from challenge.records import Job, Loader, Outcome, Principal, State
from challenge.records import Stage as Step
from challenge.rules.evaluation import Evaluation
from challenge.rules.intake import Intake
from challenge.sandbox import Sandbox, open_sandbox
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.store import Database, open_database

LOADERS = MappingProxyType(
    {
        "logistic": Loader.SKLEARN,
        "booster": Loader.BOOSTER,
        "classifier": Loader.SKLEARN,
    }
)
ALLOWED_TIMES, ALLOWED_MS, COLD_TIMES = 1.3, 150, 10


@dataclass(frozen=True)
class Time:
    """What something took, in seconds; CPU of ended sandboxes included.

    `run` is the wall time until the sandbox had answered, before anything is scored.
    """

    wall: float
    cpu: float
    run: float = 0.0


def measure_warm(
    stage: Stage, rival: InProcess, repeats: int
) -> tuple[dict[str, Any], dict[str, float]]:
    """Time every bundle here and warm by turns, and the logistic one cold.

    The second that is returned is the CPU of each bundle in process, in seconds.
    """
    with _bench(stage) as bench:
        times = {name: _by_turns(bench, rival, name, repeats) for name in stage.bundles}
        starts = _starts(bench, repeats)
        held = [bench.held("logistic") for _ in range(2)][-1]
    found = {
        "bundles": {name: _compared(name, *both) for name, both in times.items()},
        "logistic_warm_or_cold": starts,
        "goal_cold_times_warm": COLD_TIMES,
        "warm_logistic_held_ms": round(held.wall * 1e3),
    }
    floors = {
        name: statistics.median(t.cpu for t in here)
        for name, (here, _) in times.items()
    }
    return found, floors


def _starts(bench: Bench, repeats: int) -> dict[str, dict[str, Any]]:
    """Bring logistic ones to their end by turns in a warm sandbox and in cold ones."""
    ways = {"warm": bench.warm, "cold": bench.cold, "cold_mlflow": bench.cold_mlflow}
    whole: dict[str, list[Time]] = {way: [] for way in ways}
    one_pass: dict[str, list[Time]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, act in ways.items():
            whole[way].append(act("logistic"))
            one_pass[way].append(bench.again_one_pass())
    return {
        way: {
            **_told(whole[way]),
            "one_pass_ms": round(_median(one_pass[way]) * 1e3),
            "times_warm": {
                "whole": round(_median(whole[way]) / _median(whole["warm"]), 1),
                "sandbox": round(_run(whole[way]) / _run(whole["warm"]), 1),
                "one_pass": round(
                    _median(one_pass[way]) / _median(one_pass["warm"]), 1
                ),
            },
        }
        for way in ways
    }


def _by_turns(
    bench: Bench, rival: InProcess, name: str, repeats: int
) -> tuple[list[Time], list[Time]]:
    rival.run(name)
    bench.warm(name)  # what only the first one pays
    here, warm = [], []
    for _ in range(repeats):
        bench.wait_for_pool()
        here.append(_timed(lambda: rival.run(name)))
        warm.append(bench.warm(name))
    return here, warm


def _compared(name: str, here: list[Time], warm: list[Time]) -> dict[str, Any]:
    allowed = ALLOWED_TIMES * _median(here) * 1e3 + ALLOWED_MS
    return {
        "loader": LOADERS[name],
        "in_process": _told(here),
        "warm": _told(warm),
        "times_in_process": round(_median(warm) / _median(here), 2),
        "allowed_ms": round(allowed),
        "share_of_allowed": round(_median(warm) * 1e3 / allowed, 2),
    }


def _median(times: list[Time]) -> float:
    return statistics.median(time.wall for time in times)


def _run(times: list[Time]) -> float:
    return statistics.median(time.run for time in times)


def _told(times: list[Time]) -> dict[str, int]:
    cpu = statistics.median(time.cpu for time in times)
    return {
        "ms": round(_median(times) * 1e3),
        "least_ms": round(min(time.wall for time in times) * 1e3),
        "cpu_ms": round(cpu * 1e3),
        **({"sandbox_ms": round(run * 1e3)} if (run := _run(times)) else {}),
    }


def _timed(act: Callable[[], object]) -> Time:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Time(time.perf_counter() - wall, time.process_time() - cpu)


# --- ours -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """A database, a team that hands in, and sandboxes that wait or do not."""

    stage: Stage
    settings: Settings
    database: Database
    team: Principal
    waiting: Sandbox
    bare: Sandbox
    runner: _Runner
    evaluation: Evaluation
    holding: Evaluation

    def wait_for_pool(self) -> None:
        """Wait until all sandboxes wait, so that none warms up meanwhile."""
        wait_until(lambda: self.waiting.pool_ready() == self.waiting.pool_size)

    def warm(self, name: str) -> Time:
        """Bring one submission to its end in a sandbox that waited."""
        self.wait_for_pool()
        return self._evaluate(name, self.evaluation, self.waiting)

    def held(self, name: str) -> Time:
        """Do the same, with the wait that keeps time from telling anything."""
        self.wait_for_pool()
        return self._evaluate(name, self.holding, self.waiting)

    def cold(self, name: str) -> Time:
        """Bring one to its end in a sandbox that starts for it."""
        self.wait_for_pool()
        return self._evaluate(name, self.evaluation, self.bare)

    def cold_mlflow(self, name: str) -> Time:
        """Do the same, with MLflow's loader in place of the model's own."""
        self.wait_for_pool()
        return self._evaluate(name, self.evaluation, self.bare, Loader.PYFUNC)

    def again_one_pass(self) -> Time:
        """Start likewise, load the model and predict proof rows, and nothing else."""
        self.wait_for_pool()
        return _timed(self.runner.run_one_pass)

    def _evaluate(
        self,
        name: str,
        evaluation: Evaluation,
        sandbox: Sandbox,
        loader: Loader | None = None,
    ) -> Time:
        self._submit(name)
        self.runner.sandbox, self.runner.loader = sandbox, loader
        claimed = evaluation.claim()
        if claimed is None:
            raise SystemExit("The submission is not in the queue.")
        ends: list[State] = []
        with watched_children() as used:
            took = _timed(lambda: ends.append(evaluation.evaluate(claimed)))
        if ends != [State.SCORED]:
            raise SystemExit(f"The {name} submission ended as {ends}.")
        return replace(took, cpu=took.cpu + sum(used), run=self.runner.seconds)

    def _submit(self, name: str) -> None:
        intake = Intake(
            self.database,
            self.stage.brief,
            release=self.stage.release.name,
            shelf=Folder(self.settings.home),
            limit_mib=self.settings.upload_limit_mib,
        )
        with self.stage.bundles[name].open("rb") as upload:
            intake.receive(upload, team=self.team, note="", now=datetime.now(UTC))


class _Runner:
    """A sandbox whose runs are timed, perhaps with another loader than the bundle's."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.loader: Loader | None = None
        self.seconds = 0.0
        self.last: Job | None = None

    def run(self, job: Job, *, on_stage: Callable[[Step], None]) -> Outcome:
        began = time.perf_counter()
        self.last = replace(job, loader=self.loader or job.loader)
        outcome = self.sandbox.run(self.last, on_stage=on_stage)
        self.seconds = time.perf_counter() - began
        return outcome

    def run_one_pass(self) -> None:
        if self.last is None:
            raise SystemExit("Nothing was run before.")
        job = replace(self.last, hidden=None)
        if self.sandbox.run(job, on_stage=lambda _: None).practice is None:
            raise SystemExit("The model was refused.")


@contextmanager
def _bench(stage: Stage) -> Iterator[Bench]:
    with ExitStack() as stack:
        settings = stack.enter_context(stage.home())
        team, _ = join(settings, ["Zwaluw"])["Zwaluw"]
        database = stack.enter_context(closing(open_database(settings.database)))
        pool = dict.fromkeys(LOADERS.values(), 1)
        limits, shelf = settings.limits, Folder(settings.files_folder)
        waiting, bare = (
            stack.enter_context(open_sandbox(limits=limits, shelf=shelf, pool=wanted))
            for wanted in (pool, {})
        )
        runner = _Runner(waiting)
        evaluation, holding = (
            Evaluation(
                database,
                runner,
                release=stage.release,
                brief=stage.brief,
                home=settings.home,
                shelf=shelf,
                worker="benchmark",
                limits=limits,
                lease=timedelta(seconds=60),
                holds=holds,
            )
            for holds in (False, True)
        )
        yield Bench(
            *(stage, settings, database, team, waiting, bare),
            *(runner, evaluation, holding),
        )
