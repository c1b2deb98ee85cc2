from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, count, false_negative_rate, selection_rate
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score

from leaderboard import FairnessPolicy, PolicyState, Scorecard, score
from leaderboard.errors import GroupsRefusedError, LengthMismatchError
from leaderboard.groups.cells import cross_cells, read_cells
from leaderboard.policy import CROSS


def test_levels_stand_in_order_with_missing_last() -> None:
    table = pd.DataFrame({"single": [True, False, None], "age": [2, 1, 2]})

    cells = read_cells(table, rows=3)

    assert [(cell.attribute, cell.level) for cell in cells] == [
        ("single", "False"),
        ("single", "True"),
        ("single", "missing"),
        ("age", "1"),
        ("age", "2"),
    ]
    assert cells[4].members.tolist() == [True, False, True]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["x", None, "x"], dtype="category"),
        pd.Series(["x", np.nan, "x"], dtype=object),
        pd.Series(["x", pd.NA, "x"], dtype="string"),
    ],
    ids=["category", "object", "string"],
)
def test_a_missing_value_is_a_group_whatever_the_type(column: pd.Series) -> None:
    cells = read_cells(column.to_frame("a"), rows=3)

    assert [(cell.level, cell.members.tolist()) for cell in cells] == [
        ("x", [True, False, True]),
        ("missing", [False, True, False]),
    ]


def test_the_index_of_the_table_does_not_matter() -> None:
    cells = read_cells(pd.DataFrame({"a": ["x", "y"]}, index=[7, 3]), rows=2)

    assert cells[0].members.tolist() == [True, False]


def test_a_table_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(GroupsRefusedError, match="list"):
        read_cells([["x"]], rows=1)  # type: ignore[arg-type]
    with pytest.raises(GroupsRefusedError, match="same name"):
        read_cells(pd.DataFrame([["x", "y"]], columns=["a", "a"]), rows=1)
    with pytest.raises(LengthMismatchError, match="groups has 1 rows"):
        read_cells(pd.DataFrame({"a": ["x"]}), rows=2)


def test_crossed_cells_are_the_rows_that_belong_to_both() -> None:
    table = pd.DataFrame(
        {
            "a": ["x", "x", "y", "y", None, "x"],
            "b": [1, 2, 1, 1, 2, 1],
            "c": ["u", "u", "u", "v", "v", "u"],
        }
    )
    cells = read_cells(table, rows=6)

    pairs = cross_cells(cells, [("a", "b")])
    triples = cross_cells(cells, [("c", "b", "a")])

    assert {cell.attribute for cell in pairs} == {CROSS.join("ab")}
    # Nobody is y and 2, or missing and 1.
    assert [(c.level, np.flatnonzero(c.members).tolist()) for c in pairs] == [
        (CROSS.join(("x", "1")), [0, 5]),
        (CROSS.join(("x", "2")), [1]),
        (CROSS.join(("y", "1")), [2, 3]),
        (CROSS.join(("missing", "2")), [4]),
    ]
    assert sum(cell.members.sum() for cell in triples) == 6
    assert triples[0].attribute == CROSS.join("cba")


def test_group_rates_equal_fairlearn(households) -> None:
    rows = households()
    policy = FairnessPolicy(intersections=(("home", "single"),))
    card = rows.score(rows.noisy, policy=policy)
    # No ties: with a threshold instead of a capacity the same rows are chosen.
    chosen = rows.noisy >= np.sort(rows.noisy)[-300]
    columns = rows.groups.fillna("missing").astype(str)
    crossed = CROSS.join(columns)
    columns[crossed] = columns["home"].str.cat(columns["single"], sep=CROSS)

    assert {group.attribute for group in card.groups} == {*columns}
    for attribute, column in columns.items():
        frame = MetricFrame(
            metrics={
                "rows": count,
                "selection_rate": selection_rate,
                "false_negative_rate": false_negative_rate,
            },
            y_true=rows.labels,
            y_pred=chosen,
            sensitive_features=column,
        ).by_group
        groups = [group for group in card.groups if group.attribute == attribute]
        assert {group.level for group in groups} == set(frame.index)
        for group in groups:
            expected = frame.loc[group.level]
            assert group.rows == expected["rows"]
            for name in ("selection_rate", "false_negative_rate"):
                got = getattr(group, name).value
                assert got == pytest.approx(expected[name], abs=1e-12)


