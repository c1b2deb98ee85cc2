"""A partner's rows held against its schema: every difference, and no value of a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.errors import RowsRefusedError
from challenge.synthesis.walls.rows import learnable, read_rows

from .families import real_rows, schema, write

Change = Callable[[pd.DataFrame], pd.DataFrame]


def assign(**columns: object) -> Change:
    """Put something else in whole columns."""
    return lambda rows: rows.assign(**columns)


def put(name: str, value: object, *, rows: int = 3) -> Change:
    """Put one value in the first rows of a column."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[name].astype(object)
        values.iloc[:rows] = value
        return frame.assign(**{name: values})

    return change


FAULTS: dict[str, tuple[Change, str, str]] = {
    "a column too few": (
        lambda rows: rows.drop(columns="debt"), "rows-column-missing", "debt",
    ),
    "a column too many": (assign(bsn="1"), "rows-column-extra", "bsn"),
    "too few rows": (lambda rows: rows.head(199), "rows-few", "(the whole file)"),
    "one key twice": (put("hh_id", "same"), "rows-key", "hh_id"),
    "no key": (put("hh_id", None), "rows-key", "hh_id"),
    "texts for numbers": (assign(income="much"), "rows-type", "income"),
    "true for a number": (assign(income=True), "rows-type", "income"),
    "endless": (put("income", np.inf), "rows-type", "income"),
    "halves of children": (put("children", 1.5), "rows-type", "children"),
    "a number for a text": (assign(education=1), "rows-type", "education"),
    "three for a boolean": (assign(benefit=3), "rows-type", "benefit"),
    "an unknown level": (
        put("education", "phd"), "rows-level", "education",
    ),
    "an unknown number": (put("stress", 11.0), "rows-level", "stress"),
    "fewer than none": (put("children", -1), "rows-bounds", "children"),
}  # fmt: skip


def refusal(folder: Path, rows: pd.DataFrame, **more: object) -> RowsRefusedError:
    """What the reader says of these rows."""
    source, _ = write(folder, rows)
    with pytest.raises(RowsRefusedError) as refused:
        read_rows(source, schema(**more))
    return refused.value


@pytest.mark.parametrize(("change", "slug", "key"), FAULTS.values(), ids=[*FAULTS])
def test_a_difference_from_the_schema_is_refused_at_its_column(
    tmp_path: Path, change: Change, slug: str, key: str
) -> None:
    faults = refusal(tmp_path, change(real_rows(250, 1))).faults
    assert [(fault.slug, fault.key) for fault in faults] == [(slug, key)]
    assert all(fault.repair for fault in faults)


def test_every_difference_is_told_at_once(tmp_path: Path) -> None:
    rows = real_rows(250, 1)
    for name in ("one key twice", "an unknown level", "fewer than none"):
        rows = FAULTS[name][0](rows)
    found = {fault.slug for fault in refusal(tmp_path, rows).faults}
    assert found == {"rows-key", "rows-level", "rows-bounds"}


def test_a_value_of_few_rows_is_never_told(tmp_path: Path) -> None:
    told = str(refusal(tmp_path, put("education", "Jan Jansen")(real_rows(250, 1))))
    assert "Jan" not in told
    assert "3 values" in told


def test_an_unknown_level_of_many_rows_is_named(tmp_path: Path) -> None:
    told = refusal(tmp_path, put("education", "phd", rows=10)(real_rows(250, 1)))
    assert "among them phd" in str(told)


def test_bounds_that_a_schema_declares_hold_for_the_rows(tmp_path: Path) -> None:
    rows = real_rows(250, 1)
    source, _ = write(tmp_path, rows)
    bounded = schema()
    columns = tuple(
        c.model_copy(update={"marginal": c.marginal.model_copy(update={"high": 3e4})})
        if c.name == "income" and c.marginal is not None
        else c
        for c in bounded.columns
    )
    table = bounded.table.model_copy(update={"columns": columns})
    with pytest.raises(RowsRefusedError, match=r"lie above 30000\."):
        read_rows(source, bounded.model_copy(update={"table": table}))


def test_several_rows_per_household_are_refused(tmp_path: Path) -> None:
    repeated = {"moment": "contacts", "moments": [1, 2]}
    faults = refusal(tmp_path, real_rows(250, 1), **{"x-rows": repeated}).faults
    assert [fault.slug for fault in faults] == ["rows-repeated"]


def test_a_bound_on_one_side_is_told_as_one(tmp_path: Path) -> None:
    faults = refusal(tmp_path, FAULTS["fewer than none"][0](real_rows(250, 1))).faults
    assert [fault.problem for fault in faults] == ["3 values lie below 0."]


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "not there"), (b"a,b\n1,2\n", "not Parquet")],
    ids=["absent", "a CSV"],
)
def test_a_file_that_is_no_parquet_is_refused(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    source = tmp_path / "rows.parquet"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(RowsRefusedError) as refused:
        read_rows(source, schema())
    assert [fault.slug for fault in refused.value.faults] == ["rows-unreadable"]
    assert told in str(refused.value)


def test_keys_may_be_left_out_and_are_never_read(tmp_path: Path) -> None:
    source, _ = write(tmp_path, real_rows(250, 1).drop(columns="hh_id"))
    rows = read_rows(source, schema())
    assert "hh_id" not in rows
    assert set(rows.dtypes.astype(str)) == {"float64", "object"}


def test_a_text_without_declared_levels_is_not_learned() -> None:
    assert "note" not in {column.name for column in learnable(schema())}


def test_every_slug_is_explained_to_the_partner() -> None:
    text = Path("docs/partner-walls.md").read_text("utf-8")
    slugs = {slug for _, slug, _ in FAULTS.values()}
    for slug in {*slugs, "rows-repeated", "rows-unreadable"}:
        assert f"`{slug}`" in text
