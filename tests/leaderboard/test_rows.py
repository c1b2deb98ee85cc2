from __future__ import annotations

import numpy as np
import pytest

from leaderboard.errors import (
    LabelsRefusedError,
    LengthMismatchError,
    OneClassError,
    ProbabilitiesRefusedError,
    ScoringError,
)
from leaderboard.metrics import METRICS
from leaderboard.rows import check_rows


def test_booleans_and_integers_read_as_the_same_labels() -> None:
    as_bool, _ = check_rows([False, True], [0.2, 0.7])
    as_int, p = check_rows(np.array([0, 1]), np.array([0.2, 0.7]))

    assert as_bool.tolist() == as_int.tolist() == [0.0, 1.0]
    assert p.tolist() == [0.2, 0.7]


@pytest.mark.parametrize(
    ("labels", "probabilities", "error"),
    [
        ([0, 2], [0.1, 0.2], LabelsRefusedError),
        ([0, np.nan], [0.1, 0.2], LabelsRefusedError),
        (["no", "yes"], [0.1, 0.2], LabelsRefusedError),
        ([[0, 1]], [0.1, 0.2], LabelsRefusedError),
        ([0, 1], [0.1, np.nan], ProbabilitiesRefusedError),
        ([0, 1], [0.1, np.inf], ProbabilitiesRefusedError),
        ([0, 1], [0.1, 1.1], ProbabilitiesRefusedError),
        ([0, 1], [-0.1, 0.2], ProbabilitiesRefusedError),
        ([0, 1], [0.1, None], ProbabilitiesRefusedError),
        ([0, 1], ["low", "high"], ProbabilitiesRefusedError),
        ([0, 1], [[0.9, 0.1], [0.2, 0.8]], ProbabilitiesRefusedError),
        ([0, 1], [0.1], LengthMismatchError),
        ([0, 0], [0.1, 0.2], OneClassError),
        ([1, 1], [0.1, 0.2], OneClassError),
        ([], [], OneClassError),
    ],
    ids=str,
)
def test_rows_that_cannot_be_scored_are_refused_by_name(
    labels: list[object], probabilities: list[object], error: type[ScoringError]
) -> None:
    with pytest.raises(error) as refusal:
        check_rows(labels, probabilities)  # type: ignore[arg-type]

    assert isinstance(refusal.value, ValueError)
    assert refusal.value.message in str(refusal.value)
    assert refusal.value.hint in str(refusal.value)
    assert refusal.value.slug in {
        "labels-refused",
        "probabilities-refused",
        "length-mismatch",
        "one-class",
    }


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_refuses_a_missing_probability(name: str) -> None:
    with pytest.raises(ProbabilitiesRefusedError, match="1 missing"):
        METRICS[name].function([0, 1], [0.1, np.nan])
