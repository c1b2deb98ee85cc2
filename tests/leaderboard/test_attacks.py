"""Those who try to win without telling families apart, or by asking the board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from leaderboard import FairnessPolicy, Scorecard, rank, score
from leaderboard.errors import ProbabilitiesRefusedError
from leaderboard.estimates import Estimate
from leaderboard.ladder import improves, improves_auroc
from leaderboard.ladder.delong import delong
from leaderboard.metrics import METRICS

POLICY = FairnessPolicy(gate=("home",))


def shuffled(p: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Hand the probabilities of some rows around among them."""
    result = p.copy()
    result[rows] = np.random.default_rng(9).permutation(p[rows])
    return result


# Each takes the rows and an honest model, which it may copy from.
ATTACKS: dict[str, Callable] = {
    "constant": lambda rows, p: np.full(len(p), rows.labels.mean()),
    "all zero": lambda rows, p: np.zeros(len(p)),
    "all one": lambda rows, p: np.ones(len(p)),
    "nearly constant": lambda rows, p: 0.2 + p * 1e-5,
    "one row apart": lambda rows, p: np.where(np.arange(len(p)) == 0, 0.9, 0.2),
    "random": lambda rows, p: np.random.default_rng(9).random(len(p)),
    "shuffled": lambda rows, p: shuffled(p, np.arange(len(p))),
    "label-flipped": lambda rows, p: 1 - p,
    "cut at one half": lambda rows, p: (p >= 0.5).astype(float),
    "nothing under one half": lambda rows, p: np.where(p >= 0.5, p, 0.0),
    "nothing over one half": lambda rows, p: np.minimum(p, 0.5),
    "constant per group": lambda rows, p: np.where(in_x(rows), 0.2, 0.25),
    "best group shuffled": lambda rows, p: shuffled(p, in_x(rows)),
    "best group constant": lambda rows, p: np.where(in_x(rows), 0.2, p),
    "best group offered nothing": lambda rows, p: np.where(in_x(rows), 0.0, p),
}


CONSTANT = ("all zero", "all one", "constant")


def in_x(rows) -> np.ndarray:
    """Rows of the largest group."""
    return (rows.groups["home"] == "x").to_numpy()


def judged(rows, p: np.ndarray) -> Scorecard:
    """Score as a challenge does, against the reference model of the brief."""
    return score(
        rows.labels,
        p,
        groups=rows.groups,
        clusters=rows.clusters,
        policy=POLICY,
        reference=rows.noisy,
        replicates=128,
    )


@pytest.mark.parametrize("model", ["truth", "noisy"])
@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_is_ranked_above_an_honest_model(
    households, name: str, model: str
) -> None:
    rows = households(6000)
    honest = getattr(rows, model)
    # Names count last of all: the attack comes first in the alphabet.
    cards = {"attack": judged(rows, ATTACKS[name](rows, honest))}
    cards["honest"] = judged(rows, honest)

    first, second = rank(cards, policy=POLICY).rows

    assert (first.key, first.place_low, first.leading) == ("honest", 1, True)
    assert second.key == "attack"
    assert second.outside or second.place_low == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1e-9, 1 + 1e-9])
def test_what_is_no_probability_gets_no_scorecard(households, value: float) -> None:
    rows = households(1000)
    p = rows.truth.copy()
    p[17] = value

    with pytest.raises(ProbabilitiesRefusedError, match="1 "):
        judged(rows, p)


def test_two_constant_models_leave_the_ranking_empty(households) -> None:
    rows = households(1000)
    cards = {name: judged(rows, ATTACKS[name](rows, rows.truth)) for name in CONSTANT}

    board = rank(cards, policy=POLICY)

    assert {row.outside for row in board.rows} == {"constant"}


def test_copies_of_one_model_share_its_place(households) -> None:
    """Many entries of the same predictions push nobody down."""
    rows = households(3000)
    cards = {f"copy {i}": judged(rows, rows.truth) for i in range(4)}
    cards["weak"] = judged(rows, rows.noisy)

    *copies, last = rank(cards).rows

    assert {(row.place_low, row.place_high) for row in copies} == {(1, 4)}
    assert (last.key, last.place_low, last.place_high) == ("weak", 5, 5)


scaled_brier = METRICS["scaled_brier"].function


@dataclass
class Feed:
    """What one team hears from the board, and the private rows that will judge it.

    It scores as `leaderboard.score` does and keeps only what a ladder needs, so that
    thousands of submissions cost a second. Half of the rows is public.
    """

    truth: np.ndarray
    seed: int
    laddered: bool
    n_clusters: int = 250
    best: Scorecard | None = field(default=None, init=False)
    model: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.labels = self.random.random(len(self.truth)) < self.truth
        self.public = np.arange(len(self.truth)) < len(self.truth) / 2
        self.weights = self.random.poisson(1.0, (self.n_clusters, 256))
        share = self.mean(self.labels)
        self.scale = share * (1 - share)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the public rows in each replicate; clusters are equally large."""
        in_cluster = values[self.public].reshape(self.n_clusters, -1).mean(axis=1)
        return in_cluster @ self.weights / self.weights.sum(axis=0)

    def card(self, p: np.ndarray) -> Scorecard:
        y = self.labels[self.public]
        value = Estimate(scaled_brier(y, p[self.public]))
        return Scorecard(
            rows=len(y),
            positives=int(y.sum()),
            clusters=self.n_clusters,
            capacity=0.1,
            metrics={"scaled_brier": value},
            pairing="public",
            replicates=1 - self.mean((p - self.labels) ** 2) / self.scale,
        )

    def submit(self, p: np.ndarray) -> float:
        """Submit, and hear a score: on a ladder the released one, else one's own."""
        card = self.card(p)
        rise = improves if self.laddered else plainly_above
        if self.best is None or rise(card, self.best):
            self.best, self.model = card, p
        return shown(self.best if self.laddered else card)

    @property
    def optimism(self) -> float:
        """What the board shows above what the private rows will say."""
        y, p = self.labels[~self.public], self.model[~self.public]
        return shown(self.best) - scaled_brier(y, p)