def test_group_auroc_and_calibration_equal_their_definitions(households) -> None:
    rows = households()
    single = rows.groups["single"].to_numpy(bool)

    card = rows.score(rows.noisy)
    group = next(group for group in card.groups if group.level == "True")

    assert group.positives == rows.labels[single].sum()
    assert group.auroc.value == pytest.approx(
        roc_auc_score(rows.labels[single], rows.noisy[single]), abs=1e-12
    )
    assert group.observed_expected.value == pytest.approx(
        rows.labels[single].sum() / rows.noisy[single].sum(), abs=1e-12
    )


def test_groups_of_six_rows_by_hand() -> None:
    card = score(
        [1, 0, 1, 0, 0, 0],
        [0.9, 0.8, 0.6, 0.6, 0.2, 0.1],
        groups=pd.DataFrame({"a": ["x", "x", "y", "y", "y", "z"]}),
        areas=["m", "m", "m", "n", "n", "n"],
        capacity=0.5,
        replicates=64,
    )

    x, y, z = card.groups
    assert (x.rows, y.rows, z.rows) == (2, 3, 1)
    assert (x.positives, y.positives, z.positives) == (1, 1, 0)
    assert x.selection_rate.value == 1
    assert y.selection_rate.value == pytest.approx(1 / 3)
    assert x.false_negative_rate.value == 0
    assert y.false_negative_rate.value == pytest.approx(0.5)
    assert z.false_negative_rate is None
    assert y.observed_expected.value == pytest.approx(1 / 1.4)
    assert x.auroc is None
    assert card.gaps == {}
    assert x.imprecise
    m, n = card.areas
    assert (m.name, m.rows, m.positives) == ("m", 3, 2)
    assert m.expected == pytest.approx(2.3 / 3)
    assert m.observed.value == pytest.approx(2 / 3)
    assert n.observed.value == 0


def test_the_gap_lies_between_the_extreme_groups(households) -> None:
    rows = households(6000)

    card = rows.score(rows.noisy)

    rates = [
        group.false_negative_rate.value
        for group in card.groups
        if group.attribute == "home"
    ]
    gap = card.gaps["home"]
    assert gap.value == pytest.approx(max(rates) - min(rates))
    # Group and outcome are drawn apart, so the true gap is 0.
    assert gap.low == 0
    assert gap.value < gap.high < 1


def test_a_gap_that_is_there_is_seen(households) -> None:
    rows = households(6000)
    single = rows.groups["single"].to_numpy(bool)

    gap = rows.score(np.where(single, rows.noisy / 1.5, rows.noisy)).gaps["single"]

    assert gap.low > 0.1


def test_identical_groups_have_a_gap_of_zero_without_interval() -> None:
    random = np.random.default_rng(0)
    p = random.random(400)
    y = random.random(400) < p
    clusters = np.repeat(np.arange(40), 10)

    card = score(
        np.r_[y, y],
        np.r_[p, p],
        groups=pd.DataFrame({"half": ["a"] * 400 + ["b"] * 400}),
        clusters=np.r_[clusters, clusters],
        capacity=0.3,
        replicates=64,
    )

    gap = card.gaps["half"]
    assert (gap.value, gap.low, gap.high) == (0.0, None, None)


def test_a_group_in_few_neighbourhoods_has_no_calibration_interval(
    households,
) -> None:
    rows = households()
    few = np.isin(rows.clusters, ["buurt 1", "buurt 2"])
    groups = pd.DataFrame({"near": np.where(few, "yes", "no")})

    card = score(
        rows.labels, rows.noisy, groups=groups, clusters=rows.clusters, replicates=64
    )

    no, yes = card.groups
    assert no.observed_expected.low is not None
    assert yes.observed_expected.low is None


def spread_out(*, neighbourhoods: int) -> Scorecard:
    """Score a group in thirty neighbourhoods, with positives in a few of them."""
    random = np.random.default_rng(0)
    clusters = np.repeat(np.arange(60), 20)
    near = clusters < 30
    labels = random.random(1200) < 0.5
    labels[near & (clusters >= neighbourhoods)] = False
    return score(
        labels,
        random.random(1200),
        groups=pd.DataFrame({"near": np.where(near, "yes", "no")}),
        clusters=clusters,
        capacity=0.5,
        policy=FairnessPolicy(gate=("near",), minimum_positives=20),
        replicates=64,
    )


