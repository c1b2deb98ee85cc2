from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard import (
    METRICS,
    FairnessPolicy,
    GroupMeasure,
    PolicyState,
    Scorecard,
    score,
)
from leaderboard.errors import (
    ClustersRefusedError,
    LengthMismatchError,
    ProbabilitiesRefusedError,
    SettingRefusedError,
)
from leaderboard.policy import CROSS

CROSSED = FairnessPolicy(intersections=(("absent", "too"),))
NO_GROUPS = pd.DataFrame(index=range(4))


def small(**changes: object) -> Scorecard:
    given = {"groups": NO_GROUPS, "replicates": 64, **changes}
    return score([0, 1, 0, 1], [0.2, 0.7, 0.4, 0.6], **given)  # type: ignore[arg-type]


def test_sizes_and_metrics_are_those_of_the_rows(households) -> None:
    rows = households()

    card = rows.score(rows.noisy)

    assert card.rows == 3000
    assert card.positives == rows.labels.sum()
    assert card.clusters == 60
    assert card.degenerate is None
    assert len(card.replicates) == 128
    assert list(card.metrics) == list(METRICS)
    for name, metric in METRICS.items():
        estimate = card.metrics[name]
        expected = metric.function(rows.labels, rows.noisy)
        assert estimate.value == pytest.approx(expected, abs=1e-12)
        if name in ("ici", "ece"):
            # They say how far from the truth, and replicates are further than data.
            assert (estimate.low, estimate.high) == (None, None)
        else:
            assert estimate.low < estimate.value < estimate.high


def test_permuting_rows_leaves_the_scorecard_equal_to_the_last_bit(households) -> None:
    rows = households(800)
    order = np.random.default_rng(0).permutation(800)
    shuffled = replace(
        rows,
        labels=rows.labels[order],
        groups=rows.groups.iloc[order],
        clusters=rows.clusters[order],
        areas=rows.areas[order],
    )
    coarse, rival = rows.noisy.round(2), rows.truth.round(2)
    policy = FairnessPolicy(gate=("home",), intersections=(("home", "single"),))

    before = rows.score(coarse, policy=policy, reference=rival)
    after = shuffled.score(coarse[order], policy=policy, reference=rival[order])

    assert before.to_json() == after.to_json()


def test_relabelling_groups_only_renames_them(households) -> None:
    rows = households(800)
    renamed = replace(rows, groups=rows.groups.replace({"home": {"x": "w", "y": "a"}}))

    policy = FairnessPolicy(gate=("home",))

    before = rows.score(rows.noisy, policy=policy, reference=rows.truth)
    after = renamed.score(rows.noisy, policy=policy, reference=rows.truth)

    assert before.policy.state is after.policy.state
    assert before.policy.guard == after.policy.guard
    for parts in ("groups", "policy.findings"):
        old, new = (
            {part.level: part for part in attrgetter(parts)(card)}
            for card in (before, after)
        )
        for name, other in (("x", "w"), ("y", "a"), ("missing", "missing")):
            assert replace(old[name], level=other) == new[other]


def test_duplicating_everyone_leaves_every_point_value(households) -> None:
    rows = households(800)
    doubled = replace(
        rows,
        labels=np.r_[rows.labels, rows.labels],
        groups=pd.concat([rows.groups, rows.groups]),
        clusters=np.r_[rows.clusters, rows.clusters],
        areas=np.r_[rows.areas, rows.areas],
    )

    policy = FairnessPolicy(gate=("home",))

    once, twice = (
        each.score(
            np.tile(rows.noisy, times),
            policy=policy,
            reference=np.tile(rows.truth, times),
        )
        for each, times in ((rows, 1), (doubled, 2))
    )

    # Groups only grow: who decided alone decides with the same excess.
    for one, two in zip(once.policy.findings, twice.policy.findings, strict=False):
        if one.gates and one.level == two.level:
            assert two.value == pytest.approx(one.value, abs=1e-12)
            assert two.excess == pytest.approx(one.excess, abs=1e-9)
    for name, estimate in once.metrics.items():
        # What is taken off for chance shrinks with more rows.
        if name != "ece":
            assert twice.metrics[name].value == pytest.approx(estimate.value, abs=1e-9)
    assert twice.area_recall.value == pytest.approx(once.area_recall.value)
    for one, two in zip(once.groups, twice.groups, strict=True):
        assert two.rows == 2 * one.rows
        assert two.false_negative_rate.value == pytest.approx(
            one.false_negative_rate.value
        )


