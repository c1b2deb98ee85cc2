from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from leaderboard.errors import LanguageUnknownError, SettingRefusedError
from leaderboard.fairness import judge, power
from leaderboard.records import Estimate, GroupMeasure
from leaderboard.verdict import FairnessPolicy, PolicyState, Verdict

POLICY = FairnessPolicy(gate=("home",))


def judged(
    *groups: tuple[str, int, float, float],
    policy: FairnessPolicy = POLICY,
    attribute: str = "home",
) -> Verdict:
    """Judge groups given as (level, positives, ratio, standard error)."""
    normal = norm.ppf(np.linspace(0.001, 0.999, 999))
    return judge(
        policy,
        [
            GroupMeasure(
                attribute,
                level,
                rows=10 * positives,
                positives=positives,
                observed_expected=Estimate(value),
            )
            for level, positives, value, _ in groups
        ],
        {
            (attribute, level): value * np.exp(error * normal)
            for level, _, value, error in groups
        },
    )


@pytest.mark.parametrize(
    ("groups", "state"),
    [
        ([("x", 500, 1.0, 0.05)], PolicyState.MEETS),
        ([("x", 500, 1.0, 0.05), ("y", 90, 1.1, 0.05)], PolicyState.MEETS),
        ([("x", 500, 1.0, 0.05), ("y", 90, 1.0, 0.2)], PolicyState.UNDETERMINED),
        ([("x", 500, 1.0, 0.05), ("y", 90, 1.6, 0.05)], PolicyState.VIOLATES),
        ([("x", 500, 1.0, 0.05), ("y", 90, 0.5, 0.05)], PolicyState.VIOLATES),
        ([("x", 500, 1.0, 0.2), ("y", 90, 0.5, 0.05)], PolicyState.VIOLATES),
        ([("x", 500, 1.0, 0.05), ("y", 49, 1.6, 0.05)], PolicyState.MEETS),
        ([("y", 49, 1.0, 0.05)], PolicyState.UNDETERMINED),
        ([], PolicyState.UNDETERMINED),
    ],
    ids=[
        "inside",
        "all inside",
        "one straddles a limit",
        "one far above",
        "one far below",
        "a violation outweighs a doubt",
        "a small group does not decide",
        "no group decides",
        "no group at all",
    ],
)
def test_three_states(
    groups: list[tuple[str, int, float, float]], state: PolicyState
) -> None:
    assert judged(*groups).state is state


def test_an_attribute_that_does_not_gate_decides_nothing() -> None:
    verdict = judged(("x", 500, 3.0, 0.01), attribute="single")

    assert verdict.state is PolicyState.UNDETERMINED
    assert verdict.findings == ()
    assert verdict.power is None


def test_a_group_without_interval_leaves_the_policy_undetermined() -> None:
    group = GroupMeasure("home", "x", 900, 90, observed_expected=Estimate(1.0))

    verdict = judge(POLICY, [group], {("home", "x"): np.full(100, np.nan)})

    assert verdict.state is PolicyState.UNDETERMINED
    assert verdict.power == 0.0
    assert verdict.sentences()[1] == (
        "home x: no interval can be given; too little data to say, which does not mean"
        " that all is well."
    )


def test_power_agrees_with_simulated_calibrated_models() -> None:
    error = 0.08
    centres = np.random.default_rng(0).normal(0, error, 100_000)
    inside = np.abs(centres) + norm.ppf(0.975) * error < np.log(1.25)

    assert power(error, limit_ratio=1.25) == pytest.approx(inside.mean(), abs=0.005)
    assert power(0.0, limit_ratio=1.25) == 1.0
    assert power(1.0, limit_ratio=1.25) == 0.0


def test_the_weakest_deciding_group_sets_the_power() -> None:
    verdict = judged(("x", 500, 1.0, 0.05), ("y", 90, 1.0, 0.09), ("z", 9, 1.0, 0.5))

    assert verdict.power == pytest.approx(power(0.09, limit_ratio=1.25), abs=0.02)


def test_the_verdict_speaks_english_and_dutch() -> None:
    verdict = judged(("x", 500, 1.0, 0.05), ("y", 9, 1.0, 0.05))

    assert verdict.sentences("en") == (
        "Meets the policy on these data.",
        "home x: observed / expected 1.00 (0.91 to 1.10); meets the policy on these"
        " data. With this much data a calibrated model passes with probability 0.99.",
        "home y: fewer than 50 cases, so this group does not decide.",
    )
    assert verdict.sentences("nl") == (
        "Voldoet op deze gegevens aan de afspraak.",
        "home x: waargenomen / verwacht 1,00 (0,91 tot 1,10); voldoet op"
        " deze gegevens aan de afspraak. Met zoveel gegevens slaagt een goed"
        " geijkt model met kans 0,99.",
        "home y: minder dan 50 gevallen, dus deze groep beslist niet.",
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PolicyState.MEETS, "voldoet op deze gegevens aan de afspraak"),
        (PolicyState.VIOLATES, "voldoet op deze gegevens niet aan de afspraak"),
        (
            PolicyState.UNDETERMINED,
            "te weinig gegevens om het te zeggen; niet: in orde",
        ),
    ],
)
def test_each_state_has_its_dutch_words(state: PolicyState, words: str) -> None:
    assert Verdict(POLICY, state, ()).words("nl") == words


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError, match="'fr'"):
        Verdict(POLICY, PolicyState.MEETS, ()).sentences("fr")


@pytest.mark.parametrize(
    "settings",
    [
        {"limit_ratio": 1.0},
        {"limit_ratio": float("nan")},
        {"limit_ratio": float("inf")},
        {"minimum_positives": 0},
        {"level": 1.0},
        {"gate": ("a",), "report": ("a",)},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingRefusedError):
        FairnessPolicy(**settings)  # type: ignore[arg-type]
