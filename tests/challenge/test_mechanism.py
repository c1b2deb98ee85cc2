"""The effects that a build draws around the declared ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from challenge.brief.mechanism import Mechanism


def mechanism(*declared: tuple[float, float]) -> Mechanism:
    effects = [
        {"column": "income", "below": 1, "value": value, "spread": spread}
        for value, spread in declared
    ]
    return Mechanism.model_validate({"effects": effects})


def test_a_drawn_effect_never_has_another_sign_than_the_declared_one() -> None:
    declared = mechanism((0.1, 0.2), (-0.1, 0.2), (0.0, 0.2), (0.5, 0.0), (-0.5, 0.0))
    drawn = np.array(
        [declared.draw(np.random.default_rng(seed)) for seed in range(2_000)]
    )

    assert (drawn[:, 0] > 0).all()
    assert (drawn[:, 1] < 0).all()
    assert (drawn[:, 2] > 0).mean() == pytest.approx(0.5, abs=0.05)
    assert (drawn[:, 3] == 0.5).all()
    assert (drawn[:, 4] == -0.5).all()
    # A normal distribution beyond 0: its mean by the inverse Mills ratio.
    mills = stats.norm.pdf(0.5) / stats.norm.cdf(0.5)
    assert drawn[:, 0].mean() == pytest.approx(0.1 + 0.2 * mills, abs=0.012)
    assert drawn[:, 1].mean() == pytest.approx(-0.1 - 0.2 * mills, abs=0.012)


def test_the_draw_of_one_effect_does_not_hang_on_another() -> None:
    one = mechanism((0.1, 0.2), (0.4, 0.1)).draw(np.random.default_rng(1))
    other = mechanism((-2.0, 0.0), (0.4, 0.1)).draw(np.random.default_rng(1))

    assert one[1] == other[1]
