"""A field of teams: a real quickstart release, and a board that is full of scores.

Nothing is run in a sandbox: each team's predictions are those of the reference model
with some knowledge of the outcome and some noise, scored and recorded as ever. MLflow
is not what is measured: it gets one run, with a real bundle, that all of them share.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from challenge.brief import Brief, read_brief
from challenge.client import package
from challenge.records import Principal, Role, Run, Stage, State
from challenge.rules.climbing import record_result
from challenge.rules.hidden import HIDDEN_SETS
from challenge.rules.publication import publish_release
from challenge.rules.registration import register
from challenge.rules.scoring import Scored, Scoring
from challenge.settings import Settings
from challenge.store import Database, open_database
from challenge.store.results import Result
from challenge.synthesis import Release, build
from challenge.tracking import Tracker
from leaderboard import __version__

DATASETS = Path(__file__).parents[1] / "datasets"
BIRDS = ("Zwaluw", "Grutto", "Kievit", "IJsvogel", "Wulp", "Merel", "Tureluur")
CHALLENGE, SOURCES = "quickstart", "all"
KNOWS, NOISE = 0.12, 0.08
"""Of the outcome at most, and how far predictions stray."""


@dataclass(frozen=True)
class Field:
    """A home with a published release and a full board.

    Attributes
    ----------
    settings : Settings
        Of a server on a free port.
    release : Release
        The published one.
    brief : Brief
        Of its content.
    tokens : dict of str to str
        Of each team, by its name.
    """

    settings: Settings
    release: Release
    brief: Brief
    tokens: dict[str, str]

    def bundle(self) -> Path:
        """Train a model and package it, as a team does."""
        train = self.release.train()
        words = make_column_selector(dtype_exclude="number")
        model = make_pipeline(
            make_column_transformer(
                (SimpleImputer(), make_column_selector(dtype_include="number")),
                (OneHotEncoder(handle_unknown="ignore"), words),
            ),
            LogisticRegression(C=0.1, max_iter=2000),
        ).fit(train.features, train.labels)
        place = self.settings.home / "logistic.zip"
        return package(model, train.features, place, title="Logistic")


@contextmanager
def playing_field(teams: int, *, database_url: str = "") -> Iterator[Field]:
    """Give a field of so many teams; it goes away at the end."""
    with tempfile.TemporaryDirectory(prefix="field-") as folder:
        settings = Settings(
            home=Path(folder),
            content=DATASETS,
            challenge=CHALLENGE,
            database_url=database_url,
            port=0,
            pool={},
        )
        release = build(DATASETS / CHALLENGE, settings.home / "releases", seed=1)
        brief = read_brief(DATASETS / CHALLENGE)
        publish_release(release, settings, by="benchmark", rehearsal=True)
        with closing(open_database(settings.database)) as database:
            scoring = Scoring(release, brief)
            tokens = {}
            for number in range(teams):
                name = f"{BIRDS[number % len(BIRDS)]} {number + 1}"
                team, tokens[name] = _join(database, name)
                record(database, release, scoring, team=team, number=number)
            field = Field(settings, release, brief, tokens)
            _track(database, field)
        yield field


def record(
    database: Database,
    release: Release,
    scoring: Scoring,
    *,
    team: Principal,
    number: int,
) -> None:
    """Hand in and score the submission of this number, at once."""
    now, scored = datetime.now(UTC), _score(release, scoring, number)
    with database.begin() as unit:
        submission = unit.submissions.add(
            id=f"submission-{number}",
            team_id=team.id,
            state=State.SCORED,
            stage=Stage.SCORING,
            release=release.name,
            sources=SOURCES,
            title=f"Model {number + 1}",
            bundle_sha256="ab",
            created_at=now,
            updated_at=now,
        )
        record_result(
            unit,
            submission,
            scored.board,
            scorer=__version__,
            practice=scored.practice.to_json(),
            cpu_seconds=1,
            memory_mib=128,
            scored_at=now,
        )


def _score(release: Release, scoring: Scoring, number: int) -> Scored:
    random = np.random.default_rng(number)
    practised = _guess(
        release.reference("practice", SOURCES), scoring.practice.labels, random
    )
    hidden = [
        _guess(release.reference(name, SOURCES), release.sealed(name).labels, random)
        for name in HIDDEN_SETS
    ]
    return scoring.score(SOURCES, practised, np.concatenate(hidden))


def _track(database: Database, field: Field) -> None:
    """Write one run, which is promoted like any other, and let all results have it."""
    with database.read() as unit:
        results = unit.results.untracked(field.release.name)
    tracker = Tracker(field.settings.home / "mlflow", challenge=CHALLENGE)
    tracker.prepare()
    run_id = tracker.record(run_of(field, results[0]))
    with database.begin() as unit:
        for result in results:
            unit.results.track(result.submission_id, run_id)


def run_of(field: Field, result: Result) -> Run:
    """Say what MLflow is told of a result, with a real bundle."""
    return Run(
        submission_id=result.submission_id,
        team=result.team,
        title=result.title,
        baseline=None,
        release=field.release.version,
        release_sha256=field.release.sha256,
        sources=SOURCES,
        scorer=result.scorer,
        scorecard=result.scorecard,
        card=result.card,
        bundle=field.bundle(),
        bundle_sha256=result.bundle_sha256,
        cpu_seconds=result.cpu_seconds,
        memory_mib=result.memory_mib,
    )


def _join(database: Database, name: str) -> tuple[Principal, str]:
    with database.begin() as unit:
        return register(unit, Role.TEAM, name, by="benchmark", now=datetime.now(UTC))


def _guess(
    reference: NDArray[np.float64] | None,
    labels: NDArray[np.bool_],
    random: np.random.Generator,
) -> NDArray[np.float64]:
    if reference is None:
        raise SystemExit("The release has no reference model.")
    knowing = random.uniform(0, KNOWS)
    noise = random.normal(0, NOISE * random.uniform(), len(labels))
    return np.clip(reference + knowing * (labels - reference) + noise, 0.001, 0.999)
