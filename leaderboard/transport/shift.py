"""Transport: how a model does in municipalities that it never saw.

Two sets of rows answer it. The internal set (final) comes from the
municipalities that the model was made in, the external set from municipalities
that were held out. `transport` sets their scorecards side by side;
`leaderboard.transport.municipalities.forest` looks into each municipality of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from leaderboard.estimates import Estimate
from leaderboard.language import language
from leaderboard.records import Scorecard

SCOPE: Mapping[str, str] = MappingProxyType(
    {
        "en": "between these municipalities, not beyond",
        "nl": "tussen deze gemeenten, niet daarbuiten",
    }
)
_SHIFT = {
    "en": "{name}: {internal} in the municipalities of the training rows, {external}"
    " in municipalities that were held out; difference {difference}, {interval}."
    " This holds {scope}.",
    "nl": "{name}: {internal} in de gemeenten van de trainingsrijen, {external} in"
    " gemeenten die apart zijn gehouden; verschil {difference}, {interval}."
    " Dit geldt {scope}.",
}
_INTERVAL = {
    "en": "95% interval {low} to {high}",
    "nl": "95%-interval {low} tot {high}",
}
_NO_INTERVAL = {"en": "no interval can be given", "nl": "er is geen marge te geven"}


@dataclass(frozen=True, slots=True)
class Shift:
    """One metric inside, outside, and the difference.

    Attributes
    ----------
    metric : str
        Name of the metric.
    internal, external : Estimate
        The metric on each set.
    difference : Estimate
        Internal minus external, with its 95 % interval; the interval holds
        between these municipalities, not beyond.
    """

    metric: str
    internal: Estimate
    external: Estimate
    difference: Estimate

    def sentence(self, name: str, slug: str = "en") -> str:
        """Say the difference, and how far it reaches.

        Parameters
        ----------
        name : str
            Word for the metric, with a capital.
        slug : str
            Language, ``"en"`` or ``"nl"``.

        Returns
        -------
        str
            Two full sentences.

        Raises
        ------
        LanguageUnknownError
            If there are no sentences in that language.

        Examples
        --------
        >>> apart = difference(Estimate(0.8, 0.77, 0.83), Estimate(0.7, 0.66, 0.74))
        >>> shift = Shift("auroc", Estimate(0.8), Estimate(0.7), apart)
        >>> shift.sentence("AUROC").rpartition(". ")[2]
        'This holds between these municipalities, not beyond.'
        """
        tongue, apart = language(slug), self.difference
        words = _NO_INTERVAL[slug]
        if apart.low is not None and apart.high is not None:
            ends = {"low": tongue.number(apart.low), "high": tongue.number(apart.high)}
            words = _INTERVAL[slug].format(**ends)
        return _SHIFT[slug].format(
            name=name,
            internal=tongue.number(self.internal.value),
            external=tongue.number(self.external.value),
            difference=tongue.number(apart.value),
            interval=words,
            scope=SCOPE[slug],
        )


@dataclass(frozen=True, slots=True)
class Transport:
    """Internal and external side by side.

    Attributes
    ----------
    internal_clusters, external_clusters : int
        Neighbourhoods that each set's intervals rest on; print them.
    shifts : tuple of Shift
        One per metric that both scorecards hold.
    """

    internal_clusters: int
    external_clusters: int
    shifts: tuple[Shift, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as plain data for JSON.

        Returns
        -------
        dict
            ``{"internal_clusters", "external_clusters", "shifts": [{"metric",
            "internal", "external", "difference"}]}``; what is not defined is None.
        """
        return _without_nan(asdict(self))


def transport(internal: Scorecard, external: Scorecard) -> Transport:
    """Compare a model where it was made with where it was not.

    Parameters
    ----------
    internal, external : Scorecard
        Of the same submission, on rows that share no cluster.

    Returns
    -------
    Transport
        In the order of the internal scorecard's metrics.
    """
    return Transport(
        internal_clusters=internal.clusters,
        external_clusters=external.clusters,
        shifts=tuple(
            Shift(name, inside, outside, difference(inside, outside))
            for name, inside in internal.metrics.items()
            if (outside := external.metrics.get(name)) is not None
        ),
    )


def difference(one: Estimate, other: Estimate) -> Estimate:
    """Subtract two independent estimates.

    The sets share no cluster, so their replicates are independent and pairing
    them would mean nothing. Variances add up; each end of the difference takes
    them from the two ends that it is made of, so that a skewed interval, such as
    a Wilson interval, stays skewed. It needs no replicates, and anybody can redo
    it from two published scorecards.

    Parameters
    ----------
    one, other : Estimate
        From samples that have nothing in common.

    Returns
    -------
    Estimate
        `one` minus `other`; without an interval where one of them has none.

    References
    ----------
    Zou & Donner (2008), Statistics in Medicine 27(10), 1693-1702; for two shares
    with Wilson intervals it is method 10 of Newcombe (1998), idem 17, 873-890.

    Examples
    --------
    >>> difference(Estimate(0.8, 0.77, 0.84), Estimate(0.5, 0.47, 0.54)).value
    0.30000000000000004
    """
    value = one.value - other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Estimate(value)
    down = math.hypot(one.value - one.low, other.high - other.value)
    up = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value, value - down, value + up)


def _without_nan(plain: dict[str, Any]) -> dict[str, Any]:
    for shift in plain["shifts"]:
        for name in ("internal", "external", "difference"):
            ends = shift[name].items()
            shift[name] = {key: None if end != end else end for key, end in ends}
    return plain
