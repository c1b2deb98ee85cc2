"""What an audit finds about the rows, piece by piece: declared against got."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from challenge.schema import Words

Per = Literal["household", "row", "postcode"]


class Record(BaseModel):
    """A frozen record that knows no other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Point(Record):
    """One point of a declared and a got distribution.

    Attributes
    ----------
    label : Words
        The level; for a number the probability of the quantile.
    declared, got : float
        Share of the level, in [0, 1]; for a number the value of the quantile.
    """

    label: Words
    declared: float
    got: float


class MarginalFinding(Record):
    """One column's distribution, declared against got.

    Attributes
    ----------
    column, table : str
        Which.
    label : Words
        What people read.
    unit : str
        Unit, empty when there is none.
    per : {"household", "row", "postcode"}
        What a value belongs to.
    rows : int
        Values looked at.
    error : float
        Largest difference between the two distribution functions, in [0, 1].
    chance : float
        What chance alone may make of it, over all columns together.
    gates : bool
        Whether the gate looks at it; not where a rule holds drawn values back.
    form : {"share", "levels", "quantiles"}
        What the points are: of a yes and no, of levels, or of a number.
    points : tuple of Point
        For the picture.
    """

    column: str
    table: str
    label: Words
    unit: str = ""
    per: Per
    rows: int
    error: float
    chance: float
    gates: bool
    form: Literal["share", "levels", "quantiles"]
    points: tuple[Point, ...]


class AssociationFinding(Record):
    """How strongly two columns move together, declared against got.

    Attributes
    ----------
    columns : tuple of two str
        Which.
    labels : tuple of two Words
        What people read.
    table : str
        Table that declares it.
    measure : {"spearman", "odds_ratio", "correlation"}
        As it was declared.
    rows : int
        Pairs of values looked at.
    declared, got : float
        Rank correlation, in [-1, 1].
    odds_declared, odds_got : float or None
        Odds ratio, where that was declared.
    chance : float
        What chance alone may make of the difference, over all pairs together.
    gates : bool
        Whether the gate looks at it.
    """

    columns: tuple[str, str]
    labels: tuple[Words, Words]
    table: str
    measure: Literal["spearman", "odds_ratio", "correlation"]
    rows: int
    declared: float
    got: float
    odds_declared: float | None = None
    odds_got: float | None = None
    chance: float
    gates: bool

    @property
    def error(self) -> float:
        """Difference between the rank correlations."""
        return abs(self.got - self.declared)


class BetweenFinding(Record):
    """How much of a column lies between neighbourhoods, declared against got.

    Attributes
    ----------
    column : str
        Which.
    label : Words
        What people read.
    declared, got : float
        Intraclass correlation of the ranks, in [0, 1].
    """

    column: str
    label: Words
    declared: float
    got: float


class SetFinding(Record):
    """The target in one row set.

    Attributes
    ----------
    name : str
        Of the set.
    rows : int
        Households in the release.
    audited : int
        Households looked at.
    clusters : int
        Neighbourhoods looked at.
    declared : float
        Prevalence that was asked for, in (0, 1).
    risk : float
        Mean true probability.
    share : float
        Share of drawn labels that are positive.
    """

    name: str
    rows: int
    audited: int
    clusters: int
    declared: float
    risk: float
    share: float


class CoverageFinding(Record):
    """How many households a table holds, declared against got.

    Attributes
    ----------
    table : str
        Which.
    title : str
        What people read.
    partner : str
        Organisation that the table is like.
    declared, got : float
        Share of households, or of postcode areas, in [0, 1].
    chance : float
        What chance alone may make of the difference.
    tilted : bool
        Whether some households are in it more often than others.
    """

    table: str
    title: str
    partner: str
    declared: float
    got: float
    chance: float
    tilted: bool


class GapFinding(Record):
    """How often a feature is missing.

    Attributes
    ----------
    column, table : str
        Which.
    label : Words
        What people read.
    declared : float or None
        Share of the households covered; None where none can be worked out: of what
        several rows make together, and of what follows inside an area table.
    follows : bool
        Whether `declared` stands in no schema and was worked out.
    got : float
        The same, as drawn.
    chance : float
        What chance alone may make of the difference.
    frame : float
        Share of all households for which a model misses it, in [0, 1].
    tilted : bool
        Whether it is missing more often for some households.
    """

    column: str
    table: str
    label: Words
    declared: float | None
    follows: bool
    got: float
    chance: float
    frame: float
    tilted: bool


class CellFinding(Record):
    """How many households one group has in one set.

    Attributes
    ----------
    attribute, level : str
        Which group.
    labels : tuple of two Words
        What people read.
    set : str
        Which row set.
    rows : int or None
        Households in the release; an estimate where not all were looked at, None
        where a public report does not show them.
    """

    attribute: str
    level: str
    labels: tuple[Words, Words]
    set: str
    rows: int | None


class Provenance(Record):
    """On what the declared figures rest.

    Attributes
    ----------
    published, assumed, mpc, learned : int
        Figures of each kind: marginals, associations and shifts.
    """

    published: int = 0
    assumed: int = 0
    mpc: int = 0
    learned: int = 0

    @property
    def total(self) -> int:
        """Figures of every kind."""
        return self.published + self.assumed + self.mpc + self.learned
