"""Generated rows are as declared, and show the facts that were put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from challenge.brief import Brief
from challenge.schema.curves import Curve
from challenge.synthesis import build
from challenge.synthesis.declare import Declaration
from challenge.synthesis.files import Edition

from .conftest import FIRST_1000_DAYS, drawn

FULL = {
    "train": 12_000,
    "practice": 4_000,
    "board": 20_000,
    "final": 30_000,
    "external": 20_000,
}


@pytest.fixture(scope="session")
def internal(edition: Edition) -> pd.DataFrame:
    """Complete rows of all sets but external, with the label."""
    return rows_inside(edition)


def rows_inside(edition: Edition) -> pd.DataFrame:
    rows = edition.population.rows.assign(label=edition.outcome.labels)
    return rows[edition.population.sets != "external"]


def marginal_errors(rows: pd.DataFrame, declaration: Declaration) -> dict[str, float]:
    """Largest gap between declared and got shares, per column."""
    grid = stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)
    errors = {}
    for name, marginal in declaration.marginals.items():
        got = rows[name]
        if isinstance(marginal, Curve):
            errors[name] = stats.ks_2samp(got, marginal.values(grid)).statistic
        else:
            errors[name] = max(
                abs(np.mean(got == value) - share)
                for value, share in marginal.shares.items()
            )
    return errors


def codes(rows: pd.DataFrame, name: str, brief: Brief) -> NDArray[np.float64]:
    """A column as numbers; categories by their declared order."""
    if rows[name].dtype != object:
        return rows[name].to_numpy()
    order = list(brief.levels[name])
    return rows[name].map(order.index).to_numpy(dtype=np.float64)


def spearman_errors(rows: pd.DataFrame, brief: Brief) -> dict[tuple[str, str], float]:
    """Gap between declared and got rank correlation, per declared pair."""
    return {
        a.names: abs(
            stats.spearmanr(
                codes(rows, a.names[0], brief), codes(rows, a.names[1], brief)
            ).statistic
            - a.spearman
        )
        for partner in brief.partners
        for a in partner.associations
        if a.spearman is not None
    }


def odds_ratio(exposed: pd.Series, label: pd.Series) -> float:
    table = pd.crosstab(exposed, label).to_numpy(dtype=np.float64)
    return float(table[1, 1] * table[0, 0] / (table[0, 1] * table[1, 0]))


def test_marginals_are_as_declared(
    internal: pd.DataFrame, declaration: Declaration
) -> None:
    errors = marginal_errors(internal, declaration)

    assert np.mean(list(errors.values())) <= 0.01
    assert max(errors.values()) <= 0.03


def test_rank_correlations_are_as_declared(
    internal: pd.DataFrame, brief: Brief
) -> None:
    assert max(spearman_errors(internal, brief).values()) <= 0.05


def test_odds_ratios_are_as_declared(internal: pd.DataFrame) -> None:
    got = odds_ratio(internal["benefit_bijstand"], internal["debt_problem"])

    assert got == pytest.approx(3.5, rel=0.25)


@pytest.mark.full
def test_full_size_rows_are_as_declared(declaration: Declaration, brief: Brief) -> None:
    rows = rows_inside(drawn(FULL, 5))

    assert np.mean(list(marginal_errors(rows, declaration).values())) <= 0.01
    assert max(spearman_errors(rows, brief).values()) <= 0.05
    assert rows["label"].mean() == pytest.approx(0.10, abs=0.01)


def test_prevalence_is_the_briefs_and_above_long_term_low_income(
    internal: pd.DataFrame,
) -> None:
    assert internal["label"].mean() == pytest.approx(0.10, abs=0.01)
    assert internal["label"].mean() > internal["low_income_4y"].mean()


def test_one_parent_goes_with_the_target(internal: pd.DataFrame) -> None:
    single = internal["household_type"] == "single_parent"

    assert 2.5 <= odds_ratio(single, internal["label"]) <= 6


def test_more_schooling_goes_with_less_of_the_target(internal: pd.DataFrame) -> None:
    shares = internal.groupby("education_mother")["label"].mean()

    assert shares["low"] > shares["middle"] > shares["high"]


def test_births_follow_the_published_shares(internal: pd.DataFrame) -> None:
    assert internal["preterm"].mean() == pytest.approx(0.066, abs=0.01)
    assert internal["sga_p10"].mean() == pytest.approx(0.097, abs=0.01)
    assert 0.13 <= internal["big2"].mean() <= 0.165
    either = internal["preterm"].astype(bool) | internal["sga_p10"].astype(bool)
    assert (internal["big2"].astype(bool) == either).all()


def test_smoking_falls_with_schooling(internal: pd.DataFrame) -> None:
    shares = internal.groupby("education_mother")["smoking_pregnancy"].mean()

    assert shares["low"] > shares["middle"] > shares["high"]
    assert internal["smoking_pregnancy"].mean() == pytest.approx(0.077, abs=0.015)


def test_origin_goes_with_the_target_only_through_other_columns(
    edition: Edition, internal: pd.DataFrame
) -> None:
    elsewhere = internal["origin"] == "outside_Europe"
    assert odds_ratio(elsewhere, internal["label"]) > 1

    # Given the true risk, origin adds nothing: observed equals expected per origin.
    risk = edition.outcome.risk[edition.population.sets != "external"]
    ratio = internal.loc[elsewhere, "label"].sum() / risk[elsewhere].sum()
    assert ratio == pytest.approx(1, abs=0.12)


def test_external_rows_differ_as_the_brief_says(
    edition: Edition, internal: pd.DataFrame
) -> None:
    outside = edition.population.rows[edition.population.sets == "external"]
    risk = edition.outcome.risk
    is_external = edition.population.sets == "external"

    assert outside["income_std"].median() < internal["income_std"].median()
    assert (outside["tenure"] == "social_rent").mean() > 0.28
    assert risk[is_external].mean() > risk[~is_external].mean()
    assert set(outside["municipality"]) == {"Waalwijk", "Oisterwijk", "Goirle"}
    assert "Tilburg" in set(internal["municipality"])
    assert not set(outside["municipality"]) & set(internal["municipality"])


def test_the_odds_of_the_target_outside_are_the_declared_multiple(
    edition: Edition, brief: Brief
) -> None:
    is_external = edition.population.sets == "external"
    inside = edition.outcome.risk[~is_external].mean()
    outside = edition.outcome.risk[is_external].mean()

    ratio = outside / (1 - outside) / (inside / (1 - inside))
    assert ratio == pytest.approx(brief.external.shift.prevalence_odds, rel=1e-6)


def test_neighbourhoods_hold_about_100_households_and_are_never_split(
    edition: Edition,
) -> None:
    homes = edition.population.rows.assign(set=edition.population.sets)
    sizes = homes.groupby("neighbourhood").size()

    assert 50 <= sizes.quantile(0.01) <= sizes.quantile(0.99) <= 160
    assert (homes.groupby("neighbourhood")["set"].nunique() == 1).all()
    assert (homes.groupby("neighbourhood")["district"].nunique() == 1).all()
    assert (homes.groupby("district")["municipality"].nunique() == 1).all()
    assert "Tilburg Wijk 01" in set(homes["district"])


def test_partners_cover_the_declared_share(edition: Edition) -> None:
    flat = edition.flat()

    assert flat["social_support"].notna().mean() == pytest.approx(0.08, abs=0.01)
    assert flat["gp_contacts_12m"].notna().mean() == pytest.approx(0.35, abs=0.01)
    assert flat["household_type"].notna().all()
    assert flat["sleep_problems"].dropna().map(type).eq(str).all()


def test_groups_come_from_rows_before_coverage(edition: Edition) -> None:
    groups = edition.groups()

    assert (groups["home_language"] == "other").mean() == pytest.approx(0.16, abs=0.02)
    assert (groups["mother_age"] == "under_23").mean() == pytest.approx(0.035, abs=0.01)
    assert set(groups["origin"]) == {"NL", "Europe", "outside_Europe"}


@pytest.mark.full
def test_the_shipped_sizes_build(tmp_path: Path) -> None:
    release = build(FIRST_1000_DAYS, tmp_path, seed=1)

    assert release.manifest.rows == FULL
    assert len(release.manifest.files) == 8
