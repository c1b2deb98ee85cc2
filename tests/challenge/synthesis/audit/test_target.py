"""Truth, ceilings, power and sources: each figure against another way to find it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from challenge.brief import set_sizes
from challenge.synthesis.audit import Audit, planned_power
from challenge.synthesis.audit.basis import basis
from challenge.synthesis.audit.expectation import (
    Resampler,
    expected_scaled_brier,
    fold_of,
    soft_auroc,
)
from challenge.synthesis.audit.logistic import fit_logistic
from challenge.synthesis.audit.power import PLANNED_CHANGE, power_findings
from challenge.synthesis.audit.recovery import effect_findings, recovery_slope
from challenge.synthesis.audit.visible import places_of, see
from leaderboard import score
from leaderboard.fairness import power
from leaderboard.metrics.losses import scaled_brier

from ..estimates import logistic
from .cases import Case, normal_rows

GENERATOR = np.random.default_rng


def risks(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True risks, scores with ties, and clusters."""
    generator = GENERATOR(seed)
    risk = expit(generator.normal(-2, 1, size))
    scores = np.round(risk + generator.normal(0, 0.1, size), 1)
    return risk, scores, np.repeat(np.arange(size // 50), 50).astype(object)


def test_a_soft_auroc_counts_every_row_as_positive_and_as_negative() -> None:
    risk, scores, _ = risks(1_000, 0)
    labels = np.repeat([1, 0], 1_000)
    weights, twice = np.concatenate([risk, 1 - risk]), np.tile(scores, 2)

    value, influence = soft_auroc(risk, scores)

    expected = roc_auc_score(labels, twice, sample_weight=weights)
    assert value == pytest.approx(expected)
    assert influence.sum() == pytest.approx(0)


def test_a_soft_auroc_of_labels_is_the_auroc() -> None:
    risk, scores, _ = risks(1_000, 1)
    labels = (GENERATOR(1).random(1_000) < risk).astype(float)

    assert soft_auroc(labels, scores)[0] == pytest.approx(roc_auc_score(labels, scores))


def test_leaving_a_cluster_out_moves_the_auroc_as_its_influence_says() -> None:
    risk, scores, clusters = risks(5_000, 2)
    value, influence = soft_auroc(risk, scores)
    kept = clusters != 0

    without, _ = soft_auroc(risk[kept], scores[kept])
    assert without - value == pytest.approx(-influence[~kept].sum(), abs=2e-5)


def test_intervals_are_as_wide_as_clusters_make_them() -> None:
    generator, values, widths = GENERATOR(3), [], []
    for _ in range(60):
        own = np.repeat(generator.normal(0, 0.5, 60), 40)
        risk = expit(-1.5 + own + generator.normal(0, 0.8, 2_400))
        said = expit(-1.5 + generator.normal(0, 0.8, 2_400) * 0 + own * 0.3)
        clusters = np.repeat(np.arange(60), 40).astype(object)
        sampler = Resampler(clusters, 1)
        found = sampler.auroc(sampler.expect(risk, said))
        values.append(found.value)
        widths.append((found.high - found.low) / (2 * 1.96))

    assert np.mean(widths) == pytest.approx(np.std(values), rel=0.25)


def test_a_model_adds_nothing_to_itself() -> None:
    risk, scores, clusters = risks(1_000, 4)
    sampler = Resampler(clusters, 7)
    model = sampler.expect(risk, np.clip(scores, 0.01, 0.99))

    for found in (sampler.auroc(model, model), sampler.explained(model, model)):
        assert (found.value, found.low, found.high) == (0, 0, 0)


def test_an_expected_scaled_brier_is_the_mean_over_draws() -> None:
    risk, scores, _ = risks(4_000, 5)
    said, generator = np.clip(scores, 0.01, 0.99), GENERATOR(5)
    draws = [
        scaled_brier((generator.random(4_000) < risk).astype(float), said)
        for _ in range(200)
    ]

    assert expected_scaled_brier(risk, said) == pytest.approx(np.mean(draws), abs=3e-3)


def test_folds_never_split_a_neighbourhood() -> None:
    clusters = np.repeat(np.arange(9), 5).astype(object)

    folds = fold_of(clusters, GENERATOR(0))

    assert set(folds) == {0, 1}
    assert all(len(set(folds[clusters == c])) == 1 for c in range(9))


def test_a_logistic_fit_is_scikit_learns() -> None:
    rows = normal_rows(2_000, 6)
    design = np.column_stack([np.ones(2_000), rows])
    labels = GENERATOR(6).random(2_000) < expit(-1 + rows["a"] - 0.5 * rows["b"])

    fit = fit_logistic(design, labels.to_numpy(dtype=float), ridge=1e-9, steps=10)

    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(rows, labels)
    assert fit.solve()[1:] == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert fit.solve()[0] == pytest.approx(theirs.intercept_[0], abs=1e-5)
    mine = logistic(rows.to_numpy(), labels)
    assert fit.errors() == pytest.approx(mine.errors, rel=1e-4)


def test_a_part_of_a_fit_is_near_the_fit_of_that_part() -> None:
    rows = normal_rows(20_000, 7)
    design = np.column_stack([np.ones(20_000), rows])
    target = expit(-1 + 0.8 * rows["a"].to_numpy() - 0.4 * rows["b"].to_numpy())

    part = fit_logistic(design, target).solve(np.array([0, 1]))

    whole = fit_logistic(design[:, :2], target).solve()
    assert part == pytest.approx(whole, abs=0.05)


def test_each_effect_is_that_of_a_regression_on_all_terms(days: Case) -> None:
    inside = days.rows.inside
    found = effect_findings(days.rows, days.brief, days.mechanism, days.outcome)
    named = [f for f in found if f.kind != "none"]
    complete = days.rows.rows[inside]
    exposures = [term.exposure(complete) for term in days.mechanism.terms]
    groups = [f.name.partition("=") for f in found if f.kind == "none"]
    attributes = {a.name: a for a in days.brief.attributes}
    exposures += [attributes[n].of(complete) == level for n, _, level in groups]
    fit = logistic(
        np.column_stack(exposures).astype(float),
        days.rows.labels[inside],
        days.rows.area_effects[inside],
    )

    assert [f.found.value for f in found] == pytest.approx(fit.effects[1:], abs=1e-4)
    assert [(f.found.high - f.found.low) / 3.919928 for f in found] == pytest.approx(
        fit.errors[1:], rel=1e-3
    )
    assert [f.drawn for f in named] == days.outcome.effects.tolist()
    assert {name for name, _, _ in groups} >= {"origin"}
    assert 0.7 < (recovery_slope(found) or 0) < 1.3


def test_the_truth_is_above_what_can_be_seen(days_audit: Audit) -> None:
    found = {(c.set, c.source): c for c in days_audit.ceilings}
    for name in ("board", "final", "external"):
        truth, everything = found[name, "truth"], found[name, "all"]
        assert truth.auroc.value > everything.auroc.value > 0.6
        assert truth.scaled_brier > everything.scaled_brier
        for source in ("liss-whooz", "cz", "sterk-huis"):
            assert found[name, source].auroc.value < everything.auroc.value + 0.01


def test_the_truth_has_the_auroc_of_its_risks(days: Case, days_audit: Audit) -> None:
    mine = days.rows.risk[days.rows.sets == "final"]
    found = next(
        c for c in days_audit.ceilings if (c.set, c.source) == ("final", "truth")
    )

    labels, twice = np.repeat([1, 0], len(mine)), np.tile(mine, 2)
    weights = np.concatenate([mine, 1 - mine])
    expected = roc_auc_score(labels, twice, sample_weight=weights)
    assert found.auroc.value == pytest.approx(expected)


def test_a_model_that_sees_everything_comes_near_the_truth(quick: Case) -> None:
    # Nothing is missing and no area adds anything: only bends are left to find.
    rows = quick.rows
    frame = rows.rows[list(quick.brief.feature_names)]
    clear = replace(rows, frame=frame, risk=rows.plain)
    seen = see(clear, quick.brief, quick.mechanism, GENERATOR(0))
    mine = rows.sets == "final"
    features = places_of(quick.brief, quick.brief.tables_of("all"))

    said = seen.visible_risk(features)[mine]
    best, _ = soft_auroc(rows.plain[mine], rows.plain[mine])
    got, _ = soft_auroc(rows.plain[mine], said)
    assert best - 0.01 < got <= best
    assert said.mean() == pytest.approx(rows.plain[mine].mean(), abs=0.01)


def test_a_model_that_sees_nothing_says_the_prevalence(quick: Case) -> None:
    seen = see(quick.rows, quick.brief, quick.mechanism, GENERATOR(0))

    said = seen.visible_risk(np.array([], dtype=np.intp))[quick.rows.inside]
    assert np.ptp(said) < 0.05
    assert said.mean() == pytest.approx(quick.brief.target.prevalence, abs=0.02)


def test_a_basis_bends_and_marks_what_is_missing(quick: Case) -> None:
    frame = quick.rows.frame.copy()
    frame.loc[frame.index[:100], "income"] = np.nan
    made = basis(frame, quick.brief, quick.mechanism)
    place = quick.brief.feature_names.index("income")

    mine = [k for k, needed in enumerate(made.needs) if needed == {place}]
    values = made.matrix[:, mine]
    assert np.linalg.matrix_rank(values) >= 6
    # Missing rows are 0 but for the column that says so.
    assert (values[:100] != 0).sum(axis=1).max() == 1
    assert np.isfinite(made.matrix).all()


def test_the_power_is_the_share_of_draws_in_which_the_policy_is_met(
    quick: Case,
) -> None:
    generator, capacity = GENERATOR(8), quick.brief.capacity
    limits = quick.brief.limits.model_copy(
        update={"limit_ratio": 1.33, "limit_gap": 0.13}
    )
    brief = quick.brief.model_copy(update={"limits": limits})
    reference = quick.reference.predict(quick.rows.frame)
    here = quick.rows.sets == "final"
    rows, risk = quick.rows.rows[here], quick.rows.risk[here]
    groups = pd.DataFrame({a.name: a.of(rows) for a in brief.attributes})

    states = [
        score(
            generator.random(len(risk)) < risk,
            risk,
            groups=groups,
            clusters=rows["neighbourhood"],
            capacity=capacity,
            policy=brief.policy,
            reference=reference["all"][here],
            replicates=256,
            seed=seed,
        ).policy.state
        for seed in range(120)
    ]

    found = power_findings(quick.rows, brief, reference)
    told = next(f.power for f in found if f.set == "final")
    assert 0.2 < told < 0.95
    assert told == pytest.approx(states.count("meets") / len(states), abs=0.12)


def test_the_power_is_that_of_the_source_set_with_the_least(days: Case) -> None:
    references = days.reference.predict(days.rows.frame)

    def powers(*sources: str) -> dict[str, float]:
        mine = {source: references[source] for source in sources}
        return {f.set: f.power for f in power_findings(days.rows, days.brief, mine)}

    each = [powers(source) for source in references]
    assert len(each) == 4
    assert powers(*references) == {
        name: min(one[name] for one in each) for name in each[0]
    }


def test_without_a_reference_only_the_ratio_is_asked(quick: Case) -> None:
    reference = quick.reference.predict(quick.rows.frame)

    less = power_findings(quick.rows, quick.brief, reference)
    more = power_findings(quick.rows, quick.brief)
    assert all(a.power <= b.power for a, b in zip(less, more, strict=True))
    assert any(a.power < b.power for a, b in zip(less, more, strict=True))


def test_planned_power_rises_with_the_rows(days: Case) -> None:
    brief = days.brief
    few, many = (
        {
            (f.set, f.attribute): f.power
            for f in planned_power(
                set_sizes(brief, dict.fromkeys(brief.sets, n)), brief
            )
        }
        for n in (6_000, 60_000)
    )

    assert few.keys() == many.keys()
    assert {name for name, _ in few} == {"board", "final", "external"}
    assert all(many[key] > few[key] for key in few)


def test_planned_power_outside_is_that_of_the_prevalence_outside(quick: Case) -> None:
    # Odds of 1/4 times 4: one in two outside.
    target = quick.brief.target.model_copy(update={"prevalence": 0.2})
    shift = quick.brief.external.shift.model_copy(update={"prevalence_odds": 4})
    external = quick.brief.external.model_copy(update={"shift": shift})
    brief = quick.brief.model_copy(update={"target": target, "external": external})
    sizes = set_sizes(brief, {"external": 1_200})

    assert sizes[0].positives == pytest.approx(600)
    mine = {tuple(k.split("=")): v for k, v in sizes[0].groups.items()}
    [found] = planned_power(sizes, brief)
    assert 0.001 < found.power < 0.999
    assert found.power == power(
        brief.policy,
        mine,
        dict.fromkeys(mine, 0.5),
        changed=dict.fromkeys(mine, PLANNED_CHANGE),
    )


def test_a_plan_without_a_reference_asks_for_less(days: Case) -> None:
    sizes = set_sizes(days.brief, days.brief.sets)
    limits = days.brief.limits.model_copy(update={"reference": None})
    alone = days.brief.model_copy(update={"limits": limits})

    less = planned_power(sizes, days.brief)
    more = planned_power(sizes, alone)
    assert [f.set for f in less] == ["board", "final", "external"]
    assert all(a.power < b.power for a, b in zip(less, more, strict=True))


def test_a_source_adds_to_the_core_what_its_features_tell(days_audit: Audit) -> None:
    values = {found.name: found for found in days_audit.values}

    core = values["cbs_household"]
    assert core.gain.value == pytest.approx(core.alone.value - 0.5)
    assert core.gain.low > 0.1
    # A thirtieth of the households: too few to see anything.
    assert abs(values["sterkhuis_trajectory"].gain.value) < 0.01


def test_columns_come_with_the_most_telling_first(days_audit: Audit) -> None:
    columns = days_audit.sealed.columns
    order = [found.alone.value for found in columns]

    assert order == sorted(order, reverse=True)
    assert len(columns) == days_audit.features


def test_two_draws_of_one_law_are_alike(quick_audit: Audit) -> None:
    alike = {(f.first, f.second): f for f in quick_audit.likeness}

    assert alike["train", "practice"].shapes > 0.95
    assert all(0 <= f.shapes <= 1 for f in quick_audit.likeness)
    assert alike["train", "external"].shapes < alike["train", "train"].shapes
