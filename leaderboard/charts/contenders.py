"""Teams in two dimensions, and who is beaten in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Contender:
    """One team in two dimensions.

    Attributes
    ----------
    name : str
        The team.
    score : Estimate
        Scaled Brier score; higher is better.
    gap : Estimate
        Difference in share not recognised, a share in [-1, 1]; lower is better.
    own : bool
        Draw a ring: the reader's own team.
    where : str
        The group with that difference; stands in the table.
    """

    name: str
    score: Estimate
    gap: Estimate
    own: bool = False
    where: str = ""

    @property
    def is_known(self) -> bool:
        """Whether both numbers exist."""
        return math.isfinite(self.score.value) and math.isfinite(self.gap.value)


def beaten(team: Contender, others: Sequence[Contender]) -> bool:
    """Tell whether another team is at least as good on both, and better on one.

    Parameters
    ----------
    team : Contender
        Whom to judge, on point values alone.
    others : sequence of Contender
        May hold the team itself.

    Returns
    -------
    bool
        True for a dominated team; False where a number is absent.

    Examples
    --------
    >>> low = Contender("low", Estimate(0.1), Estimate(0.0))
    >>> high = Contender("high", Estimate(0.2), Estimate(0.0))
    >>> beaten(low, [low, high]), beaten(high, [low, high])
    (True, False)
    """
    score, gap = team.score.value, team.gap.value
    return any(
        other.score.value >= score
        and other.gap.value <= gap
        and (other.score.value > score or other.gap.value < gap)
        for other in others
        if other.is_known
    )
