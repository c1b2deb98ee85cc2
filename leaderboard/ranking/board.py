"""The board: who stands where, and the facts behind each place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from leaderboard.estimates import Estimate
from leaderboard.verdict import Verdict

VIOLATES = "violates-policy"
# What decides where a ranked submission is listed.
WORST_GROUP, SCORE, ALONE = "worst-group", "score", "alone"


@dataclass(frozen=True, slots=True)
class Why:
    """Facts behind a place, for who asks why a submission stands where it stands.

    They hold no difference and no margin: those would tell a team how much is
    missing, and are equations in the hidden labels. `leaderboard.ranking.reasons` puts
    them, with the rest of the row, into sentences.

    Attributes
    ----------
    ranked : int
        How many submissions have a place.
    above, below : int
        How many of those are certainly better, and certainly less good; 0 outside
        the ranking.
    listed_by : str or None
        What decides the order among neighbours: ``"worst-group"`` among leaders,
        ``"score"`` elsewhere, ``"alone"`` for a leader without company; None
        outside the ranking, where `Row.outside` is the reason.
    """

    ranked: int = 0
    above: int = 0
    below: int = 0
    listed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One submission on the board.

    Attributes
    ----------
    key : str
        Key of the scorecard.
    place_low, place_high : int or None
        Best and worst place that the data leave open, from 1; None outside the
        ranking.
    leading : bool
        Whether it cannot be told apart from the best.
    score : Estimate
        Scaled Brier score with its interval; higher is better.
    policy : Verdict or None
        What the fairness policy says; None without a policy.
    outside : str or None
        Why it stands outside the ranking: ``"constant"``, ``"near-constant"``
        or ``"violates-policy"``; None inside.
    why : Why
        Facts behind the place.
    """

    key: str
    place_low: int | None
    place_high: int | None
    leading: bool
    score: Estimate
    policy: Verdict | None
    outside: str | None
    why: Why = Why()


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking, in the order in which it is listed.

    Attributes
    ----------
    rows : tuple of Row
        Ranked rows first, rows outside the ranking last.
    """

    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the board as plain data for JSON.

        Returns
        -------
        dict
            ``{"rows": [{"key", "place_low", …}]}`` in listing order.
        """
        return asdict(self)
