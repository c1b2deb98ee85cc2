"""The turns of uploads that come in: how many of one team have theirs at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from challenge.errors import TooManyUploadsError
from challenge.records import Principal

# Of one team: a member who did not wait for the other, and no more.
AT_ONCE = 2


@contextmanager
def turn(underway: Counter[int], team: Principal) -> Iterator[None]:
    """Count an upload while it comes in; the event loop alone does.

    Parameters
    ----------
    underway : Counter
        Uploads of each team, by its number.
    team : Principal
        Whose upload begins.

    Yields
    ------
    None
        While it counts.

    Raises
    ------
    TooManyUploadsError
        If as many as may are under way.
    """
    if underway[team.id] >= AT_ONCE:
        raise TooManyUploadsError(team=team.name, limit=AT_ONCE)
    underway[team.id] += 1
    try:
        yield
    finally:
        underway[team.id] -= 1
