"""Small things that tests make again and again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.brief import read_brief
from challenge.records import Limits, Outcome, Role, Stage, State
from challenge.rules.evaluation import Evaluation
from challenge.store import Database, Ladder, Result
from challenge.synthesis import Release

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "datasets" / "quickstart"
RELEASE = "quickstart/1"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def small_bundle(title: str = "Small") -> bytes:
    """Make the smallest zip that passes inspection; its model does not exist."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("MLmodel"),
            "flavors:\n  python_function:\n    loader_module: model\n",
        )
        archive.writestr(zipfile.ZipInfo("CARD.md"), f"---\ntitle: {title}\n---\n")
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
    database: Database, submission_id: str, team: str, sources: str = "all"
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
            bundle_sha256="ab",
            created_at=NOON,
            updated_at=NOON,
        )


@dataclass
class Told:
    """A runner that gives what it is told to give."""

    outcome: Outcome | Exception | None = None
    stages: list[Stage] = field(default_factory=list)
    seen: list[pd.DataFrame] = field(default_factory=list)
    # Of the board rows, which come first; None guesses.
    board: np.ndarray | None = None

    def run(self, bundle, *, practice, hidden, limits, on_stage) -> Outcome:
        self.seen += [practice, hidden]
        for stage in (Stage.PROOF, Stage.SCORING):
            on_stage(stage)
            self.stages.append(stage)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome is not None:
            return self.outcome
        guessed = guess(hidden)
        if self.board is not None:
            guessed[: len(self.board)] = self.board
        return Outcome(practice=guess(practice), hidden=guessed, log="hello")


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
        return Evaluation(
            self.database,
            runner,
            release=self.release,
            brief=read_brief(QUICKSTART),
            home=self.home,
            worker=worker,
            limits=Limits(),
            lease=timedelta(seconds=60),
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