def shown(card: Scorecard) -> float:
    return card.metrics["scaled_brier"].value


def plainly_above(card: Scorecard, best: Scorecard) -> bool:
    return shown(card) > shown(best)


def boost(feed: Feed, queries: int) -> float:
    """Ask about random votes, and submit the sum of those that the board liked.

    Blum & Hardt (2015), section 5, and the authors' Ladder.jl: on a plain board a vote
    is kept when it beats a coin, on a ladder when it moves the score.
    """
    rows, step = len(feed.labels), 0.1
    votes = np.zeros(rows)
    coin = -(step**2) / 0.25  # scaled Brier of a vote that knows nothing
    before = -np.inf
    for _ in range(queries):
        vote = feed.random.choice([-1.0, 1.0], rows)
        heard = feed.submit(0.5 + step * vote)
        votes += vote * (heard > (before if feed.laddered else coin))
        before = heard
    for size in (0.02, 0.05, 0.1, 0.2, 0.3):
        feed.submit(0.5 + size * np.sign(votes))
    return feed.optimism


def climb_on_chance(feed: Feed, start: np.ndarray, queries: int) -> float:
    """Change a tenth of the rows a little, and keep what moves the board."""
    best, before = start, feed.submit(start)
    for _ in range(queries):
        changed = feed.random.random(len(start)) < 0.1
        step = 0.03 * feed.random.choice([-1.0, 1.0], len(start))
        tried = np.clip(best + step * changed, 0.001, 0.999)
        heard = feed.submit(tried)
        if heard > before:
            best, before = tried, heard
    return feed.optimism


COIN = np.full(5000, 0.5)


def boosted(*, laddered: bool, queries: int, runs: int) -> float:
    """Mean optimism after the boosting attack on labels that are coins."""
    feeds = (Feed(COIN, seed, laddered) for seed in range(runs))
    return float(np.mean([boost(feed, queries) for feed in feeds]))


def test_the_feed_scores_as_the_library_does() -> None:
    feed = Feed(COIN, 0, laddered=True)
    random = np.random.default_rng(1)
    first, second = random.random((2, 5000))
    clusters = np.repeat(np.arange(250), 10)
    groups = pd.DataFrame({"group": ["all"] * 2500})
    exact = [
        score(feed.labels[:2500], p[:2500], groups=groups, clusters=clusters)
        for p in (first, second)
    ]
    quick = [feed.card(p) for p in (first, second)]

    values = [shown(card) for card in exact]
    assert [shown(card) for card in quick] == pytest.approx(values, abs=1e-12)
    errors = [(a.replicates - b.replicates).std() for a, b in (exact, quick)]
    assert errors[0] == pytest.approx(errors[1], rel=0.15)


def test_a_boosting_attack_gains_under_a_quarter_on_the_ladder() -> None:
    plain = boosted(laddered=False, queries=300, runs=2)

    assert plain > 0.03
    assert boosted(laddered=True, queries=300, runs=2) < plain / 4


@pytest.mark.full
def test_two_thousand_queries_gain_under_a_quarter_of_the_plain_board() -> None:
    plain = boosted(laddered=False, queries=2000, runs=8)

    assert plain > 0.2
    assert boosted(laddered=True, queries=2000, runs=8) < plain / 4


def test_a_patient_climb_gains_less_than_the_whisker_is_wide_in_a_days_quota() -> None:
    """One standard error is passed by chance one time in six; the quota bounds that."""
    truth = expit(-1.6 + 1.3 * np.random.default_rng(2).normal(size=5000))
    feeds = [Feed(truth, seed, laddered=True) for seed in range(4)]
    gains = []
    for feed in feeds:
        honest = feed.card(truth)
        climb_on_chance(feed, truth, 10)
        gains.append(shown(feed.best) - shown(honest))
        assert gains[-1] < honest.replicates.std()
    assert max(gains) > 0


def test_an_attack_on_an_honest_auroc_gains_little_on_the_ladder() -> None:
    random = np.random.default_rng(3)
    truth = expit(-1.6 + 1.3 * random.normal(size=1000))
    labels = random.random(1000) < truth
    plain = laddered = truth
    for _ in range(150):
        noise = np.exp(0.05 * random.normal(size=1000))
        tried = np.clip(plain * noise, 0, 1)
        if np.diff(delong(labels, plain, tried).auroc) > 0:
            plain = tried
        tried = np.clip(laddered * noise, 0, 1)
        if improves_auroc(labels, tried, laddered):
            laddered = tried
    honest, climbed, held = delong(labels, truth, plain, laddered).auroc

    assert climbed - honest > 0.01
    assert held - honest < (climbed - honest) / 2
