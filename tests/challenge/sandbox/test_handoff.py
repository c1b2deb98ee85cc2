from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from challenge.sandbox.handoff import sealed


def test_rows_come_out_as_they_went_in_without_their_index() -> None:
    rows = pd.DataFrame(
        {"n": [1.5, np.nan, 3.0], "t": ["a", None, "c"]}, index=[7, 5, 9]
    )

    with sealed(rows) as (file,):
        read = pa.ipc.open_file(os.pread(file, 1 << 20, 0)).read_all().to_pandas()

    pd.testing.assert_frame_equal(read, rows.reset_index(drop=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda file: os.pwrite(file, b"x", 0),
        lambda file: os.pwrite(file, b"x", 100),
        lambda file: os.ftruncate(file, 0),
    ],
    ids=["write", "grow", "shrink"],
)
def test_nobody_can_change_what_was_handed_over(change: object) -> None:
    with sealed(b"zip") as (file,), pytest.raises(PermissionError):
        change(file)


def test_files_are_closed_on_our_side_afterwards() -> None:
    with sealed(b"one", b"two") as files:
        pass

    for file in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(file)
