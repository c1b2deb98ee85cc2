from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from leaderboard.fairness.planning import chance_inside, power
from leaderboard.policy import FairnessPolicy

POLICY = FairnessPolicy(gate=("home",))
X, Y, Z = ("home", "x"), ("home", "y"), ("home", "z")


def test_the_chance_agrees_with_simulated_bounds() -> None:
    centres = np.random.default_rng(0).normal(0, 0.08, 100_000)
    inside = np.abs(centres) + 1.96 * 0.08 < 0.22

    chance = chance_inside(0.08, limit=0.22, critical=1.96)

    assert chance == pytest.approx(inside.mean(), abs=0.005)


def test_the_chance_is_certain_without_error_and_none_without_room() -> None:
    assert chance_inside(0.0, limit=0.22, critical=1.96) == 1.0
    assert chance_inside(0.2, limit=0.22, critical=1.96) == 0.0


def test_power_of_one_group_by_hand() -> None:
    error = np.sqrt(0.9 / 200)
    room = np.log(1.25) - norm.ppf(0.95**0.5) * error

    found = power(POLICY, {X: 200}, {X: 0.1})

    assert found == pytest.approx(2 * norm.cdf(room / error) - 1, abs=1e-12)


def test_power_is_a_lower_bound_on_simulated_verdicts() -> None:
    """Correlated groups, judged with the critical value that they ask for."""
    random = np.random.default_rng(1)
    sizes, rates = {X: 300, Y: 250, Z: 900}, {X: 0.1, Y: 0.2, Z: 0.05}
    errors = np.sqrt([(1 - rates[group]) / sizes[group] for group in sizes])
    shared = 0.5 + 0.5 * np.eye(3)
    draws = random.multivariate_normal(np.zeros(3), shared, 50_000)
    critical = np.quantile(np.abs(draws).max(axis=1), 0.95)
    met = (np.abs(draws) + critical < np.log(1.25) / errors).all(axis=1).mean()

    found = power(POLICY, sizes, rates)

    assert met - 0.1 < found < met


def test_more_positives_mean_more_power() -> None:
    powers = [power(POLICY, {X: size}, {X: 0.1}) for size in (50, 100, 200, 400)]

    assert powers == sorted(powers)
    assert powers[0] == 0
    assert powers[-1] > 0.99


def test_a_reference_model_asks_more() -> None:
    sizes, rates = {X: 400}, {X: 0.1}

    alone = power(POLICY, sizes, rates)
    alike = power(POLICY, sizes, rates, changed={X: 0.05})
    other = power(POLICY, sizes, rates, changed={X: 0.4})
    better = power(POLICY, sizes, rates, changed={X: 0.4}, excesses={X: -0.1})
    worse = power(POLICY, sizes, rates, changed={X: 0.4}, excesses={X: 0.1})

    assert worse == 0 < other < better < alike < alone
    assert power(POLICY, sizes, rates, changed={}) < other


def test_small_groups_count_together_or_not_at_all() -> None:
    rates = {X: 0.1, Y: 0.1, Z: 0.1}

    assert power(POLICY, {X: 400, Y: 20, Z: 20}, rates) == power(
        POLICY, {X: 400}, rates
    )
    policy = FairnessPolicy(gate=("home",), minimum_positives=300)
    assert power(policy, {X: 400, Y: 150, Z: 200}, rates) == pytest.approx(
        power(policy, {X: 400, Y: 350}, rates), abs=1e-12
    )


def test_nothing_that_decides_has_no_power() -> None:
    assert power(POLICY, {X: 49}, {X: 0.1}) == 0
    assert power(FairnessPolicy(report=("home",)), {X: 900}, {X: 0.1}) == 0
