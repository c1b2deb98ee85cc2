from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from leaderboard import FairnessPolicy, PolicyState, Scorecard, Verdict, score
from leaderboard.errors import (
    LanguageUnknownError,
    NotPairedError,
    ProbabilitiesRefusedError,
)
from leaderboard.estimates import Estimate
from leaderboard.ladder import (
    LadderState,
    Step,
    climb,
    climb_all,
    improves,
    improves_auroc,
)
from leaderboard.rows import quantised

SHARED = np.random.default_rng(0).normal(0, 0.05, 400)
ODD = np.where(np.arange(400) % 2, 1.0, -1.0)


def made(value: float, *, own: float = 0.0, **changes) -> Scorecard:
    """Make a scorecard that swings `own` around what it shares with the others."""
    return Scorecard(
        rows=1000,
        positives=200,
        clusters=50,
        capacity=0.1,
        metrics={"scaled_brier": Estimate(value, value - 0.1, value + 0.1)},
        pairing="rows",
        replicates=value + SHARED + own * ODD,
        **changes,
    )


def violating(value: float) -> Scorecard:
    return made(value, policy=Verdict(FairnessPolicy(), PolicyState.VIOLATES, ()))


def steps(*scorecards: Scorecard) -> list[tuple[str, Step]]:
    """Submit one after the other; what is released after each, and what changed."""
    cards = {str(place): card for place, card in enumerate(scorecards)}
    state, told = LadderState(), []
    for key in cards:
        state = climb(state, key, cards)
        told.append((state.released, state.step))
    return told


def test_the_first_submission_is_released() -> None:
    assert steps(made(-0.2)) == [("0", Step.FIRST)]


def test_a_rise_within_one_standard_error_leaves_the_best_standing() -> None:
    # The paired standard error is 0.01 sqrt(400 / 399); what is shared cancels out.
    best = made(0.1)

    assert not improves(made(0.11, own=0.01), best)
    assert improves(made(0.1101, own=0.01), best)
    assert not improves(made(0.09, own=0.01), best)


def test_equal_predictions_are_no_improvement() -> None:
    assert steps(made(0.1), made(0.1)) == [("0", Step.FIRST), ("0", Step.KEPT)]


def test_each_submission_is_held_against_the_released_one() -> None:
    # Two small steps that together would be a rise: the second is held against
    # the best, and not against the step in between.
    told = steps(
        made(0.1), made(0.106, own=0.01), made(0.109, own=0.01), made(0.12, own=0.01)
    )

    assert told == [
        ("0", Step.FIRST),
        ("0", Step.KEPT),
        ("0", Step.KEPT),
        ("3", Step.BETTER),
    ]


def test_the_best_of_three_is_released() -> None:
    state = climb_all({"a": made(0.1), "b": made(0.2), "c": made(0.15)})

    assert state == LadderState("b", 3, Step.KEPT)


def test_a_team_outside_the_ranking_finds_its_way_back_in() -> None:
    told = steps(violating(0.3), made(0.1), violating(0.5), violating(0.2))

    assert told == [
        ("0", Step.FIRST),
        ("1", Step.RANKED),
        ("1", Step.KEPT),
        ("1", Step.KEPT),
    ]


def test_outside_the_ranking_the_score_climbs_as_inside() -> None:
    told = steps(made(0.0, degenerate="constant"), violating(0.2), violating(0.1))

    assert [step for _, step in told] == [Step.FIRST, Step.BETTER, Step.KEPT]


def test_the_rule_is_the_one_of_its_authors() -> None:
    """Ladder.jl compares a mean loss with a paired t-test on the rows."""
    random = np.random.default_rng(2)
    labels = random.random(500) < 0.3
    groups = pd.DataFrame({"group": ["all"] * 500})
    best = np.clip(0.3 + 0.2 * (labels - 0.3) + random.normal(0, 0.1, 500), 0, 1)
    known = score(labels, best, groups=groups, replicates=256)
    decided = []
    for share in np.linspace(-0.2, 0.4, 40):
        new = np.clip(
            best + share * 0.1 * (labels - 0.3) + random.normal(0, 0.02, 500), 0, 1
        )
        gain = (best - labels) ** 2 - (new - labels) ** 2
        t = gain.mean() / (gain.std(ddof=1) / np.sqrt(500))
        if abs(t - 1) > 0.2:  # replicates know the standard error to a few percent
            card = score(labels, new, groups=groups, replicates=256)
            decided.append(improves(card, known))
            assert decided[-1] == (t > 1)
    assert 10 < sum(decided) < len(decided) - 10


def test_neighbours_that_resemble_each_other_make_a_rise_less_certain() -> None:
    """The same rows twice are one observation, and rows alone cannot know."""
    random = np.random.default_rng(3)
    labels = np.repeat(random.random(100) < 0.3, 20)
    best = np.full(2000, 0.3) + random.normal(0, 0.01, 2000)
    new = best + np.repeat(0.02 * (labels[::20] - 0.3) + random.normal(0, 0.1, 100), 20)
    groups = pd.DataFrame({"group": ["all"] * 2000})

    def spread(clusters: np.ndarray | None) -> float:
        one, other = (
            score(
                labels,
                np.clip(p, 0, 1),
                groups=groups,
                clusters=clusters,
                replicates=128,
            )
            for p in (new, best)
        )
        return (one.replicates - other.replicates).std()

    assert spread(np.repeat(np.arange(100), 20)) > 3 * spread(None)


def test_without_replicates_nothing_is_an_improvement() -> None:
    undefined = replace(made(0.5), replicates=np.full(400, np.nan))

    assert not improves(undefined, made(0.1))


def test_scorecards_that_share_nothing_are_not_compared() -> None:
    with pytest.raises(NotPairedError, match="new"):
        improves(replace(made(0.2), pairing="other rows"), made(0.1))
    state = climb_all({"a": made(0.1)})
    with pytest.raises(NotPairedError, match="Scorecard b "):
        climb(state, "b", {"a": made(0.1)})
    with pytest.raises(NotPairedError, match="Scorecard a "):
        climb(state, "b", {"b": made(0.1)})


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_step_has_words_without_a_number(step: Step, language: str) -> None:
    words = step.words(language)

    assert words
    assert not any(letter.isdigit() for letter in words)


def test_words_are_dutch_or_english() -> None:
    assert Step.KEPT.words("nl") == "niet meetbaar beter dan je beste"
    with pytest.raises(LanguageUnknownError):
        Step.KEPT.words("fr")


def test_an_auroc_rises_only_by_more_than_its_paired_error() -> None:
    random = np.random.default_rng(6)
    labels = random.random(500) < 0.4
    best = random.random(500)
    better = np.clip(best + 0.3 * labels, 0, 1)

    assert improves_auroc(labels, better, best)
    assert not improves_auroc(labels, best, better)
    assert not improves_auroc(labels, best, best)


def test_probabilities_are_scored_in_steps_within_bounds() -> None:
    coarse = quantised(np.linspace(0, 1, 12345))

    assert (coarse.min(), coarse.max()) == (0.001, 0.999)
    assert len(np.unique(coarse)) == 9981
    np.testing.assert_allclose(coarse * 1e4, (coarse * 1e4).round(), atol=1e-9)
    np.testing.assert_array_equal(quantised(coarse), coarse)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.1, -0.1])
def test_what_is_no_probability_is_not_quantised_into_one(value: float) -> None:
    with pytest.raises(ProbabilitiesRefusedError):
        quantised([0.5, value])