def test_the_reference_is_measured_on_the_same_rows_and_weights() -> None:
    """Six rows of which two are chosen, by hand; each row stands there ten times."""
    card = score(
        np.repeat([1, 1, 0, 1, 1, 0], 10),
        np.repeat([0.9, 0.8, 0.1, 0.2, 0.3, 0.4], 10),
        reference=np.repeat([0.9, 0.1, 0.3, 0.8, 0.2, 0.4], 10),
        groups=pd.DataFrame({"a": np.repeat(["x", "y"], 30)}),
        capacity=1 / 3,
        policy=FairnessPolicy(gate=("a",), minimum_positives=1),
        replicates=64,
    )

    # The model finds both of x and none of y; the reference model one of each.
    x, y = card.policy.findings
    assert (x.excess, y.excess) == (pytest.approx(-1.0), pytest.approx(0.5))
    # Smallest recall: none against a half.
    assert card.policy.guard.value == pytest.approx(-0.5)


def test_the_excess_equals_what_two_scorecards_say(households) -> None:
    rows = households()
    policy = FairnessPolicy(gate=("home",))
    model, reference = (
        {group.level: group for group in rows.score(p).groups}
        for p in (rows.noisy, rows.truth)
    )

    verdict = rows.score(rows.noisy, policy=policy, reference=rows.truth).policy

    def missed(groups: dict[str, GroupMeasure], levels: Sequence[str]) -> float:
        mine = [groups[level] for level in levels]
        total = sum(group.positives for group in mine)
        return sum(g.false_negative_rate.value * g.positives for g in mine) / total

    levels = {"x", "y", "missing"}
    for finding in verdict.findings:
        [mine, others] = [
            missed(model, chosen) - missed(reference, chosen)
            for chosen in ([finding.level], [*levels - {finding.level}])
        ]
        expected = min(mine, mine - others)
        assert finding.excess == pytest.approx(expected, abs=1e-12)
    worst = [
        min(1 - missed(groups, [level]) for level in levels)
        for groups in (model, reference)
    ]
    assert verdict.guard.value == pytest.approx(worst[0] - worst[1], abs=1e-12)


def test_a_model_that_is_its_own_reference_pays_nothing(households) -> None:
    rows = households()
    policy = FairnessPolicy(gate=("home", "single"))

    verdict = rows.score(rows.noisy, policy=policy, reference=rows.noisy).policy

    for finding in verdict.findings:
        assert (finding.excess, finding.excess_low, finding.excess_high) == (0, 0, 0)
    assert verdict.guard.value == 0
    assert not verdict.guard.fails


def test_intersections_are_reported_and_decide_nothing(households) -> None:
    rows = households()
    crossed = FairnessPolicy(gate=("home",), intersections=(("home", "single"),))

    plain = rows.score(rows.noisy, policy=FairnessPolicy(gate=("home",)))
    card = rows.score(rows.noisy, policy=crossed)

    assert card.policy.findings == plain.policy.findings
    assert card.groups[: len(plain.groups)] == plain.groups
    assert {group.attribute for group in card.groups[len(plain.groups) :]} == {
        CROSS.join(("home", "single"))
    }
    assert sum(group.rows for group in card.groups[len(plain.groups) :]) == 3000


def test_a_missing_value_decides_as_any_other_group(households) -> None:
    rows = households(6000)
    unknown = rows.groups["home"].isna().to_numpy()
    # Those of whom the origin is not known are expected half as often.
    unseen = np.where(unknown, rows.truth / 2, rows.truth)

    verdict = rows.score(
        unseen, policy=FairnessPolicy(gate=("home",)), reference=rows.truth
    ).policy

    missing = verdict.findings[-1]
    assert missing.level == "missing"
    assert missing.state is PolicyState.VIOLATES
    assert missing.excess_low > 0
    assert verdict.state is PolicyState.VIOLATES


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_rows_give_a_scorecard_that_survives_its_json(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 30))
    column = st.lists
    share = st.integers(0, 10).map(lambda tenths: tenths / 10)
    labels = [
        0,
        1,
        *data.draw(column(st.integers(0, 1), min_size=n - 2, max_size=n - 2)),
    ]
    card = score(
        labels,
        data.draw(column(share, min_size=n, max_size=n)),
        groups=pd.DataFrame(
            {
                "a": data.draw(
                    column(st.sampled_from(["x", "y", None]), min_size=n, max_size=n)
                )
            }
        ),
        clusters=[
            0,
            1,
            *data.draw(column(st.integers(0, 5), min_size=n - 2, max_size=n - 2)),
        ],
        areas=data.draw(column(st.sampled_from("mn"), min_size=n, max_size=n)),
        policy=FairnessPolicy(gate=("a",), minimum_positives=1),
        replicates=64,
    )

    assert Scorecard.from_json(card.to_json()) == card


