from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from challenge.sandbox.handoff import read_rows, sealed, write_rows

ROWS = pd.DataFrame({"n": [1.5, np.nan, 3.0], "t": ["a", None, "c"]}, index=[7, 5, 9])


def test_rows_come_out_as_they_went_in_without_their_index(tmp_path: Path) -> None:
    path = tmp_path / "rows.arrow"

    write_rows(ROWS, path)

    pd.testing.assert_frame_equal(read_rows(path), ROWS.reset_index(drop=True))
    with sealed(path.read_bytes()) as (file,):
        read = pa.ipc.open_file(os.pread(file, 1 << 20, 0)).read_all().to_pandas()
    pd.testing.assert_frame_equal(read, ROWS.reset_index(drop=True))


def test_a_file_of_rows_is_for_this_account_alone(tmp_path: Path) -> None:
    write_rows(ROWS, tmp_path / "rows.arrow")

    assert (tmp_path / "rows.arrow").stat().st_mode & 0o777 == 0o600


def test_rows_that_cannot_be_written_leave_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "rows.arrow"
    write_rows(ROWS, path)

    with pytest.raises(pa.ArrowException):
        write_rows(pd.DataFrame({"mixed": ["word", 1.0]}), path)

    assert len(read_rows(path)) == 3
    assert list(tmp_path.iterdir()) == [path]


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
