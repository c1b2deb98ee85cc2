"""Categories come back from a CSV as from Parquet, or are refused."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.schema.categories import changed
from challenge.synthesis.tables.csvtext import COMMENT, csv_head, csv_rows

ODD = ["", "NA", "nan", "None", "null", "#N/A", "=1+1", "+1", "-", "@x", "\tx", "x\r"]
ODD += ["1", "0123", "1e5", "inf", "true", "FALSE", "#x", 'a"b', "a,b", " x", "none"]
ODD += ["1_000", "\u00a0", "x\ny", "<b>", "&", "é", "½", "١", "0x1F", "1.", ".5"]
TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.text("-+.0123456789eEnaNAtrufTFls_x# ", max_size=6),
)


@given(st.lists(TEXTS, min_size=1, max_size=6, unique=True))
def test_what_is_not_refused_reads_back_as_it_was_written(levels: list[str]) -> None:
    if changed(levels):
        return
    rows = pd.DataFrame({"level": levels, "number": 1.0})
    kinds = {"level": "string", "number": "integer"}
    text = csv_head(rows).decode() + csv_rows(rows, kinds).decode()  # type: ignore[arg-type]

    again = pd.read_csv(io.StringIO(text), comment=COMMENT)

    assert again["level"].tolist() == levels


@pytest.mark.parametrize("level", [*ODD[:12], " x", "\u00a0", "x\ny"])
def test_a_category_that_a_csv_changes_is_refused_with_a_repair(level: str) -> None:
    told = changed(["fine", level])
    assert told is not None
    assert all(text.endswith(".") for text in told)


def test_words_and_mixed_codes_are_categories() -> None:
    assert changed(["none", "low", "#x", "a, b", '"quoted"', "Gilze en Rijen"]) is None
    assert changed(["385", "885", "other"]) is None
    assert changed([0, 1, 2]) is None
