"""What the shipped baselines reach of what can be seen, at full size."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import mlflow
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from challenge.brief import read_brief
from challenge.synthesis import Release, build
from challenge.synthesis.audit import read_audit
from leaderboard import Scorecard, score

FIRST_1000_DAYS = Path("datasets/first-1000-days")
BASELINES = ("logistic", "lightgbm")

pytestmark = pytest.mark.full


def made(place: Path, **rows: int) -> Release:
    """A rehearsal of the first 1000 days, for teams with every table."""
    return build(FIRST_1000_DAYS, place, seed=1, rows=rows)


def predictions(release: Release, baseline: str, place: Path) -> dict[str, NDArray]:
    """What a baseline says of the hidden rows when it is trained as a team would."""
    bundle = place / f"{baseline}.zip"
    script = Path("baselines") / baseline / "train.py"
    subprocess.run(
        [sys.executable, str(script), str(release.path / "public"), str(bundle)],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(place / baseline)
    model = mlflow.pyfunc.load_model(str(place / baseline))
    return {
        name: np.asarray(model.predict(release.sealed(name).features))[:, -1]
        for name in ("board", "final", "external")
    }


def reached(release: Release, said: NDArray) -> float:
    """Share of the way from 0.5 to the visible ceiling on the board, in AUROC."""
    rows = release.sealed("board")
    ceiling = next(
        found.auroc.value
        for found in read_audit(release)[0].ceilings
        if (found.set, found.source) == ("board", "all")
    )
    # Every row counts as positive for as much as its true risk: the labels' own luck
    # is in neither of the two.
    risk = rows.true_risk
    positive = np.repeat([True, False], len(risk))
    auroc = roc_auc_score(
        positive, np.tile(said, 2), sample_weight=np.concatenate([risk, 1 - risk])
    )
    return float((auroc - 0.5) / (ceiling - 0.5))


@pytest.mark.parametrize(("households", "share"), [(12_000, 0.90), (200_000, 0.97)])
def test_the_best_baseline_comes_near_the_visible_ceiling(
    tmp_path: Path, households: int, share: float
) -> None:
    release = made(tmp_path, train=households)
    shares = [
        reached(release, predictions(release, baseline, tmp_path)["board"])
        for baseline in BASELINES
    ]
    assert share <= max(shares) <= 1.01


def test_the_declared_external_shift_is_seen_in_internal_minus_external(
    tmp_path: Path,
) -> None:
    release = made(tmp_path)
    said = predictions(release, "logistic", tmp_path)
    inside, outside = (
        card(release, name, said[name]) for name in ("final", "external")
    )
    # Other neighbourhoods in other municipalities: independent replicates.
    for metric in ("scaled_brier", "auroc"):
        a, b = (found.metrics[metric] for found in (inside, outside))
        error = np.hypot(a.high - a.low, b.high - b.low) / 2
        assert a.value - b.value > error, metric


def card(release: Release, name: str, said: NDArray) -> Scorecard:
    """The scorecard of one hidden set."""
    rows, brief = release.sealed(name), read_brief(FIRST_1000_DAYS)
    return score(
        rows.labels,
        said,
        groups=rows.groups,
        clusters=rows.clusters,
        areas=rows.areas,
        policy=brief.policy,
    )