def test_submissions_on_the_same_rows_share_their_replicates(households) -> None:
    rows = households()

    first, second = rows.score(rows.noisy), rows.score(rows.truth)
    other_seed = rows.score(rows.noisy, seed=8)

    assert first.pairing == second.pairing != other_seed.pairing
    # Paired: the difference moves far less than if both were drawn apart.
    paired = np.var(first.replicates - second.replicates)
    assert paired < 0.5 * (np.var(first.replicates) + np.var(second.replicates))


def test_without_clusters_rows_are_resampled_and_areas_not_ranked() -> None:
    card = small()

    assert card.clusters == card.rows == 4
    assert card.area_recall is None
    assert card.areas == ()
    assert card.policy is None


@pytest.mark.parametrize(
    ("probabilities", "reason"),
    [
        ([0.1] * 1000, "constant"),
        ([0.0] * 1000, "constant"),
        ([1.0] * 1000, "constant"),
        ([0.1] * 998 + [0.9, 0.2], "near-constant"),
        (np.linspace(0.1, 0.1001, 1000), "near-constant"),
        (np.linspace(0.1, 0.2, 1000), None),
        ([0.1] * 900 + [0.2] * 100, None),
    ],
    ids=["constant", "zero", "one", "two odd rows", "a hair", "honest", "two steps"],
)
def test_a_model_that_tells_nobody_apart_is_named(
    probabilities: list[float], reason: str | None
) -> None:
    labels = np.arange(1000) % 7 == 0

    card = score(
        labels, probabilities, groups=pd.DataFrame(index=range(1000)), replicates=64
    )

    assert card.degenerate == reason


def test_interval_of_a_score_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    # Large sample value of 1 - E(p - y)^2 / (pi (1 - pi)) for p = truth.
    truth = 0.05 + 0.9 * random.beta(1, 4, 2_000_000)
    prevalence = truth.mean()
    target = np.var(truth) / (prevalence * (1 - prevalence))
    covered = {"scaled_brier": 0, "observed_expected": 0}
    for seed in range(200):
        p = truth[random.integers(0, len(truth), 900)]
        card = score(
            random.random(900) < p,
            p,
            groups=pd.DataFrame({"all": ["x"] * 900}),
            clusters=np.arange(900) // 9,
            replicates=256,
            seed=seed,
        )
        found = card.metrics["scaled_brier"], card.groups[0].observed_expected
        for name, estimate, value in zip(covered, found, (target, 1.0), strict=True):
            covered[name] += estimate.low <= value <= estimate.high

    # 95 % of 200 is 190; 180 and 199 lie outside the central 99.5 %.
    for name, count in covered.items():
        assert 180 <= count <= 199, name


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"clusters": [1, 2, 3]}, LengthMismatchError),
        ({"clusters": [1, 2, 3, None]}, ClustersRefusedError),
        ({"clusters": [1, 1, 1, 1]}, ClustersRefusedError),
        ({"areas": ["m"]}, LengthMismatchError),
        ({"groups": pd.DataFrame({"a": ["x"]})}, LengthMismatchError),
        ({"reference": [0.1]}, LengthMismatchError),
        ({"reference": [0.1, 0.2, 0.3, np.nan]}, ProbabilitiesRefusedError),
        ({"policy": CROSSED}, SettingRefusedError),
        ({"capacity": 0}, SettingRefusedError),
        ({"capacity": 1.5}, SettingRefusedError),
        ({"replicates": 1}, SettingRefusedError),
        ({"seed": -3}, SettingRefusedError),
        ({"policy": FairnessPolicy(gate=("absent",))}, SettingRefusedError),
        ({"policy": FairnessPolicy(report=("absent",))}, SettingRefusedError),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_by_name(
    changes: dict[str, object], error: type[ValueError]
) -> None:
    with pytest.raises(error):
        small(**changes)


def test_nan_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(ProbabilitiesRefusedError):
        score([0, 1], [np.nan, 0.2], groups=pd.DataFrame(index=range(2)))


@pytest.mark.parametrize("chance", [0.1017, 0.1, 0.3, 0.25])
def test_a_constant_finds_exactly_the_share_of_clusters_it_is_given(
    chance: float,
) -> None:
    """Its mean differs in the last bit between clusters, which once chose the areas."""
    rng = np.random.default_rng(5)
    clusters = np.repeat(np.arange(200), 50).astype(str)
    labels = np.tile(np.arange(50) < 5, 200)
    order = rng.permutation(10_000)
    found = score(
        labels[order],
        np.full(10_000, chance),
        groups=pd.DataFrame({"group": ["all"] * 10_000}),
        clusters=clusters[order],
        replicates=16,
    )
    assert found.area_recall.value == pytest.approx(0.1, abs=1e-12)
