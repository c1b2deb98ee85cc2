"""What is missing because something else is: shares and weights worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from challenge.brief import Brief
from challenge.schema import PartnerSchema
from challenge.synthesis.audit import Audit, AuditRows
from challenge.synthesis.audit.gaps import gap_findings
from challenge.synthesis.audit.population import Observed
from challenge.synthesis.audit.samples import samples

from ..blocks import a_block, column, feature, parents, partner, small_brief

POOR = np.repeat([0.0, 1.0], 20)
LEANING = {
    "share": 0.5,
    "tilt": [{"column": "poor", "equals": True, "odds": 9}],
}
"""Missing for 1 in 4 who are not poor and 3 in 4 who are: odds of 1/3 and 3."""
NUMBERS = {"quantiles": {0: 0, 1: 12}}


def debts() -> PartnerSchema:
    """One row per household; half of the months are missing, mostly of the poor."""
    return partner(
        "debts",
        [
            column("months", "integer", x_missing=LEANING, x_marginal=NUMBERS),
            column("other", "integer", x_missing=0.2, x_marginal=NUMBERS),
            column("start", "integer", x_missing=0.2, x_marginal=NUMBERS),
            column("long", "boolean"),
            column("known", "integer", x_marginal=NUMBERS),
            column("total", "integer"),
        ],
        x_constraints=[
            {"column": "long", "when": {"column": "months", "at_least": 6}},
            {"column": "start", "only": {"column": "months", "at_least": 1}},
            {"column": "total", "sum": ["months", "other"]},
        ],
    )


def contacts() -> PartnerSchema:
    """Several rows per household; a worry is told where an answer is."""
    yes = {"share": 0.5}
    return partner(
        "contacts",
        [
            column("contact_id", "string", x_use="link"),
            column("month", "number", x_marginal={"quantiles": {0: 0, 1: 6}}),
            column("answered", "boolean", x_missing=LEANING, x_marginal=yes),
            column("worry", "boolean", x_missing=0.2, x_marginal=yes),
        ],
        key="contact_id",
        x_rows={"count": {"proportions": {1: 1.0}}, "moment": "month"},
        x_coverage=0.5,
        x_constraints=[
            {"column": "worry", "only": {"column": "answered", "equals": True}}
        ],
        x_features=[feature("worries", "count", "worry")],
    )


def audited(brief: Brief, **columns: object) -> AuditRows:
    """Forty households, half of them poor, as an audit gets them."""
    rows = a_block(brief, 40).rows.assign(poor=POOR, **columns)
    frame = pd.DataFrame({name: np.ones(40) for name in brief.feature_names})
    return AuditRows(
        rows=rows,
        frame=frame,
        sets=np.full(40, "train", object),
        labels=np.zeros(40, bool),
        risk=np.zeros(40),
        plain=np.zeros(40),
        area_effects=np.zeros(40),
        tables={},
        areas={},
        sizes={"train": 40},
    )


def test_a_column_that_follows_is_expected_to_share_the_gaps_of_what_it_tells() -> None:
    brief = small_brief(debts(), parents())
    # Ten poor and ten other households have a debt.
    start = np.where(np.arange(40) % 2, 3.0, np.nan)
    rows = audited(brief, start=start)

    found = {gap.column: gap for gap in gap_findings(rows, brief)}

    # A known month for 3/4 of one half and 1/4 of the other.
    assert found["long"].declared == pytest.approx(1 - 1 / 2)
    assert found["total"].declared == pytest.approx(1 - 0.8 / 2)
    # Known where there is a debt, the month and the start itself are known.
    assert found["start"].declared == pytest.approx(1 - 0.8 / 2 / 2)
    assert found["months"].declared == 0.5
    assert found["known"].declared == 0
    assert found["long"].tilted
    assert found["total"].follows
    assert not found["other"].follows


def test_leaning_gaps_coincide_more_often_than_gaps_at_random() -> None:
    table = debts()
    twice = table.model_dump(by_alias=True, exclude_unset=True)
    twice["schema"]["fields"][2]["x-missing"] = LEANING
    brief = small_brief(PartnerSchema.model_validate(twice), parents())

    found = {gap.column: gap for gap in gap_findings(audited(brief), brief)}

    # Both are known for 9/16 of one half and 1/16 of the other, not for 1/4.
    assert found["total"].declared == pytest.approx(1 - (9 / 16 + 1 / 16) / 2)


def test_no_share_is_expected_of_what_is_made_of_several_rows() -> None:
    brief = small_brief(contacts(), parents())

    found = {gap.column: gap for gap in gap_findings(audited(brief), brief)}

    assert found["worries"].declared is None


def test_everyone_sees_two_decimals_of_a_share_that_follows_from_hidden_rows(
    days_audit: Audit,
) -> None:
    gaps = {gap.column: gap for gap in days_audit.gaps}
    shown = {gap.column: gap for gap in days_audit.public().gaps}

    assert gaps["first_arrears_month"].follows
    exact = gaps["first_arrears_month"].declared
    assert exact is not None
    assert shown["first_arrears_month"].declared == round(exact, 2) != exact


def test_a_row_weighs_by_the_chance_that_all_it_follows_from_was_known() -> None:
    brief = small_brief(contacts(), parents())
    seen = pd.DataFrame(
        {"month": 1.0, "answered": 1.0, "worry": [0.0, 1.0] * 20}, index=range(40)
    )
    tables = {"contacts": Observed(np.arange(40), seen)}
    rows = replace(audited(brief), tables=tables)

    found = samples(rows, brief)

    # Covered, the answer known, the worry known: the last two for each on its own.
    known = np.where(POOR, 0.25, 0.75)
    assert found["worry"].weights == pytest.approx(1 / (0.5 * 0.8 * known))
    assert found["answered"].weights == pytest.approx(1 / (0.5 * known))
    assert found["month"].weights == pytest.approx(np.full(40, 2.0))
