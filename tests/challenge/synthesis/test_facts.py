"""What the programme knows comes back from the rows: the facts of the first 1000 days.

Facts are looked up in complete tables, before coverage and gaps. Facts 12, 19 and 22
are about work that is not in this edition; fact 15 (interactions) and the second half
of 18 (origin) stand in test_recovery. See docs/data.md.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from challenge.synthesis.drawing.complete import Complete
from challenge.synthesis.tables.extracts import household_extract

from .estimates import (
    design,
    discrimination,
    intraclass_correlation,
    logistic,
    odds_ratio,
    ratio,
    share,
)
from .whole_tables import (
    LARGE,
    LARGE_SEED,
    SMALL,
    area_table,
    linked,
    neighbourhoods,
    one_row_columns,
    whole,
    whole_block,
)

SEEDS, MORE_SEEDS = (1, 2), (3, 4, 5)
CBS, CZ = "cbs_household", "cz_insured"
ONE_ROW = (CBS, CZ, "liss_panel", "municipality_support", "perined_birth")

sizes = pytest.mark.parametrize(
    "table",
    [
        *((SMALL, seed) for seed in SEEDS),
        *(pytest.param((SMALL, seed), marks=pytest.mark.full) for seed in MORE_SEEDS),
        pytest.param((LARGE, LARGE_SEED), marks=pytest.mark.full),
    ],
    indirect=True,
    ids=lambda drawn: f"{drawn[0]}-{drawn[1]}",
)

seen = pytest.mark.parametrize(
    "drawn",
    [
        *((SMALL, seed) for seed in SEEDS),
        *(pytest.param((SMALL, seed), marks=pytest.mark.full) for seed in MORE_SEEDS),
        pytest.param((LARGE, LARGE_SEED), marks=pytest.mark.full),
    ],
    ids=lambda drawn: f"{drawn[0]}-{drawn[1]}",
)


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Complete:
    """A complete table of a size and a seed."""
    return whole(*request.param)


@pytest.fixture(scope="module")
def large() -> Complete:
    """The complete table of 200,000 households."""
    return whole(LARGE, LARGE_SEED)


def by(table: Complete, column: str) -> pd.Series:
    """Share of the target at each value of a column."""
    return pd.Series(table.labels).groupby(table.rows[column]).mean()


@sizes
def test_1_prevalence_is_the_briefs_and_above_long_term_low_income(
    table: Complete,
) -> None:
    prevalence = share(table.labels)

    assert prevalence.within(0.08, 0.12)
    assert prevalence.value > table.rows["low_income_4y"].mean()


@sizes
def test_2_one_parent_goes_with_the_target(table: Complete) -> None:
    single = table.rows["household_type"] == "single_parent"

    assert odds_ratio(single, table.labels).within(2.5, 6)


@sizes
def test_3_more_schooling_goes_with_less_of_the_target(table: Complete) -> None:
    shares = by(table, "education_mother")

    assert shares["low"] > shares["middle"] > shares["high"]


@sizes
def test_9_births_follow_the_published_shares(table: Complete) -> None:
    rows = table.rows

    assert share(rows["preterm"]).within(0.056, 0.076)
    assert share(rows["sga_p10"]).within(0.087, 0.107)
    assert share(rows["big2"]).within(0.13, 0.165)
    either = (rows["preterm"] == 1) | (rows["sga_p10"] == 1)
    assert (rows["big2"] == either).all()
    assert (rows["preterm"] == (rows["gestation_weeks"] < 37)).all()


@sizes
def test_10_smoking_falls_with_schooling(table: Complete) -> None:
    smoking = table.rows.groupby("education_mother")["smoking_pregnancy"].mean()

    assert smoking["low"] > smoking["middle"] > smoking["high"]
    assert share(table.rows["smoking_pregnancy"]).within(0.062, 0.092)


@sizes
def test_23_money_to_take_part_is_for_incomes_below_120_percent(
    table: Complete,
) -> None:
    rows = table.rows
    helped = rows["leergeld_like_support"] == 1

    assert helped.any()
    assert rows.loc[helped, "income_pct_social_minimum"].max() < 120


@seen
def test_20_tables_link_and_hold_no_real_postcode_and_no_date(
    drawn: tuple[int, int],
) -> None:
    brief, tables = whole(*drawn).brief, linked(*drawn).tables
    places = area_table(*drawn)
    children = set(tables["perined_birth"]["child_id"])

    for partner in (p for p in brief.partners if not p.is_area):
        rows = tables[partner.name]
        assert rows[partner.table.primary_key].is_unique
        for key in partner.table.foreign_keys:
            other = tables[key.reference["resource"]]
            assert rows[key.fields].isin(other[key.reference["fields"]]).all()
    assert len(children) == len(tables[CBS]) == drawn[0]
    assert tables[CBS]["postcode4"].isin(places["postcode4"]).all()
    assert places["postcode4"].str.fullmatch(r"0\d{3,}").all()
    assert not any(holds_dates(rows) for rows in [*tables.values(), places])


def holds_dates(rows: pd.DataFrame) -> bool:
    """Whether a table has a column of dates, by type or by how texts look."""
    texts = rows.select_dtypes(object).head(1000).astype(str)
    looks = re.compile(r"\d{4}-\d{2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
    return rows.dtypes.map(pd.api.types.is_datetime64_any_dtype).any() or any(
        texts[name].str.contains(looks).any() for name in texts
    )


@sizes
def test_birth_weight_follows_gestation_and_small_is_small(table: Complete) -> None:
    births = table.rows
    weeks, weight = births["gestation_weeks"], births["birth_weight_g"]
    small = births["sga_p10"] == 1
    typical = {28: 1100, 32: 1800, 37: 2950, 40: 3500}  # of the Perined curves

    for week, grams in typical.items():
        near = weight[(weeks - week).abs() <= (1 if week < 37 else 0.3)]
        assert near.median() == pytest.approx(grams, rel=0.15 if week < 37 else 0.04)
    assert weight[weeks < 32].max() < 2700
    # Of children born at one length of gestation, each small one weighs less than
    # each other one, but for rounding to tens of grams.
    heaviest, lightest = (
        weight[small].groupby(weeks).max(),
        weight[~small].groupby(weeks).min(),
    )
    assert ((heaviest - lightest).dropna() <= 10).all()


@sizes
def test_social_assistance_means_an_income_about_the_social_minimum(
    table: Complete,
) -> None:
    assisted = table.rows[table.rows["benefit_bijstand"] == 1]

    assert share(table.rows["benefit_bijstand"]).within(0.035, 0.045)
    assert assisted["income_pct_social_minimum"].between(70, 119).all()
    assert assisted["income_std"].max() < 21_000
    assert set(assisted["employment_mother"]) == {"none", "flex"}


@sizes
def test_help_with_money_is_for_incomes_near_the_social_minimum(
    table: Complete,
) -> None:
    rows = table.rows

    for help_, low, high in (
        ("food_bank", 0.006, 0.010),
        ("special_assistance_12m", 0.035, 0.045),
    ):
        assert share(rows[help_]).within(low, high)
        assert rows.loc[rows[help_] == 1, "income_pct_social_minimum"].max() < 130


@sizes
def test_help_and_registration_for_debts_are_for_debts(table: Complete) -> None:
    rows = table.rows
    in_debt = rows["debt_problem"] == 1

    assert share(rows["debt_help"]).within(0.016, 0.024)
    assert in_debt[rows["debt_help"] == 1].all()
    assert in_debt[rows["cak_registered"] == 1].all()
    assert odds_ratio(rows["arrears_6m"] == 1, in_debt).value > 10
    assert (rows.loc[rows["cak_registered"] == 1, "premium_arrears_months"] == 6).all()
    assert rows.loc[in_debt, "savings_buffer_1000"].mean() < 0.5


@sizes
def test_no_more_premiums_are_unpaid_than_months_have_passed(table: Complete) -> None:
    behind = table.rows[table.rows["premium_arrears_months"] > 0]
    prediction_month = table.brief.target.prediction_month

    passed = prediction_month - behind["first_arrears_month"]
    assert (passed >= behind["premium_arrears_months"]).all()


@sizes
def test_an_interpreter_is_for_who_speaks_another_language_at_home(
    table: Complete,
) -> None:
    helped = table.rows[table.rows["interpreter_used"] == 1]

    assert (helped["home_language_other"] == 1).all()
    assert set(helped["origin"]) == {"Europe", "outside_Europe"}


@sizes
def test_the_youngest_mothers_are_as_far_in_life_as_they_can_be(
    table: Complete,
) -> None:
    rows = table.rows
    young = rows["mother_age_at_birth"] < 20
    settled = (rows["tenure"] == "owner") & (rows["household_type"] == "couple_married")

    assert rows["mother_age_at_birth"].min() == 19  # 19 or younger
    assert (young & (rows["education_mother"] == "high")).mean() < 0.002
    assert (young & (rows["parity"] == 2)).mean() < 0.001
    assert (young & settled).mean() < 0.002


@sizes
def test_twins_come_early_and_by_caesarean_more_often(table: Complete) -> None:
    rows = table.rows
    twins, early = rows["multiple"] == 1, rows["preterm"] == 1
    caesarean = rows["mode_delivery"] == "caesarean"

    assert share(early[twins]).within(0.40, 0.55)
    assert share(caesarean[twins]).within(0.38, 0.52)
    assert odds_ratio(twins, rows["sga_p10"] == 1).value > 2


@seen
def test_nothing_is_written_down_before_it_can_be_known(
    drawn: tuple[int, int],
) -> None:
    contacts = linked(*drawn).tables["ggd_contact"]
    trajectories = linked(*drawn).tables["sterkhuis_trajectory"]
    first = {
        "length_sds": 1,
        "vanwiechen_score": 1,
        "vaccinated_on_schedule": 4,
        "breastfed_3m": 4,
        "language_concern": 11,
        "vve_indication": 14,
    }

    for column, age in first.items():
        asked = contacts["age_months"] >= age
        assert not asked.all()
        assert (contacts[column].notna() == asked).all()
    assert trajectories["start_month"].min() >= 0


@seen
def test_a_child_in_foster_care_lives_elsewhere(drawn: tuple[int, int]) -> None:
    trajectories = linked(*drawn).tables["sterkhuis_trajectory"]
    away = trajectories["care_type"].isin(["foster", "residential"])

    assert (away == (trajectories["out_of_home"] == 1)).all()
    assert share(away).within(0.10, 0.14)


@seen
def test_a_survey_weight_tells_nothing_of_the_language_at_home(
    drawn: tuple[int, int],
) -> None:
    block, brief = whole_block(*drawn), whole(*drawn).brief
    panel = next(p for p in brief.partners if p.name == "liss_panel")
    extract = household_extract(block, panel)
    people = block.rows.iloc[extract.household].reset_index(drop=True)
    weight = extract.rows["survey_weight"]

    named = ["debt_problem", "education_mother", "household_type"]
    assert {tilt.column for tilt in panel.coverage.tilt} == set(named)
    within = weight.groupby([people[name] for name in named])
    assert (within.nunique() <= 1).all()
    by_weight = people.groupby(weight)["home_language_other"]
    assert (by_weight.mean()[by_weight.size() >= 50] < 0.5).all()


@pytest.mark.full
def test_4_more_contacts_go_with_less_of_the_target(large: Complete) -> None:
    contacts = large.rows["social_contacts_week"]

    assert stats.spearmanr(contacts, large.labels).statistic < 0


@pytest.mark.full
def test_5_sleeping_badly_goes_with_the_target(large: Complete) -> None:
    badly = large.rows["sleep_problems"].isin(["often", "always"]).to_numpy()

    relative = ratio(share(large.labels[badly]), share(large.labels[~badly]))
    assert relative.within(1.2, 2.5)


@pytest.mark.full
def test_6_premium_arrears_follow_the_published_ratios(large: Complete) -> None:
    arrears, kind = large.rows["arrears_6m"], large.rows["household_type"]
    all_households = share(arrears)
    assisted = share(arrears[large.rows["benefit_bijstand"] == 1])
    single = share(arrears[kind == "single_parent"])
    married = share(arrears[kind == "couple_married"])

    assert all_households.within(0.006, 0.018)
    assert ratio(single, married).within(2.5, 7)
    assert ratio(assisted, all_households).within(2.5, 6)


@pytest.mark.full
def test_7_premium_arrears_start_before_rent_arrears(large: Complete) -> None:
    rows = large.rows
    starts = rows[["first_arrears_month", "rent_arrears_first_month"]].dropna()

    assert len(starts) > 300
    earlier = share(starts["first_arrears_month"] < starts["rent_arrears_first_month"])
    assert earlier.value >= 0.65
    in_arrears = rows["premium_arrears_months"] > 0
    assert (rows["first_arrears_month"].notna() == in_arrears).all()
    signalled = rows["rent_arrears_signal"] == 1
    assert (rows["rent_arrears_first_month"].notna() == signalled).all()


@pytest.mark.full
def test_8_an_insurer_adds_to_what_the_statistics_office_knows(
    large: Complete,
) -> None:
    core = one_row_columns(large, CBS)
    more = [*core, *one_row_columns(large, CZ)]

    gain = (
        logistic(design(large.rows, core), large.labels).deviance
        - logistic(design(large.rows, more), large.labels).deviance
    )
    assert gain > stats.chi2.isf(0.001, df=2 * (len(more) - len(core)))


@pytest.mark.full
def test_11_children_are_born_earlier_in_one_fictional_district(
    large: Complete,
) -> None:
    preterm = large.rows["preterm"]
    there = (large.rows["district"] == "Tilburg Wijk 01").to_numpy()

    assert there.sum() > 500
    here, region = share(preterm[there]), share(preterm)
    assert here.value - 3 * here.error > region.value
    # The shift is in births alone: the target there follows the risk of its families.
    risk = large.risk[there]
    surplus = large.labels[there].sum() - risk.sum()
    assert abs(surplus) <= 3 * np.sqrt(np.sum(risk * (1 - risk)))
    beside = pd.Series(large.area_effects).groupby(neighbourhoods(large)).first()
    town = (large.rows["municipality"] == "Tilburg").to_numpy()
    mine = beside[np.unique(neighbourhoods(large)[there])]
    others = beside[np.unique(neighbourhoods(large)[town & ~there])]
    assert stats.ttest_ind(mine, others).pvalue > 0.001


@pytest.mark.full
def test_13_a_partner_and_schooling_each_count_beside_the_other(
    large: Complete,
) -> None:
    exposures = np.column_stack(
        [
            large.rows["household_type"] == "single_parent",
            large.rows["education_mother"] == "low",
            large.rows["education_mother"] == "middle",
        ]
    ).astype(np.float64)

    fit = logistic(exposures, large.labels)
    assert (fit.effects[1:] / fit.errors[1:] > stats.norm.isf(0.001)).all()


@pytest.mark.full
def test_14_each_adverse_experience_adds(large: Complete) -> None:
    shares = by(large, "ace_score")

    assert list(shares.index) == [0, 1, 2, 3, 4]
    assert shares.is_monotonic_increasing


@pytest.mark.full
def test_16_a_few_percent_of_the_differences_lie_between_neighbourhoods(
    large: Complete,
) -> None:
    found = intraclass_correlation(large.labels, neighbourhoods(large))

    assert 0.02 <= found <= 0.06


@pytest.mark.full
def test_17_an_area_says_less_than_a_household_and_all_say_most(
    large: Complete, record_property: pytest.RecordProperty
) -> None:
    areas = area_table(LARGE, LARGE_SEED)
    rows = large.rows.merge(areas, on="postcode4", how="left", validate="m:1")
    held_out = neighbourhoods(large) % 2 == 0
    sources = {
        "whooz_postcode": ("whooz_postcode",),
        **{name: (name,) for name in ONE_ROW},
        "all": (*ONE_ROW, "whooz_postcode"),
    }
    found = {
        name: discrimination(
            design(rows, one_row_columns(large, *tables)), large.labels, held_out
        )
        for name, tables in sources.items()
    }
    ceiling = float(roc_auc_score(large.labels, large.risk))

    record_property("ceiling_auroc", round(ceiling, 4))
    assert 0.5 < found["whooz_postcode"] < found[CBS]
    assert all(found["all"] > value for name, value in found.items() if name != "all")
    assert found["all"] < ceiling


@pytest.mark.full
def test_17_an_area_index_follows_the_area_and_hardly_a_household(
    large: Complete,
) -> None:
    areas = area_table(LARGE, LARGE_SEED).set_index("postcode4")["affluence_index"]
    income, home = large.rows["income_std"], large.rows["postcode4"]

    between = stats.spearmanr(income.groupby(home).mean()[areas.index], areas)
    within = stats.spearmanr(income, home.map(areas))
    assert between.statistic > 0.6
    assert 0.05 < within.statistic < 0.35


@pytest.mark.full
def test_21_what_holds_in_other_municipalities_holds_in_each(large: Complete) -> None:
    x = design(large.rows, one_row_columns(large, *ONE_ROW))
    town = large.rows["municipality"].to_numpy()
    learned = neighbourhoods(large) % 2 == 0
    everywhere = logistic(x[learned], large.labels[learned]).effects[1:]

    for name in pd.unique(town):
        there = town == name
        elsewhere = logistic(x[learned & ~there], large.labels[learned & ~there])
        known, unknown = (
            roc_auc_score(large.labels[there & ~learned], x[there & ~learned] @ effects)
            for effects in (everywhere, elsewhere.effects[1:])
        )
        assert known - unknown <= 0.05
