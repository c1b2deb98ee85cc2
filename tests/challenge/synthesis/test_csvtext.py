"""A table as text says what it is not for, and loses nothing."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.synthesis.tables.csvtext import csv_head, csv_rows

KINDS = {"key": "string", "count": "integer", "flag": "boolean", "share": "number"}


def test_the_head_carries_both_notices_in_both_languages_as_comments() -> None:
    *told, head = csv_head(["key", "count"]).decode().splitlines()
    assert all(line.startswith("# ") for line in told)
    said = [line.removeprefix("# ") for line in told]
    assert said == [
        NOTICE["nl"],
        FORBIDDEN_USE["nl"],
        NOTICE["en"],
        FORBIDDEN_USE["en"],
    ]
    assert head == "key,count"


def test_values_are_written_in_the_type_they_were_declared_with() -> None:
    rows = pd.DataFrame(
        {
            "key": ["0123", None],
            "count": [3.0, np.nan],
            "flag": [1.0, np.nan],
            "share": [0.1, 31_000.0],
        }
    )
    assert csv_rows(rows, KINDS).decode() == '"0123",3,true,0.1\n,,,31000\n'


def test_a_text_with_marks_comes_back_as_it_was() -> None:
    rows = pd.DataFrame({"key": ['a "quote", a comma', "# a mark", "two\nlines"]})
    found = list(csv.reader(io.StringIO(csv_rows(rows, KINDS).decode())))
    assert [value for (value,) in found] == list(rows["key"])


def test_numbers_keep_every_bit() -> None:
    drawn = np.random.default_rng(1).standard_normal(100) * 10.0 ** np.arange(-50, 50)
    text = csv_rows(pd.DataFrame({"share": drawn}), KINDS).decode()
    assert [float(line) for line in text.splitlines()] == drawn.tolist()


def test_a_broken_whole_number_is_refused() -> None:
    with pytest.raises(ValueError, match="truncated"):
        csv_rows(pd.DataFrame({"count": [1.5]}), KINDS)


def test_no_rows_give_no_text() -> None:
    empty = pd.DataFrame({"key": pd.Series([], dtype=object)})
    assert csv_rows(empty, KINDS) == b""