def test_a_share_of_positives_rests_on_the_neighbourhoods_that_have_any() -> None:
    """In 1,500 simulations of three such neighbourhoods an interval held in 90 %."""
    no, yes = spread_out(neighbourhoods=4).groups

    assert yes.positives > 30
    assert no.false_negative_rate.low is not None
    assert yes.selection_rate.low is not None
    assert (yes.false_negative_rate.low, yes.false_negative_rate.high) == (None, None)
    assert spread_out(neighbourhoods=5).groups[1].false_negative_rate.low is not None


def test_a_ranking_rests_on_the_neighbourhoods_of_the_class_that_has_fewest() -> None:
    """Positives in three neighbourhoods, negatives in thirty: held in 82 % of 400."""
    no, yes = spread_out(neighbourhoods=4).groups
    more = spread_out(neighbourhoods=5).groups[1]

    assert (yes.auroc.low, yes.bnsp.low, no.bpsn.low) == (None, None, None)
    assert None not in (no.auroc.low, no.bnsp.low, yes.bpsn.low)
    assert None not in (more.auroc.low, more.bnsp.low)


def test_a_gap_to_a_group_in_few_neighbourhoods_has_no_interval() -> None:
    """In 300 simulations of groups in one to four, a gap of 0 was covered in 85 %."""
    few, enough = (spread_out(neighbourhoods=n).gaps["near"] for n in (4, 5))

    assert few.value > 0
    assert (few.low, few.high) == (None, None)
    assert enough.high is not None


def test_no_policy_decides_on_positives_of_few_neighbourhoods() -> None:
    few, enough = (spread_out(neighbourhoods=n).policy.findings[1] for n in (4, 5))

    assert few.gates
    assert (few.level, few.state, few.low) == ("yes", PolicyState.UNDETERMINED, None)
    assert enough.low is not None


@pytest.mark.parametrize(
    "runs", [30, pytest.param(500, marks=pytest.mark.full)], ids="{} runs".format
)
def test_a_gap_to_a_group_in_six_neighbourhoods_is_covered(runs: int) -> None:
    """The true gap is 0; intervals that were not widened held it in 91 %."""
    clusters = np.repeat(np.arange(60), 30)
    groups = pd.DataFrame({"near": np.where(clusters < 6, "yes", "no")})
    held = []
    for seed in range(runs):
        random = np.random.default_rng(seed)
        labels = random.random(1800) < 0.4
        alike = 0.7 * random.normal(size=60)[clusters]
        gaps = score(
            labels,
            expit(labels - 1 + alike + random.normal(size=1800)),
            groups=groups,
            clusters=clusters,
            capacity=0.4,
            replicates=256,
            seed=seed,
        ).gaps
        # One draw in a few hundred misses nearly nobody, and has no rate to show.
        held += [gap.low <= 0 for gap in gaps.values()]

    # Of 30 at 95 %, fewer than 25 come out in 0.3 %.
    assert len(held) > 0.98 * runs
    assert np.mean(held) >= (0.93 if runs == 500 else 25 / 30)


def test_group_losses_and_rankings_across_the_border_equal_scikit_learn(
    households,
) -> None:
    rows = households()
    single = rows.groups["single"].to_numpy(bool)
    y, p = rows.labels, rows.noisy.round(2)

    group = next(group for group in rows.score(p).groups if group.level == "True")

    assert group.brier.value == pytest.approx(
        brier_score_loss(y[single], p[single]), abs=1e-12
    )
    background_positive = (~single & y) | (single & ~y)
    background_negative = (~single & ~y) | (single & y)
    for estimate, chosen in (
        (group.bpsn, background_positive),
        (group.bnsp, background_negative),
    ):
        expected = roc_auc_score(y[chosen], p[chosen])
        assert estimate.value == pytest.approx(expected, abs=1e-12)
        assert estimate.low < estimate.value < estimate.high


def test_rankings_across_a_border_need_both_classes_on_both_sides(households) -> None:
    rows = households()
    outside = np.zeros(3000, dtype=bool)
    # Nine positives and many negatives outside.
    outside[np.flatnonzero(rows.labels)[:9]] = True
    outside[np.flatnonzero(~rows.labels)[:500]] = True
    groups = pd.DataFrame({"in": np.where(outside, "b", "a")})

    a, b = replace(rows, groups=groups).score(rows.noisy).groups

    assert a.auroc is not None
    assert (a.bpsn, a.bnsp) == (None, None)
    assert (b.auroc, b.bpsn, b.bnsp) == (None, None, None)
    assert b.brier is not None
