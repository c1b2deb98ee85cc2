"""Small things that tests make again and again."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.brief import read_brief
from challenge.records import Limits, Outcome, Role, Stage, State
from challenge.rules.evaluation import Evaluation
from challenge.sandbox.handoff import read_rows
from challenge.shelf import Folder
from challenge.store import Database, Ladder, Result, Unit
from challenge.synthesis import Release

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "datasets" / "quickstart"
RELEASE = "quickstart/1"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def small_bundle(title: str = "Small", requirements: str = "") -> bytes:
    """Make the smallest zip that passes inspection; its model does not exist."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("MLmodel"),
            "flavors:\n  python_function:\n    loader_module: model\n",
        )
        archive.writestr(zipfile.ZipInfo("CARD.md"), f"---\ntitle: {title}\n---\n")
        if requirements:
            archive.writestr(zipfile.ZipInfo("requirements.txt"), requirements)
    return buffer.getvalue()


def pyfunc_bundle(code: str) -> bytes:
    """Make a bundle of the `python_function` flavour around some source code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "MLmodel",
            "flavors:\n  python_function:\n    loader_module: model\n    code: code\n",
        )
        archive.writestr("code/model.py", code)
    return buffer.getvalue()


def enqueue(
    database: Database,
    submission_id: str,
    team: str,
    sources: str = "all",
    *,
    proof_only: bool = False,
) -> None:
    """Put a submission in the queue, and its team in the database."""
    with database.begin() as unit:
        owner = unit.people.named(Role.TEAM, team) or unit.people.add(
            Role.TEAM, team, token_hash=team, now=NOON
        )
        unit.submissions.add(
            id=submission_id,
            team_id=owner.id,
            state=State.QUEUED,
            stage=Stage.RECEIVED,
            release=RELEASE,
            sources=sources,
            proof_only=proof_only,
            bundle_sha256="ab",
            created_at=NOON,
            updated_at=NOON,
        )


def record_nothing(unit: Unit, submission_id: str, step: str = "none") -> None:
    """Keep a score that says nothing, where it matters only that there is one."""
    unit.results.record(
        submission_id=submission_id,
        scorer="0",
        scorecard="{}",
        practice="{}",
        cpu_seconds=1,
        memory_mib=1,
        scored_at=NOON,
        step=step,
    )


def enqueue_counting(database: Database, submission_id: str, team: str) -> None:
    """Put a submission there that counts for its team; its score says nothing."""
    enqueue(database, submission_id, team)
    with database.begin() as unit:
        record_nothing(unit, submission_id)
        owner = unit.people.named(Role.TEAM, team)
        assert owner is not None
        unit.ladders.keep(owner.id, RELEASE, Ladder(submission_id, 1), held=None)


@dataclass
class Told:
    """A runner that gives what it is told to give."""

    outcome: Outcome | Exception | None = None
    stages: list[Stage] = field(default_factory=list)
    seen: list[pd.DataFrame] = field(default_factory=list)
    # Of the board rows, which come first; None guesses.
    board: np.ndarray | None = None
    # Of the jobs; whoever hands this to an evaluation sets it.
    files: Path = Path()
    # Wall-clock time that the hidden pass takes.
    hidden_seconds: float = 0.0
    # When it was told to score.
    scoring_at: datetime | None = None

    def run(self, job, *, on_stage) -> Outcome:
        proof = read_rows(self.files / job.proof)
        self.seen.append(proof)
        self._reach(Stage.PROOF, on_stage)
        practice = proof.iloc[: job.proof_count]
        if isinstance(self.outcome, Exception) and job.hidden is None:
            raise self.outcome
        if job.hidden is None:
            return self.outcome or Outcome(practice=guess(practice), log="hello")
        hidden = read_rows(self.files / job.hidden)
        self.seen.append(hidden)
        self.scoring_at = datetime.now(UTC)
        self._reach(Stage.SCORING, on_stage)
        time.sleep(self.hidden_seconds)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome is not None:
            return self.outcome
        guessed = guess(hidden)
        if self.board is not None:
            guessed[: len(self.board)] = self.board
        return Outcome(practice=guess(practice), hidden=guessed, log="hello")

    def _reach(self, stage: Stage, on_stage: Callable[[Stage], None]) -> None:
        on_stage(stage)
        self.stages.append(stage)


def guess(rows: pd.DataFrame) -> np.ndarray:
    """Give chances that the policy can live with."""
    alone = rows["household_type"] == "single_parent"
    noise = np.random.default_rng(3).uniform(0, 0.02, len(rows))
    return np.where(alone, 0.28, 0.1) + noise


class Player:
    """Scores what it is told to score, with everything but the sandbox real."""

    def __init__(self, database: Database, release: Release, home: Path) -> None:
        self.database = database
        self.release = release
        self.home = home
        self.labels = release.sealed("board").labels

    def evaluation(self, runner: Told, worker: str = "w") -> Evaluation:
        runner.files = self.home
        return Evaluation(
            self.database,
            runner,
            release=self.release,
            brief=read_brief(QUICKSTART),
            home=self.home,
            shelf=Folder(self.home),
            worker=worker,
            limits=Limits(),
            lease=timedelta(seconds=60),
            holds=False,
        )

    def play(self, key: str, board: np.ndarray, team: str = "Zwaluw") -> str:
        """Score one submission with these predictions; tell what it changed."""
        enqueue(self.database, key, team)
        evaluation = self.evaluation(Told(board=board))
        assert evaluation.evaluate(evaluation.claim()) is State.SCORED
        return self.result(key).step

    def result(self, key: str) -> Result:
        with self.database.read() as unit:
            return unit.results.get(key)

    def ladders(self) -> dict[int, Ladder]:
        with self.database.read() as unit:
            return unit.ladders.all(RELEASE)

    def guess(self, knowing: float = 0.0) -> np.ndarray:
        """Predict what the reference model does, and as much of the outcome."""
        base = self.release.reference("board", "all")
        noise = np.random.default_rng(1).uniform(-0.02, 0.02, len(base))
        return np.clip(base + knowing * (self.labels - base) + noise, 0, 1)

    @staticmethod
    def nudged(predictions: np.ndarray, seed: int, by: float = 0.03) -> np.ndarray:
        """Change predictions a little, as who tries his luck does."""
        noise = np.random.default_rng(seed).normal(0, by, len(predictions))
        return np.clip(predictions + noise, 0, 1)
