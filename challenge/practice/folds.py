"""What a model is worth in neighbourhoods that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import FoldsRefusedError
from challenge.practice.answers import predict
from challenge.practice.data import Data
from challenge.synthesis import RowSet
from leaderboard import Scorecard, quantised, score
from leaderboard.disclosure.suppression import MINIMUM_CELL

_METRICS = ("scaled_brier", "auroc", "recall_at_capacity", "observed_expected")
# Nothing here reads an interval; the scorer takes no fewer.
_REPLICATES = 2

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


def cross_validate(
    estimator: Any, data: Data, *, folds: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Train and score an estimator on parts of the training rows, in turn.

    Whole neighbourhoods (*buurten*) are held out, since that is what the board does:
    its rows come from neighbourhoods that nobody has. Children of one neighbourhood
    resemble each other in ways that no column tells. Spread over all folds they would
    let a model recognise its own training rows, and score better here than there.

    Parameters
    ----------
    estimator : estimator or callable
        What has ``fit`` and ``predict_proba``, such as a scikit-learn `Pipeline` on
        the feature frame; it is cloned, and stays as it is. A callable that takes the
        frame and gives probabilities learns nothing and is only scored.
    data : Data
        From `challenge.practice.open_data`; its training rows are used.
    folds : int
        Number of parts, at least 2.
    seed : int
        Which neighbourhoods go together; the same for the same seed.

    Returns
    -------
    DataFrame
        One row per fold: ``fold`` (from 1), ``rows``, ``positives`` and
        ``neighbourhoods`` that were held out; ``scaled_brier`` (higher is better, 0
        is no better than one probability for all), ``auroc``, ``recall_at_capacity``
        and ``observed_expected`` (1 is perfect); ``worst_group`` and its
        ``worst_group_recall``, over the groups that the policy judges and that have
        10 positives or more.

    Raises
    ------
    FoldsRefusedError
        If a fold would hold too few positives, or nobody of a group that the policy
        judges.
    ModelRefusedError
        If the estimator gives no probability per row.
    DataMissingError, DataUnusableError
        If files are gone or damaged, or do not tell how rows are scored.

    Examples
    --------
    ::

        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(categorical_features="from_dtype")
        found = cross_validate(make_pipeline(as_categories, model), open_data("data"))
        print(found["scaled_brier"].agg(["mean", "std"]))
    """
    rows, told = data.train, []
    cut = [*_cut(rows, folds, seed)]
    for number, (_, held) in enumerate(cut, start=1):
        _check(rows, held, data.policy.gate, f"Fold {number} of {folds}")
    for number, (trained, held) in enumerate(cut, start=1):
        model = _fitted(estimator, rows, trained)
        said = predict(model, rows.features.iloc[held])
        told.append({"fold": number, **_measured(data, held, said)})
    return pd.DataFrame(told)


def _cut(rows: RowSet, folds: int, seed: int) -> Iterator[Fold]:
    """Cut rows into folds of whole neighbourhoods with about as many positives."""
    from sklearn.model_selection import StratifiedGroupKFold

    most = min(int(rows.labels.sum()), rows.clusters.nunique())
    if not 2 <= folds <= most:
        raise FoldsRefusedError(
            f"{folds} folds cannot be made.",
            hint=f"Give a number from 2 to {most}; 5 is usual.",
        )
    cutter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    yield from cutter.split(rows.features, rows.labels, rows.clusters)


def _check(
    rows: RowSet, held: NDArray[np.int64], gate: tuple[str, ...], fold: str
) -> None:
    """Refuse a fold that says nothing, before anything is trained."""
    fewer = "Use fewer folds, or another seed."
    positives = int(rows.labels[held].sum())
    if positives < MINIMUM_CELL:
        problem = f"{fold} would hold {positives} positive rows, of {MINIMUM_CELL}."
        raise FoldsRefusedError(problem, hint=fewer)
    for name in gate:
        gone = {*rows.groups[name].dropna()} - {*rows.groups[name].iloc[held].dropna()}
        if gone:
            problem = f"{fold} would hold nobody with {name} {min(gone)}."
            raise FoldsRefusedError(problem, hint=fewer)


def _fitted(estimator: Any, rows: RowSet, trained: NDArray[np.int64]) -> Any:
    if not hasattr(estimator, "fit"):
        return estimator
    from sklearn.base import clone

    return clone(estimator).fit(rows.features.iloc[trained], rows.labels[trained])


def _measured(
    data: Data, held: NDArray[np.int64], said: NDArray[np.float64]
) -> dict[str, object]:
    rows = data.train
    card = score(
        rows.labels[held],
        quantised(said),
        groups=rows.groups.iloc[held],
        clusters=rows.clusters.iloc[held],
        areas=rows.areas.iloc[held],
        capacity=data.capacity,
        replicates=_REPLICATES,
    )
    group, recall = _worst(card, data.policy.gate)
    return {
        "rows": card.rows,
        "positives": card.positives,
        "neighbourhoods": card.clusters,
        **{name: card.metrics[name].value for name in _METRICS},
        "worst_group": group,
        "worst_group_recall": recall,
    }


def _worst(card: Scorecard, gate: tuple[str, ...]) -> tuple[str | None, float]:
    """Find the group whose positives are found least, of those that can be compared."""
    found = [
        (1 - group.false_negative_rate.value, f"{group.attribute}: {group.level}")
        for group in card.groups
        if group.attribute in gate
        and group.false_negative_rate is not None
        and (group.positives or 0) >= MINIMUM_CELL
    ]
    recall, group = min(found, default=(float("nan"), None))
    return group, recall
