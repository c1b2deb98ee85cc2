"""What each source tells: its tables and its columns, alone and on top of the core."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.audit.expectation import Expectation, Resampler
from challenge.synthesis.audit.truths import ValueFinding
from challenge.synthesis.audit.visible import Seen, places_of

Places = NDArray[np.intp]


def table_values(
    seen: Seen, brief: Brief, name: str, sampler: Resampler
) -> tuple[ValueFinding, ...]:
    """Tell what every table is worth.

    Parameters
    ----------
    seen : Seen
        The additive model.
    brief : Brief
        Its tables, and which of them are the core.
    name : str
        Set to look at.
    sampler : Resampler
        Of that set.

    Returns
    -------
    tuple of ValueFinding
        In the order of the tables, those without features left out.
    """
    worth = _Worth(seen, name, sampler)
    core = places_of(brief, brief.core)
    results = []
    for partner in brief.partners:
        mine = places_of(brief, [partner.name])
        if len(mine):
            label = Words(nl=partner.title, en=partner.title)
            results.append(worth.finding(partner.name, partner.name, label, mine, core))
    return tuple(results)


def column_values(
    seen: Seen, brief: Brief, name: str, sampler: Resampler
) -> tuple[ValueFinding, ...]:
    """Tell what every feature is worth.

    Parameters
    ----------
    seen : Seen
        The additive model.
    brief : Brief
        Its features, and which tables are the core.
    name : str
        Set to look at.
    sampler : Resampler
        Of that set.

    Returns
    -------
    tuple of ValueFinding
        The most telling alone first.
    """
    worth = _Worth(seen, name, sampler)
    core = places_of(brief, brief.core)
    results = [
        worth.finding(
            feature.name, feature.table, feature.label, np.array([place]), core
        )
        for place, feature in enumerate(brief.features)
    ]
    return tuple(sorted(results, key=lambda f: (-f.alone.value, f.name)))


class _Worth:
    """Models of any features on one set, each measured once."""

    def __init__(self, seen: Seen, name: str, sampler: Resampler) -> None:
        self._seen, self._sampler = seen, sampler
        self._here = seen.rows.sets == name
        self._risk = seen.rows.risk[self._here]
        self._known: dict[tuple[int, ...], Expectation] = {}

    def finding(
        self, name: str, table: str, label: Words, mine: Places, core: Places
    ) -> ValueFinding:
        """Measure features alone, and what they add to the rest of the core."""
        alone = self._model(mine)
        rest = self._model(np.setdiff1d(core, mine))
        both = self._model(np.union1d(core, mine))
        sampler = self._sampler
        return ValueFinding(
            name=name,
            table=table,
            label=label,
            alone=sampler.auroc(alone),
            deviance_alone=sampler.explained(alone),
            gain=sampler.auroc(both, rest),
            deviance_gain=sampler.explained(both, rest),
        )

    def _model(self, features: Places) -> Expectation:
        key = tuple(features.tolist())
        if key not in self._known:
            said = self._seen.visible_risk(features)[self._here]
            self._known[key] = self._sampler.expect(self._risk, said)
        return self._known[key]
