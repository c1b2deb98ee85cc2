"""Cross-validation holds out whole neighbourhoods, and takes what scikit-learn has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from challenge.errors import FoldsRefusedError, ModelRefusedError
from challenge.practice import Data, cross_validate


class Watching(ClassifierMixin, BaseEstimator):
    """Notes which rows it saw; says the share of them that it learned."""

    seen: ClassVar[list[tuple[pd.Index, pd.Index]]] = []

    def fit(self, rows: pd.DataFrame, labels: np.ndarray) -> Watching:
        self.trained_, self.share_ = rows.index, labels.mean()
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        self.seen.append((self.trained_, rows.index))
        wide = np.arange(len(rows)) / len(rows) / 100
        return np.column_stack([1 - self.share_ - wide, self.share_ + wide])


def as_words(rows: pd.DataFrame) -> pd.DataFrame:
    words = rows.select_dtypes("object").columns
    return rows.astype(dict.fromkeys(words, "category"))


def encoded(model) -> Pipeline:
    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = (words, make_column_selector(dtype_include="object"))
    made = make_column_transformer(columns, remainder="passthrough")
    return make_pipeline(made.set_output(transform="pandas"), model)


ESTIMATORS = {
    "HistGradientBoosting": lambda: make_pipeline(
        FunctionTransformer(as_words),
        HistGradientBoostingClassifier(
            categorical_features="from_dtype", max_iter=5, random_state=0
        ),
    ),
    "ColumnTransformer": lambda: encoded(
        HistGradientBoostingClassifier(max_iter=5, random_state=0)
    ),
    "LightGBM": lambda: encoded(
        lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1)
    ),
}


def test_whole_neighbourhoods_are_held_out_each_once(data: Data) -> None:
    Watching.seen.clear()
    found = cross_validate(Watching(), data, folds=4)
    assert found["fold"].tolist() == [1, 2, 3, 4]
    assert found["rows"].sum() == len(data.train.labels)
    assert found["positives"].sum() == data.train.labels.sum()
    assert found["neighbourhoods"].sum() == data.train.clusters.nunique()
    clusters = data.train.clusters
    for trained, held in Watching.seen:
        assert not set(clusters[trained]) & set(clusters[held])
        assert len(trained) + len(held) == len(clusters)


def test_the_estimator_itself_stays_untrained(data: Data) -> None:
    model = Watching()
    cross_validate(model, data, folds=2)
    assert not hasattr(model, "share_")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_model_on_the_flat_frame_just_works(data: Data, name: str) -> None:
    found = cross_validate(ESTIMATORS[name](), data, folds=3)
    assert len(found) == 3
    assert found["auroc"].between(0.5, 1).all()
    assert found["worst_group_recall"].between(0, 1).all()


def test_figures_are_those_of_scikit_learn(
    data: Data, pipeline: Callable[[], Pipeline]
) -> None:
    found = cross_validate(pipeline(), data, folds=2, seed=3)
    rows = data.train
    cut = StratifiedGroupKFold(2, shuffle=True, random_state=3)
    for line, (trained, held) in zip(
        found.itertuples(),
        cut.split(rows.features, rows.labels, rows.clusters),
        strict=True,
    ):
        model = pipeline().fit(rows.features.iloc[trained], rows.labels[trained])
        said = model.predict_proba(rows.features.iloc[held])[:, 1]
        y = rows.labels[held]
        base = brier_score_loss(y, np.full(len(y), y.mean()))
        scaled = 1 - brier_score_loss(y, said) / base
        assert line.scaled_brier == pytest.approx(scaled, abs=1e-3)
        assert line.auroc == pytest.approx(roc_auc_score(y, said), abs=2e-3)
        assert line.observed_expected == pytest.approx(y.sum() / said.sum(), abs=1e-3)


def test_the_seed_decides_which_neighbourhoods_go_together(data: Data) -> None:
    def rule(rows: pd.DataFrame) -> np.ndarray:
        return 0.1 + 0.2 * (rows["household_type"] == "single_parent")

    first, again = (cross_validate(rule, data, seed=1) for _ in range(2))
    other = cross_validate(rule, data, seed=2)
    pd.testing.assert_frame_equal(first, again)
    assert first["positives"].tolist() != other["positives"].tolist() or (
        first["auroc"].tolist() != other["auroc"].tolist()
    )


@pytest.mark.parametrize(
    ("folds", "told"),
    [(1, "1 folds cannot"), (500, "500 folds cannot"), (20, "positive rows, of 10")],
)
def test_folds_that_say_nothing_are_refused(data: Data, folds: int, told: str) -> None:
    with pytest.raises(FoldsRefusedError, match=told) as refused:
        cross_validate(Watching(), data, folds=folds)
    assert refused.value.hint


def test_a_fold_without_a_group_that_is_judged_is_refused(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = data.train.groups
    rare = groups.assign(origin=["alone", *["NL"] * (len(groups) - 1)])
    copied = Data(data.folder, data.source, data.manifest, data.files)
    copied.__dict__["train"] = replace(data.train, groups=rare)
    with pytest.raises(FoldsRefusedError, match="nobody with origin alone"):
        cross_validate(Watching(), copied, folds=2)


def test_an_answer_that_is_no_probability_is_refused(data: Data) -> None:
    with pytest.raises(ModelRefusedError, match="outside 0 to 1"):
        cross_validate(lambda rows: np.full(len(rows), 2.0), data)
