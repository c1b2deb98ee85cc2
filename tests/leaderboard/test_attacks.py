"""Models that try to win without telling families apart."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard import FairnessPolicy, rank

POLICY = FairnessPolicy(gate=("home",))


def attack(name: str, rows) -> np.ndarray:
    random = np.random.default_rng(9)
    n = len(rows.labels)
    return {
        "constant": np.full(n, rows.labels.mean()),
        "all zero": np.zeros(n),
        "all one": np.ones(n),
        "nearly constant": np.full(n, 0.2) + random.normal(0, 1e-5, n),
        "random": random.random(n),
        "label-flipped": 1 - rows.truth,
        "cut at one half": (rows.truth >= 0.5).astype(float),
        "constant per group": np.where(rows.groups["home"] == "x", 0.2, 0.25),
        "levelled down": np.where(rows.groups["home"] == "x", 0.2, rows.truth),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "constant",
        "all zero",
        "all one",
        "nearly constant",
        "random",
        "label-flipped",
        "cut at one half",
        "constant per group",
        "levelled down",
    ],
)
def test_no_attack_is_ranked_above_an_honest_model(households, name: str) -> None:
    rows = households(6000)
    cards = {
        "honest": rows.score(rows.truth, policy=POLICY),
        name: rows.score(attack(name, rows), policy=POLICY),
    }

    board = rank(cards, policy=POLICY)

    first, second = board.rows
    assert (first.key, first.place_low, first.place_high) == ("honest", 1, 1)
    assert second.key == name
    assert second.outside or second.place_low == 2


def test_two_constant_models_leave_the_ranking_empty(households) -> None:
    rows = households(1000)
    cards = {
        name: rows.score(attack(name, rows), policy=POLICY)
        for name in ("all zero", "all one")
    }

    board = rank(cards, policy=POLICY)

    assert {row.outside for row in board.rows} == {"constant"}
