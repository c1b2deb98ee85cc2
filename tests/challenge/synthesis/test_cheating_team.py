"""A team that has everything public gains nothing over an honest team.

The cheating team has our code, the public files and the mechanism in the
repository; ``sealed/`` is withheld and the release has a random seed. It can do three
things. It can guess seeds and rebuild, hoping to meet the hidden labels: it meets
chance. It can look whether the values of a household's area stand in the public rows,
to treat other municipalities otherwise: they always do. Or it can apply the declared
mechanism: make as many labelled rows as it likes with guessed seeds and train on
those instead of on the 12,000 public rows.

The last is a real advantage - no sampling noise - and no draw of seeds can take it
away, because a model of the declared mechanism *is* knowledge. What the spreads do
is make it no better than honest work: effects are drawn about a third of their size
away from the declared values, so the cheater's bias costs at least as much as the
noise of 12,000 rows. Over 12 random events the honest AUROC was .735 on average and
the cheater's .728; its largest lead was .006 (.002 in scaled Brier), and the
tolerances are three to five times that. Area effects, and values that partners do
not cover, are out of reach of both. A real event uses a private mechanism, and then
even this is gone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from challenge.brief import read_brief
from challenge.synthesis import Release, RowSet, build

from .conftest import FIRST_1000_DAYS

SIZES = {
    "train": 12_000,
    "practice": 500,
    "board": 6_000,
    "final": 6_000,
    "external": 5_000,
}
# Enough for areas and for guessed seeds, which need no model.
FEW = SIZES | {"train": 1_000}


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with a random seed."""
    return build(FIRST_1000_DAYS, tmp_path_factory.mktemp("event"), rows=FEW)


@pytest.fixture(scope="module")
def whole_event(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The same with as many training rows as teams get."""
    return build(FIRST_1000_DAYS, tmp_path_factory.mktemp("whole"), rows=SIZES)


def linear(strength: float) -> Pipeline:
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    return make_pipeline(
        make_column_transformer(
            (numbers, make_column_selector(dtype_include="float64")),
            (
                OneHotEncoder(handle_unknown="ignore"),
                make_column_selector(dtype_include="object"),
            ),
        ),
        LogisticRegression(C=strength, max_iter=2000),
    )


def stacked(*sets: RowSet) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    features = pd.concat([rows.features for rows in sets], ignore_index=True)
    return features, np.concatenate([rows.labels for rows in sets])


def test_rebuilding_with_a_guessed_seed_meets_the_hidden_labels_by_chance(
    event: Release, tmp_path: Path
) -> None:
    few = dict.fromkeys(SIZES, 1_000) | {"final": SIZES["final"]}
    guessed = build(FIRST_1000_DAYS, tmp_path, seed=1, rows=few)
    hidden, rebuilt = event.sealed("final"), guessed.sealed("final")

    assert not set(hidden.ids) & set(rebuilt.ids)
    assert rebuilt.true_risk is not None
    # 4 standard errors of an AUROC of chance with 600 positives.
    assert roc_auc_score(hidden.labels, rebuilt.true_risk) == pytest.approx(
        0.5, abs=0.05
    )


def test_the_values_of_an_area_do_not_tell_who_lives_elsewhere(event: Release) -> None:
    brief = read_brief(FIRST_1000_DAYS)
    table = [f.name for f in brief.features if f.table == "whooz_postcode"]
    known, _ = stacked(event.train(), event.practice())
    shown, _ = stacked(event.sealed("board"), event.sealed("external"))
    elsewhere = np.arange(len(shown)) >= SIZES["board"]

    combinations = pd.MultiIndex.from_frame(known[table].drop_duplicates())
    unseen = ~pd.MultiIndex.from_frame(shown[table]).isin(combinations)

    assert len(combinations) > 1
    assert roc_auc_score(elsewhere, unseen) == pytest.approx(0.5, abs=0.01)


@pytest.mark.full
@pytest.mark.parametrize("rows", [12_000, 40_000])
def test_the_declared_mechanism_serves_no_better_than_the_public_rows(
    whole_event: Release, tmp_path: Path, rows: int
) -> None:
    event = whole_event
    guessed = build(FIRST_1000_DAYS, tmp_path, seed=1, rows=SIZES | {"board": rows})
    honest = linear(0.05).fit(*stacked(event.train(), event.practice()))
    cheater = linear(1.0).fit(
        *stacked(guessed.train(), guessed.sealed("board"), guessed.sealed("final"))
    )
    features, labels = stacked(event.sealed("board"), event.sealed("final"))

    mine = honest.predict_proba(features)[:, 1]
    theirs = cheater.predict_proba(features)[:, 1]

    assert roc_auc_score(labels, mine) > 0.65
    assert roc_auc_score(labels, theirs) <= roc_auc_score(labels, mine) + 0.02
    variance = labels.mean() * (1 - labels.mean())
    gain = brier_score_loss(labels, mine) - brier_score_loss(labels, theirs)
    assert gain / variance <= 0.01
