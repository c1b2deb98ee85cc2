"""Intercepts give the declared prevalences, inside and outside."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from challenge.brief import read_brief, read_mechanism
from challenge.schema.chances import calibrate
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.outcome import area_effects, calibrated
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import partitions

from ...factories import QUICKSTART


@pytest.mark.parametrize("prevalence", [0.001, 0.1, 0.9])
def test_the_mean_risk_is_the_prevalence(prevalence: float) -> None:
    log_odds = np.random.default_rng(1).normal(3, 2, 10_000)

    intercept = calibrate(log_odds, prevalence)

    assert expit(intercept + log_odds).mean() == pytest.approx(prevalence, rel=1e-6)


def test_the_mean_risk_is_the_prevalence_however_strong_the_effects() -> None:
    log_odds = np.random.default_rng(1).normal(0, 1e6, 2_000)

    intercept = calibrate(log_odds, 0.2)

    assert expit(intercept + log_odds).mean() == pytest.approx(0.2, abs=1e-3)


def test_the_odds_outside_are_the_declared_multiple() -> None:
    brief = read_brief(QUICKSTART)
    generator = np.random.default_rng(1)
    inside, outside = generator.normal(0, 1, 5_000), generator.normal(1, 2, 3_000)

    outcome = calibrated(np.zeros(3), inside, outside, brief)

    means = [
        outcome.risk(log_odds, name).mean()
        for log_odds, name in ((outside, "external"), (inside, "board"))
    ]
    ratio = means[0] / (1 - means[0]) / (means[1] / (1 - means[1]))
    assert means[1] == pytest.approx(brief.target.prevalence, rel=1e-6)
    assert ratio == pytest.approx(brief.external.shift.prevalence_odds, rel=1e-6)


def test_neighbourhoods_differ_as_declared_and_share_their_municipality() -> None:
    brief, secret = read_brief(QUICKSTART), Secret.make(1)
    mechanism = read_mechanism(QUICKSTART / "mechanism.toml", brief)
    places = plan_areas(brief, partitions({"train": 50_000}), secret)

    drawn = area_effects(
        places, brief, mechanism, secret, Streams(secret, "train-0000")
    )
    other = area_effects(
        places, brief, mechanism, secret, Streams(secret, "board-0000")
    )

    towns = places["municipality"]
    own = drawn - places.assign(e=drawn).groupby(towns)["e"].transform("mean")
    # 4 standard errors of a standard deviation over 2,000 neighbourhoods.
    assert np.std(own) == pytest.approx(mechanism.areas.neighbourhood_sd, rel=0.065)
    shared = (drawn - other).std() / np.sqrt(2)
    assert shared == pytest.approx(mechanism.areas.neighbourhood_sd, rel=0.065)
    assert norm.ppf(0.0001) < np.corrcoef(own, other)[0, 1] * np.sqrt(len(own)) < 4
