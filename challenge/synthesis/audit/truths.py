"""What an audit finds about the target: truth, ceilings, and what sources add."""

from __future__ import annotations

from typing import Literal

from challenge.schema import Words
from challenge.synthesis.audit.records import Record
from leaderboard.estimates import Estimate


class PowerFinding(Record):
    """How likely a model like the true risk is to be seen to meet the policy.

    Attributes
    ----------
    set : str
        Hidden row set.
    attribute : str
        Attribute of the deciding group with the fewest expected positives; the first
        that gates where none decides.
    label : Words
        What people call that attribute.
    smallest : Words or None
        That group; None: none decides.
    positives : float
        Its expected positives.
    power : float
        Probability in [0, 1] that all groups are seen to meet the policy; 0 where
        none decides.
    """

    set: str
    attribute: str
    label: Words
    smallest: Words | None
    positives: float
    power: float


class GroupVerdict(Record):
    """What the policy found for one group that decides.

    Attributes
    ----------
    attribute, level : str
        Which group; small ones together are ``"other small groups"``.
    positives : int
        Observed cases.
    state : str
        As `leaderboard.PolicyState`.
    value, low, high : float or None
        Observed / expected with simultaneous bounds.
    excess, excess_low, excess_high : float or None
        Share not recognised in excess of the reference model's, likewise.
    """

    attribute: str
    level: str
    positives: int
    state: str
    value: float | None
    low: float | None
    high: float | None
    excess: float | None
    excess_low: float | None
    excess_high: float | None


class VerdictFinding(Record):
    """What the policy says of a model that nobody can be asked to better.

    Attributes
    ----------
    model : {"truth", "visible"}
        The true risk, or the best that a source set can see.
    source : str
        Source set whose reference model it is judged against.
    label : Words
        What people call the source set.
    state : str
        As `leaderboard.PolicyState`.
    groups : tuple of GroupVerdict
        Sealed: they rest on the labels of hidden rows.
    """

    model: Literal["truth", "visible"]
    source: str
    label: Words
    state: str
    groups: tuple[GroupVerdict, ...] = ()


class CeilingFinding(Record):
    """How good a model can be on one set.

    Attributes
    ----------
    set : str
        Hidden row set.
    source : str
        Source set; ``"truth"``: the true risk itself, area effects and all.
    label : Words
        What people read.
    auroc : Estimate
        Expected over all draws of the labels; the interval is over neighbourhoods.
    scaled_brier : float
        Expected likewise; at most 1.
    """

    set: str
    source: str
    label: Words
    auroc: Estimate
    scaled_brier: float


class ValueFinding(Record):
    """What one table or one column tells about the target.

    Attributes
    ----------
    name, table : str
        Which; the same for a table.
    label : Words
        What people read.
    alone : Estimate
        AUROC of a model that sees nothing else.
    deviance_alone : Estimate
        Share of the deviance that such a model explains.
    gain : Estimate
        AUROC that it adds to the core; a part of the core, to the rest of it.
    deviance_gain : Estimate
        Share of the deviance that it adds, in the same way.
    """

    name: str
    table: str
    label: Words
    alone: Estimate
    deviance_alone: Estimate
    gain: Estimate
    deviance_gain: Estimate


class LikenessFinding(Record):
    """What SDMetrics says of two sets of rows.

    Attributes
    ----------
    first, second : str
        Row sets; the same name twice stands for two halves of one.
    rows : int
        Rows of each, drawn at random.
    columns : int
        Columns compared: those with the fewest values missing.
    validity : float
        Diagnostic score in [0, 1].
    shapes : float
        Quality of single columns, in [0, 1]; 1 is the same.
    trends : float or None
        The same of pairs; SDMetrics leaves weak associations out, and there may be
        no others.
    """

    first: str
    second: str
    rows: int
    columns: int
    validity: float
    shapes: float
    trends: float | None


class EffectFinding(Record):
    """One effect of the mechanism: declared, drawn, and found again.

    Attributes
    ----------
    name : str
        Condition or interaction, as declared; for an attribute without an effect
        its group.
    kind : {"effect", "interaction", "none"}
        ``"none"``: declared to have no effect of its own.
    value, spread : float
        As declared, log-odds.
    drawn : float
        What holds in this build.
    found : Estimate
        By logistic regression of the labels on all terms.
    raw : float or None
        Log odds ratio without the other terms, for ``"none"``.
    """

    name: str
    kind: Literal["effect", "interaction", "none"]
    value: float
    spread: float
    drawn: float
    found: Estimate
    raw: float | None = None


class SpreadFinding(Record):
    """How much areas differ for reasons that no column holds.

    Attributes
    ----------
    level : {"neighbourhood", "municipality"}
        Of which areas.
    areas : int
        How many.
    declared : float
        Standard deviation in log-odds.
    got : Estimate
        Of the effects that were drawn.
    """

    level: Literal["neighbourhood", "municipality"]
    areas: int
    declared: float
    got: Estimate


class Sealed(Record):
    """What only organiser and auditor may see before the end.

    Attributes
    ----------
    effects : tuple of EffectFinding
        Effects, interactions, then attributes without an effect.
    slope : float or None
        Of found on drawn effects; 1 is perfect, None below two effects.
    spreads : tuple of SpreadFinding
        Of area effects.
    icc_declared, icc_got : float
        Share of the target's latent variance that area effects make up, among what
        no column holds.
    icc_target : float
        Share of the target's whole latent variance between neighbourhoods.
    columns : tuple of ValueFinding
        What each feature tells, best first.
    """

    effects: tuple[EffectFinding, ...]
    slope: float | None
    spreads: tuple[SpreadFinding, ...]
    icc_declared: float
    icc_got: float
    icc_target: float
    columns: tuple[ValueFinding, ...]
