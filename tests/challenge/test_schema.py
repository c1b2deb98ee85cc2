"""Partner schemas are accepted, or refused with every fault at its place."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from challenge.errors import ContentRefusedError, Fault
from challenge.schema import read_partner
from challenge.schema.associations import (
    is_correlation,
    latent,
    nearest_correlation,
)
from challenge.schema.curves import Lognormal, Normal, Quantiles
from challenge.schema.levels import Counts, Proportions, Share
from challenge.schema.partners import Association, Source

QUICKSTART = Path("datasets/quickstart/partners/parents.yaml")
ASSUMED = Source(status="assumed")


def faults_after(folder: Path, *changes: tuple[str, str]) -> tuple[Fault, ...]:
    text = QUICKSTART.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    place = folder / "parents.yaml"
    place.write_text(text, "utf-8")
    with pytest.raises(ContentRefusedError) as refused:
        read_partner(place)
    return refused.value.faults


@pytest.mark.parametrize(
    "path",
    sorted(Path("datasets").glob("*/partners/*.yaml")),
    ids=lambda path: f"{path.parts[1]}/{path.stem}",
)
def test_every_shipped_schema_is_accepted(path: Path) -> None:
    assert read_partner(path).name == path.stem


@pytest.mark.parametrize(
    "path",
    sorted(Path("datasets").glob("*/partners/*.yaml")),
    ids=lambda path: f"{path.parts[1]}/{path.stem}",
)
def test_every_category_of_a_shipped_schema_has_words_in_two_languages(
    path: Path,
) -> None:
    for column in read_partner(path).columns:
        if (
            column.type == "string"
            and column.marginal
            and column.name != "municipality"
        ):
            assert set(column.levels) == set(map(str, column.marginal.levels))


@pytest.mark.parametrize(
    ("old", "new", "slug", "key"),
    [
        ("type: boolean", "type: bool", "value-invalid", "fields.paid_work.type"),
        ("couple: 0.85", "couple: 0.80", "proportions-sum",
         "fields.household_type.x-marginal.proportions"),
        ("share: 0.78", "share: 1.78", "value-invalid",
         "fields.paid_work.x-marginal.share"),
        ("share: 0.78", "chance: 0.78", "marginal-unknown",
         "fields.paid_work.x-marginal"),
        ("0.3: 2, 0.6: 5", "0.6: 5, 0.3: 2", "quantiles-order",
         "fields.reads_aloud.x-marginal.quantiles"),
        ("type: boolean", "type: string", "marginal-type", "fields.paid_work"),
        ("x-use: feature", "x-use: predict", "value-invalid",
         "fields.household_type.x-use"),
        ("      x-use: feature\n", "", "key-missing", "fields.household_type.x-use"),
        ("x-sensitive", "x-secret", "key-unknown", "fields.origin.x-secret"),
        ("columns: [income, paid_work]", "columns: [wage, paid_work]",
         "association-column", "x-associations.1.columns"),
        ("spearman: 0.35", "spearman: 0.35, odds_ratio: 2", "association-measure",
         "x-associations.1"),
        ("primaryKey: hh_id", "primaryKey: id", "key-column", "primaryKey"),
        ("name: parents", "name: families", "name-differs", "name"),
        ("name: vaccinated", "name: income", "name-repeated", "fields.income.name"),
        ("status: assumed", "status: guessed", "value-invalid",
         "fields.hh_id.x-source.status"),
        ("x-coverage: 1", "x-coverage: 0", "value-invalid", "x-coverage"),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else None,
)  # fmt: skip
def test_one_fault_is_named_by_slug_and_key(
    tmp_path: Path, old: str, new: str, slug: str, key: str
) -> None:
    found = {(fault.slug, fault.key) for fault in faults_after(tmp_path, (old, new))}

    assert (slug, key) in found


def test_every_fault_is_listed_at_once_with_its_line(tmp_path: Path) -> None:
    faults = faults_after(
        tmp_path,
        ("type: boolean", "type: bool"),
        ("couple: 0.85", "couple: 0.80"),
        ("columns: [income, origin]", "columns: [income, language]"),
    )

    lines = (tmp_path / "parents.yaml").read_text("utf-8").splitlines()
    assert [fault.slug for fault in faults] == [
        "proportions-sum",
        "value-invalid",
        "association-column",
    ]
    marks = ["couple: 0.80", "type: bool", "[income, language]"]
    for fault, mark in zip(faults, marks, strict=True):
        assert fault.line is not None
        assert mark in lines[fault.line - 1]
        assert fault.file == "parents.yaml"
        assert fault.repair


@pytest.mark.parametrize(
    ("written", "repair"),
    [("1e300", "1.0e+300"), ("1.5e3", "1.5e+3"), ("-2e-1", "-2.0e-1")],
)
def test_a_power_that_yaml_takes_for_a_text_is_told_how_to_be_written(
    tmp_path: Path, written: str, repair: str
) -> None:
    old = "distribution: lognormal, median: 31000, sd_log: 0.4"
    new = f"distribution: normal, mean: {written}, sd: 1"

    (fault,) = faults_after(tmp_path, (old, new))

    assert fault.problem == f"'{written}' is a text to YAML, and no number."
    assert fault.repair == f"Write it with a point and a sign: {repair}."


def test_a_misspelt_key_of_a_marginal_is_told_which_was_meant(tmp_path: Path) -> None:
    (fault,) = faults_after(tmp_path, ("decimals: -2", "decimal: -2"))

    assert fault.problem == "decimal is not a key here; did you mean decimals?"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("name: [", "syntax"),
        ("- a\n- b\n", "value-invalid"),
        ("", "value-invalid"),
        ("name: a\nname: b\n", "key-repeated"),
    ],
    ids=["broken", "list", "empty", "repeated"],
)
def test_a_file_that_is_no_mapping_is_refused(
    tmp_path: Path, text: str, slug: str
) -> None:
    place = tmp_path / "x.yaml"
    place.write_text(text, "utf-8")

    with pytest.raises(ContentRefusedError) as refused:
        read_partner(place)

    assert refused.value.faults[0].slug == slug


def test_an_absent_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(ContentRefusedError, match="not there"):
        read_partner(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("marginal", "mean", "sd"),
    [
        (Share(share=0.3), 0.3, math.sqrt(0.21)),
        (Normal(distribution="normal", mean=5, sd=2, decimals=3), 5, 2),
        (Counts(distribution="counts", mean=5, sd=3, cap=60), 5, 3),
        (Counts(distribution="counts", mean=4, cap=60), 4, 2),
        (Quantiles(quantiles={0: 0, 1: 12}, decimals=3), 6, math.sqrt(12)),
    ],
    ids=["share", "normal", "wide counts", "poisson", "uniform"],
)
def test_a_marginal_gives_values_with_the_declared_moments(
    marginal: Share | Normal | Counts | Quantiles, mean: float, sd: float
) -> None:
    scores = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)

    values = marginal.values(scores).astype(float)

    assert values.mean() == pytest.approx(mean, abs=0.01)
    assert values.std() == pytest.approx(sd, abs=0.02)


def test_an_income_has_the_declared_median_and_share_of_zeros() -> None:
    marginal = Lognormal(distribution="lognormal", median=900, sd_log=1, zero=0.9)
    scores = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)

    values = marginal.values(scores)

    assert np.mean(values == 0) == pytest.approx(0.9, abs=1e-4)
    assert np.median(values[values > 0]) == pytest.approx(900, rel=0.01)


def test_a_continuous_spearman_follows_the_textbook_formula() -> None:
    normal = Normal(distribution="normal", mean=0, sd=1, decimals=6)
    declared = Association(columns=("a", "b"), spearman=0.5, **{"x-source": ASSUMED})

    assert latent(declared, normal, normal) == pytest.approx(
        2 * math.sin(math.pi * 0.5 / 6), abs=1e-3
    )


def test_a_declared_odds_ratio_is_what_the_bivariate_normal_gives() -> None:
    first, second = Share(share=0.08), Share(share=0.3)
    declared = Association(columns=("a", "b"), odds_ratio=3.0, **{"x-source": ASSUMED})

    rho = latent(declared, first, second)

    # Oracle: the exact orthant probability of a bivariate normal.
    joint = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    n00 = joint.cdf([stats.norm.ppf(0.92), stats.norm.ppf(0.7)])
    n01, n10 = 0.92 - n00, 0.7 - n00
    odds_ratio = n00 * (1 - n00 - n01 - n10) / (n01 * n10)
    assert odds_ratio == pytest.approx(3.0, rel=0.02)


def test_a_declared_spearman_between_levels_is_what_their_codes_show() -> None:
    first = Proportions(proportions={"low": 0.12, "middle": 0.36, "high": 0.52})
    second = Counts(distribution="counts", mean=1, cap=8)
    declared = Association(columns=("a", "b"), spearman=-0.3, **{"x-source": ASSUMED})

    rho = latent(declared, first, second)

    scores = np.random.default_rng(5).multivariate_normal(
        [0, 0], [[1, rho], [rho, 1]], size=200_000
    )
    codes = np.searchsorted(stats.norm.ppf([0.12, 0.48]), scores[:, 0])
    counts = second.values(scores[:, 1])
    assert stats.spearmanr(codes, counts).statistic == pytest.approx(-0.3, abs=0.01)


def test_an_association_too_strong_for_its_columns_has_no_latent_correlation() -> None:
    declared = Association(columns=("a", "b"), spearman=0.9, **{"x-source": ASSUMED})

    assert latent(declared, Share(share=0.01), Share(share=0.5)) is None


def test_the_nearest_correlation_agrees_with_a_published_example() -> None:
    # Higham (2002), section 4: nearest to a matrix of ones with a zero corner.
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])

    nearest = nearest_correlation(matrix)

    assert not is_correlation(matrix)
    assert is_correlation(nearest)
    assert nearest[0, 1] == pytest.approx(0.7607, abs=5e-3)
    assert nearest[0, 2] == pytest.approx(0.1573, abs=5e-3)
