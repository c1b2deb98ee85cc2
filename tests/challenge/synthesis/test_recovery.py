"""The effects that were drawn can be found again in complete rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from challenge.brief.mechanism import Effect
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.complete import Complete
from challenge.synthesis.drawing.partition import Recipe, draw
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import LARGEST, partitions

from .estimates import Fit, logistic, odds_ratio
from .whole_tables import LARGE, LARGE_SEED, whole

pytestmark = pytest.mark.full

ORIGINS = ("Europe", "outside_Europe")


@pytest.fixture(scope="module")
def large() -> Complete:
    """The complete table of 200,000 households."""
    return whole(LARGE, LARGE_SEED)


@pytest.fixture(scope="module")
def found(large: Complete) -> Fit:
    """Every term of the mechanism and origin, given what areas add."""
    exposures = [term.exposure(large.rows) for term in large.mechanism.terms]
    origins = [large.rows["origin"] == name for name in ORIGINS]
    design = np.column_stack([*exposures, *origins]).astype(np.float64)
    return logistic(design, large.labels, large.area_effects)


def test_each_drawn_effect_lies_within_its_error(large: Complete, found: Fit) -> None:
    count = len(large.effects)
    errors = (found.effects[1 : 1 + count] - large.effects) / found.errors[
        1 : 1 + count
    ]

    far = {
        getattr(term, "name", getattr(term, "column", "")): round(float(error), 2)
        for term, error in zip(large.mechanism.terms, errors, strict=True)
        if abs(error) > 3.3
    }
    assert not far


def test_recovered_effects_are_as_large_as_the_drawn_ones(
    large: Complete, found: Fit
) -> None:
    recovered = found.effects[1 : 1 + len(large.effects)]

    slope = np.polyfit(large.effects, recovered, 1)[0]
    assert 0.95 <= slope <= 1.05


def test_effects_outside_are_weaker_by_the_declared_factor(large: Complete) -> None:
    secret, cut = Secret.make(LARGE_SEED), partitions({"external": LARGEST})
    recipe = Recipe.make(large.brief, large.mechanism, secret)
    outside = draw(recipe, cut[0], plan_areas(large.brief, cut, secret))
    exposures = [term.exposure(outside.block.rows) for term in large.mechanism.terms]
    labels = np.random.default_rng(1).random(LARGEST) < expit(outside.log_odds - 1)

    fit = logistic(np.column_stack(exposures), labels, outside.area_effects)

    # Least squares through 0 of recovered on drawn effects, by their precision.
    weights = large.effects / fit.errors[1:] ** 2
    slope = float(weights @ fit.effects[1:] / (weights @ large.effects))
    error = float(1 / np.sqrt(weights @ large.effects))
    assert large.brief.external.shift.strength == 0.75
    assert slope == pytest.approx(0.75, abs=3 * error)
    assert error < 0.03


def test_15_interactions_have_the_sign_that_was_drawn(
    large: Complete, found: Fit
) -> None:
    mains = sum(isinstance(term, Effect) for term in large.mechanism.terms)
    recovered = found.effects[1 + mains : 1 + len(large.effects)]
    drawn = large.effects[mains:]

    assert len(drawn) == 3
    assert (np.sign(recovered) == np.sign(drawn)).all()


def test_18_origin_adds_nothing_of_its_own_although_it_goes_with_the_target(
    large: Complete, found: Fit
) -> None:
    elsewhere = large.rows["origin"] == "outside_Europe"

    assert odds_ratio(elsewhere, large.labels).value > 1
    assert (np.abs(found.effects[-len(ORIGINS) :]) <= 0.1).all()


def test_what_helps_lowers_the_target(large: Complete, found: Fit) -> None:
    helpers = {c.name for p in large.brief.partners for c in p.columns if c.strength}
    effects = dict(
        zip(
            (getattr(term, "column", "") for term in large.mechanism.terms),
            found.effects[1:],
            strict=False,
        )
    )
    named = helpers & effects.keys()

    assert named >= {
        "social_support",
        "reads_aloud_days",
        "savings_buffer_1000",
        "volunteer_or_club",
        "meeting_group",
        "home_visit_programme",
        "social_contacts_week",
    }
    assert all(effects[name] < 0 for name in named)
