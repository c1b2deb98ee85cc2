from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.records import Reason, Stage
from challenge.sandbox.verdict import coarsen, find_fault, refuse


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ([0.2, 0.7], None),
        ([0.0, 0.5, 1.0], None),
        ([0.0, 0.0], None),
        ([1.0, 1.0], None),
        ([], None),
        ([0.0, 1.0, 1.0], Reason.LABELS),
        ([0.2, np.nan], Reason.NOT_FINITE),
        ([0.2, -np.inf], Reason.NOT_FINITE),
        ([0.2, 1.0000001], Reason.OUT_OF_RANGE),
        ([-1e-300, 0.5], Reason.OUT_OF_RANGE),
        ([np.nan, 7.0], Reason.NOT_FINITE),
    ],
)
def test_values_are_probabilities_or_have_a_fault(
    values: list[float], fault: Reason | None
) -> None:
    assert find_fault(np.array(values, dtype=float)) is fault


OURS = {Reason.PLATFORM_FAULT, Reason.RELEASE_REPLACED}


@pytest.mark.parametrize("reason", sorted(set(Reason) - OURS))
@pytest.mark.parametrize("stage", [Stage.PROOF, Stage.SCORING])
def test_every_reason_that_a_model_gives_has_its_sentences(
    reason: Reason, stage: Stage
) -> None:
    refusal = refuse(stage, reason)

    assert (refusal.stage, refusal.reason) == (stage, reason)
    assert refusal.message.endswith(".")
    assert refusal.hint.endswith(".")
    assert refusal.message.startswith("On the hidden rows:") is (stage is Stage.SCORING)


@given(st.floats(0.001, 1e6))
def test_an_amount_is_rounded_up_to_the_next_power_of_two(amount: float) -> None:
    rounded = coarsen(amount)

    assert rounded.bit_count() == 1
    assert rounded >= amount
    assert rounded == 1 or rounded < 2 * amount


@pytest.mark.parametrize(("amount", "rounded"), [(0, 1), (1, 1), (2, 2), (2.5, 4)])
def test_a_power_of_two_stays_itself(amount: float, rounded: int) -> None:
    assert coarsen(amount) == rounded
