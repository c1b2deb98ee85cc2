"""What the organisers agreed on before anybody saw a score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leaderboard.errors import SettingRefusedError

# Between the names, and between the levels, of an intersection.
CROSS = " \N{MULTIPLICATION SIGN} "
OTHER = "other small groups"  # small levels of one attribute, judged together


class PolicyState(StrEnum):
    """What the policy says; undetermined never reads as "fine"."""

    MEETS = "meets"
    VIOLATES = "violates"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class FairnessPolicy:
    """What the organisers agreed on before anybody saw a score.

    For every group of a `gate` attribute, as far as the data can tell, the number
    of observed cases divided by the number that the model expected must lie between
    ``1 / limit_ratio`` and ``limit_ratio``; and the group may not be missed more
    often than the rest by over `limit_gap` more than the reference model does. See
    `leaderboard.fairness.judge`.

    Attributes
    ----------
    gate : tuple of str
        Attributes whose groups decide.
    report : tuple of str
        Attributes that are measured and shown, and decide nothing.
    intersections : tuple of tuple of str
        Attributes whose combinations are measured and shown too; they decide
        nothing, since their attributes do.
    limit_ratio : float
        Largest allowed ratio, and one over the smallest; above 1.
    limit_gap : float
        Largest allowed gap in false-negative rate in excess of the reference
        model's, a share in (0, 1).
    minimum_positives : int
        Groups with fewer positive rows are shown and do not decide on their own.
    level : float
        Confidence of the intervals, in (0, 1).

    Raises
    ------
    SettingRefusedError
        If a limit lies outside its bounds, an attribute both gates and reports, or
        an intersection does not join two attributes or more.

    Examples
    --------
    >>> FairnessPolicy(gate=("income",)).limits
    (0.8, 1.25)
    """

    gate: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    intersections: tuple[tuple[str, ...], ...] = ()
    limit_ratio: float = 1.25
    limit_gap: float = 0.10
    minimum_positives: int = 50
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 1 < self.limit_ratio < float("inf"):
            raise SettingRefusedError(
                "limit_ratio", self.limit_ratio, allowed="a number above 1"
            )
        for name, share in (("limit_gap", self.limit_gap), ("level", self.level)):
            if not 0 < share < 1:
                raise SettingRefusedError(
                    name, share, allowed="a number between 0 and 1"
                )
        if self.minimum_positives < 1:
            raise SettingRefusedError(
                "minimum_positives", self.minimum_positives, allowed="1 or more"
            )
        if both := sorted(set(self.gate) & set(self.report)):
            raise SettingRefusedError(
                "report", both, allowed="attributes that do not gate"
            )
        self._check_intersections()

    def _check_intersections(self) -> None:
        kinds = [frozenset(names) for names in self.intersections]
        for names, kind in zip(self.intersections, kinds, strict=True):
            if len(kind) < 2 or len(kind) < len(names) or kinds.count(kind) > 1:
                raise SettingRefusedError(
                    "intersections",
                    names,
                    allowed="each combination of different attributes once",
                )

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest allowed observed / expected."""
        return 1 / self.limit_ratio, self.limit_ratio

    @property
    def attributes(self) -> frozenset[str]:
        """Every attribute that the policy names."""
        crossed = (name for names in self.intersections for name in names)
        return frozenset((*self.gate, *self.report, *crossed))
