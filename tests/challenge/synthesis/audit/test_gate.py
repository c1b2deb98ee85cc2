"""What a gate says to an audit, and what everyone may know of one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from challenge.brief.sections import Gate
from challenge.synthesis.audit import Audit, audit
from challenge.synthesis.audit.verdicts import verdict_findings
from challenge.synthesis.audit.visible import see
from challenge.synthesis.disclosure.findings import Disclosure, Finding

from .cases import Case


def test_an_honest_build_passes(quick: Case, quick_audit: Audit) -> None:
    assert quick_audit.objections(quick.brief.gate) == ()


def test_a_broken_marginal_is_objected_to_by_name(quick: Case) -> None:
    broken = quick.changed(income=quick.rows.rows["income"] * 1.3).audited()

    [(reason, hint)] = broken.objections(quick.brief.gate)
    assert "income" in reason
    assert hint


def test_a_broken_association_is_objected_to_by_name(quick: Case) -> None:
    shuffled = np.random.default_rng(0).permutation(quick.rows.rows["paid_work"])
    broken = quick.changed(paid_work=shuffled).audited()

    reasons = [reason for reason, _ in broken.objections(Gate(association_error=0.01))]
    assert reasons
    assert all("paid_work" in reason for reason in reasons)


def test_a_wrong_prevalence_is_objected_to(quick: Case, quick_audit: Audit) -> None:
    sets = tuple(s.model_copy(update={"risk": s.risk + 0.02}) for s in quick_audit.sets)
    off = quick_audit.model_copy(update={"sets": sets})

    [(reason, _)] = off.objections(Gate(prevalence_error=0.01))
    assert "0.0200" in reason


@pytest.mark.parametrize(
    ("excess", "said"),
    [
        (-0.01, "differ from the declared ones no more than chance explains"),
        (0.001, "by less than 0.01 more than chance explains"),
        (0.0149, "by at most 0.01 more than chance explains"),
    ],
)
def test_a_small_difference_is_said_in_words(
    quick_audit: Audit, excess: float, said: str
) -> None:
    marginals = tuple(
        m.model_copy(update={"error": 0.02 + excess, "chance": 0.02})
        for m in quick_audit.marginals
    )
    sets = tuple(s.model_copy(update={"risk": s.declared}) for s in quick_audit.sets)
    found = quick_audit.model_copy(update={"marginals": marginals, "sets": sets})

    distributions, _, prevalence = found.sentences(Gate())
    assert said in distributions
    assert "by less than 0.01 (" in prevalence


def test_a_small_group_is_objected_to(quick_audit: Audit) -> None:
    smallest = min(cell.rows or 0 for cell in quick_audit.cells)

    assert quick_audit.objections(Gate(minimum_cell=smallest)) == ()
    [(reason, _), *_] = quick_audit.objections(Gate(minimum_cell=smallest + 1))
    assert str(smallest) in reason


def test_low_power_keeps_a_real_event_closed_and_no_rehearsal(
    quick: Case, quick_audit: Audit
) -> None:
    gate = quick.brief.gate
    assert quick_audit.rehearsal
    assert quick_audit.objections(gate) == ()

    event = quick_audit.model_copy(update={"rehearsal": False})
    [(reason, hint)] = event.objections(gate)
    assert "is seen to meet the policy on the final rows" in reason
    assert "0.8" in reason
    assert "final set more rows" in hint
    assert event.objections(gate, rehearsal=True) == ()


def test_the_power_that_is_asked_for_is_enough(quick: Case, quick_audit: Audit) -> None:
    def with_power(chance: float) -> Audit:
        findings = tuple(
            f.model_copy(update={"power": chance if f.set == "final" else 0.0})
            for f in quick_audit.power
        )
        return quick_audit.model_copy(update={"power": findings, "rehearsal": False})

    assert with_power(0.80).objections(quick.brief.gate) == ()
    assert len(with_power(0.79).objections(quick.brief.gate)) == 1


def test_a_policy_that_no_visible_model_meets_is_objected_to(days: Case) -> None:
    # Home language gates, decides nearly everything, and no model may see it.
    protected = tuple(
        a.model_copy(
            update={"policy": "gate" if a.name == "home_language" else "report"}
        )
        for a in days.brief.protected
    )
    monitored = tuple(
        a.model_copy(update={"policy": "report"}) for a in days.brief.monitored
    )
    brief = days.brief.model_copy(
        update={"protected": protected, "monitored": monitored}
    )
    other = np.asarray(days.rows.rows["home_language_other"] == 1)
    drawn = np.random.default_rng(0).random(len(other)) < 0.9
    rows = replace(
        days.rows,
        risk=np.where(other, 0.9, days.rows.risk),
        labels=np.where(other, drawn, days.rows.labels),
    )

    # Without a reference: beside one the truth would find fewer of everybody else.
    found = audit(rows, brief, days.mechanism, days.outcome, days.secret)

    states = {(v.model, v.source): v.state for v in found.verdicts}
    assert {k[1] for k, v in states.items() if v == "violates"} == set(
        brief.source_names
    )
    assert "violates" not in {states["truth", s] for s in brief.source_names}
    reasons = [reason for reason, _ in found.objections(brief.gate)]
    assert any("best model that the source set cz can see" in r for r in reasons)
    public = found.public()
    assert [v.state for v in public.verdicts] == [v.state for v in found.verdicts]
    assert all(v.groups == () for v in public.verdicts)


def test_a_policy_that_the_truth_violates_is_objected_to(
    quick: Case, quick_audit: Audit
) -> None:
    # Beside a reference that finds one group and nobody else, the truth finds less.
    seen = see(quick.rows, quick.brief, quick.mechanism, np.random.default_rng(0))
    single = quick.rows.rows["household_type"] == "single_parent"
    finds_single = np.where(single, 0.5, 0.0) + quick.rows.risk / 3

    verdicts = verdict_findings(
        seen, quick.brief, "final", {"all": finds_single}, seed=1
    )
    found = quick_audit.model_copy(update={"verdicts": verdicts})

    truth = verdicts[0]
    assert (truth.model, truth.state) == ("truth", "violates")
    wrong = [g.level for g in truth.groups if g.state == "violates"]
    assert wrong == ["single_parent"]
    reasons = [reason for reason, _ in found.objections(quick.brief.gate)]
    assert any("The true risk does not meet the policy" in r for r in reasons)


def test_without_gating_attributes_there_is_no_power_and_no_verdict(
    quick: Case, quick_audit: Audit
) -> None:
    free = {
        key: tuple(a.model_copy(update={"policy": "report"}) for a in attributes)
        for key, attributes in (
            ("protected", quick.brief.protected),
            ("monitored", quick.brief.monitored),
        )
    }
    found = replace(quick, brief=quick.brief.model_copy(update=free)).audited()

    assert (found.power, found.verdicts) == ((), ())
    event = found.model_copy(update={"rehearsal": False})
    assert event.objections(quick.brief.gate) == ()


def test_failed_rows_of_a_partner_are_objected_to(quick_audit: Audit) -> None:
    failed = Finding.of("membership", 0.7, (0.6, 0.8), limit=0.5)
    learned = quick_audit.model_copy(
        update={"disclosures": {"parents": Disclosure(findings=(failed,))}}
    )

    [(reason, _)] = learned.objections(Gate())
    assert "parents" in reason


def test_learned_figures_that_nobody_checked_are_objected_to(
    quick: Case, quick_audit: Audit
) -> None:
    [parents] = quick.brief.partners
    drawn = next(c for c in parents.columns if c.marginal is not None)
    source = drawn.source.model_copy(update={"status": "learned"})
    columns = [
        c.model_copy(update={"source": source}) if c == drawn else c
        for c in parents.columns
    ]
    table = parents.table.model_copy(update={"columns": tuple(columns)})
    learned = parents.model_copy(update={"table": table})
    case = replace(quick, brief=quick.brief.model_copy(update={"partners": (learned,)}))

    found = case.audited()

    assert found.provenance.learned == 1
    assert found.provenance.total == quick_audit.provenance.total
    assert found.disclosures == {"parents": None}
    [(reason, hint)] = found.public().objections(case.brief.gate)
    assert "parents" in reason
    assert "partners/parents.report.json" in hint


def test_learned_figures_whose_checks_passed_are_not_objected_to(
    quick_audit: Audit,
) -> None:
    passed = Finding.of("membership", 0.5, (0.4, 0.6), limit=0.5)
    learned = {"parents": Disclosure(findings=(passed,))}

    found = quick_audit.model_copy(update={"disclosures": learned})
    assert found.objections(Gate()) == quick_audit.objections(Gate())


def test_chance_is_no_reason_to_refuse(quick: Case, quick_audit: Audit) -> None:
    strict = Gate(marginal_error=0.0001, association_error=0.0001)

    assert quick_audit.objections(strict) == ()


@pytest.mark.parametrize("fixture", ["quick_audit", "days_audit"])
def test_an_audit_survives_json(fixture: str, request: pytest.FixtureRequest) -> None:
    audit: Audit = request.getfixturevalue(fixture)

    for shown in (audit, audit.public()):
        text = shown.model_dump_json()
        assert "NaN" not in text
        assert Audit.model_validate_json(text) == shown


def test_an_audit_of_the_same_build_is_the_same(
    quick: Case, quick_audit: Audit
) -> None:
    assert quick.audited() == quick_audit


def test_a_public_audit_has_nothing_exact_and_nothing_sealed(days_audit: Audit) -> None:
    public = days_audit.public()

    assert public.sealed is None
    assert public.is_public
    for found in public.ceilings:
        assert found.auroc.value == round(found.auroc.value, 2)
        assert found.scaled_brier == round(found.scaled_brier, 2)
    for found in public.sets:
        assert found.risk == round(found.risk, 2)
        assert found.share == round(found.share, 2)
    for cell in public.cells:
        assert cell.rows is None or (cell.rows >= 10 and cell.rows % 5 == 0)
    assert "effects" not in json.loads(public.model_dump_json())


def test_a_public_difference_is_never_below_the_exact_one(days_audit: Audit) -> None:
    public = days_audit.public()

    for exact, shown in zip(days_audit.marginals, public.marginals, strict=True):
        assert exact.error <= shown.error + 1e-9 <= exact.error + 0.0101
        assert [p.declared for p in exact.points] == [p.declared for p in shown.points]


def test_a_public_share_rests_on_five_rows_or_more(quick_audit: Audit) -> None:
    for found in quick_audit.public().marginals:
        step = max(0.001, 5 / found.rows)
        for point in found.points:
            if found.form != "quantiles":
                assert point.got / step == pytest.approx(
                    round(point.got / step), abs=0.01
                )
