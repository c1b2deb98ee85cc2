"""What a worker makes of faults; tests/functional/ has the whole worker."""

from __future__ import annotations

import errno

import pytest

from challenge.errors import EngineUnavailableError, SandboxUnavailableError
from challenge.resting import Rest
from challenge.worker import _stops_every_run


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (EngineUnavailableError("It is a test."), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EFBIG, "File too large"), True),
        (OSError(errno.EROFS, "Read-only file system"), True),
        # These may be one submission's: tried three times, then a person looks.
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (SandboxUnavailableError("It is a test."), False),
        (ZeroDivisionError(), False),
    ],
    ids=repr,
)
def test_a_try_is_not_counted_where_no_run_could_go_well(
    error: Exception, stops: bool
) -> None:
    assert _stops_every_run(error) is stops


def test_several_faults_at_once_make_one_pause() -> None:
    rest = Rest()
    assert rest.is_over
    for _ in range(5):
        rest.begin()
    assert (rest.is_over, rest._seconds) == (False, 1.0)


def test_pauses_grow_until_something_goes_well() -> None:
    rest = Rest()
    paused = []
    for _ in range(7):
        rest._until = 0.0  # it is over
        rest.begin()
        paused.append(rest._seconds)
    rest.forget()
    rest._until = 0.0
    rest.begin()
    assert (paused, rest._seconds) == ([1, 2, 4, 8, 16, 30, 30], 1)
