"""Partner schemas: what a partner tells about a table, instead of its rows.

A schema is a Frictionless *Data Resource* with a *Table Schema*, plus ``x-`` keys
that hold marginals, associations, provenance and what may be done with a column.

References
----------
Frictionless Data, "Table Schema" and "Data Resource" specifications, version 1.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator

from challenge.schema.conditions import RequiredCondition
from challenge.schema.content import Content, Words, refusal
from challenge.schema.levels import Counts, Proportions, Share
from challenge.schema.marginals import Marginal

Use = Literal["feature", "audit", "link"]
Kind = Literal["string", "boolean", "integer", "number"]


class Source(Content):
    """Where a figure comes from.

    Attributes
    ----------
    status : {"published", "assumed", "mpc"}
        ``mpc``: computed together with a partner without sharing rows.
    reference : str
        Publication, or what the assumption rests on.
    date : date, optional
        Of the figure.
    """

    status: Literal["published", "assumed", "mpc"]
    reference: str = ""
    date: datetime.date | None = None


class Column(Content):
    """One column of a partner's table.

    Attributes
    ----------
    name : str
        Unique over all partners of a challenge, link columns excepted.
    type : {"string", "boolean", "integer", "number"}
        Table Schema type.
    label : Words
        What people read.
    use : {"feature", "audit", "link"}
        Whether models may see it, only audits may, or it only links tables.
    available_from : float
        Age of the child in months from which the value is known; below 0 is
        before birth.
    sensitive : bool
        Special-category data in the sense of GDPR art. 9, or close to it.
    unit : str
        Unit, empty when there is none.
    missing : float
        Share of values missing although the household is covered.
    marginal : Marginal or None
        None for links, areas and derived columns.
    source : Source
        Provenance of the marginal.
    levels : dict of str to Words
        Labels of the categories.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: Kind
    label: Words = Field(alias="x-label")
    use: Use = Field(alias="x-use")
    available_from: float = Field(default=0, alias="x-available-from")
    sensitive: bool = Field(default=False, alias="x-sensitive")
    unit: str = Field(default="", alias="x-unit")
    missing: float = Field(default=0, ge=0, lt=1, alias="x-missing")
    marginal: Marginal | None = Field(default=None, alias="x-marginal")
    source: Source = Field(alias="x-source")
    levels: dict[str, Words] = Field(default={}, alias="x-levels")

    @model_validator(mode="after")
    def _type_fits_marginal(self) -> Column:
        drawn = self.marginal
        texts = drawn is not None and any(isinstance(v, str) for v in drawn.levels)
        fits = {
            "boolean": isinstance(drawn, Share),
            "string": isinstance(drawn, Proportions),
            "integer": not texts and not isinstance(drawn, Share),
            "number": not texts and not isinstance(drawn, Share | Counts),
        }
        if drawn is not None and not fits[self.type]:
            raise refusal(
                "marginal-type",
                f"A {self.type} column cannot have this marginal.",
                "Booleans take `share`, strings `proportions`, numbers the others.",
            )
        return self


class Association(Content):
    """How strongly two columns move together.

    Exactly one measure is given. Levels count in their declared order.

    Attributes
    ----------
    columns : tuple of two str
        ``column`` of this table, or ``table.column`` of another.
    spearman : float, optional
        Rank correlation, ties at their middle rank.
    odds_ratio : float, optional
        Between two columns of two levels each.
    correlation : float, optional
        Between the normal scores.
    source : Source
        Provenance.
    """

    columns: tuple[str, str]
    spearman: float | None = Field(default=None, gt=-1, lt=1)
    odds_ratio: float | None = Field(default=None, gt=0)
    correlation: float | None = Field(default=None, gt=-1, lt=1)
    source: Source = Field(alias="x-source")

    @model_validator(mode="after")
    def _one_measure(self) -> Association:
        given = (self.spearman, self.odds_ratio, self.correlation)
        if sum(value is not None for value in given) != 1:
            raise refusal(
                "association-measure",
                "An association needs exactly one measure.",
                "Give one of `spearman`, `odds_ratio` and `correlation`.",
            )
        return self

    @property
    def names(self) -> tuple[str, str]:
        """The two column names without their tables."""
        first, second = (name.rpartition(".")[2] for name in self.columns)
        return first, second


class Rule(Content):
    """A column that follows from others, so that no contradiction is drawn.

    Attributes
    ----------
    column : str
        The boolean column that is derived.
    when : RequiredCondition, optional
        True where this holds.
    any : tuple of str, optional
        True where at least one of these boolean columns is.
    """

    column: str
    when: RequiredCondition | None = None
    any: tuple[str, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if (self.when is None) == (self.any is None):
            raise refusal(
                "rule-form",
                "A rule needs either `when` or `any`.",
                "Give exactly one of the two.",
            )
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns it is derived from."""
        return self.any or ((self.when.column,) if self.when else ())


class ForeignKey(Content):
    """A Table Schema foreign key: which column links to which table.

    Attributes
    ----------
    fields : str
        Column of this table.
    reference : dict of str to str
        ``resource`` and ``fields`` of the other table.
    """

    fields: str
    reference: dict[Literal["resource", "fields"], str]


class TableSchema(Content):
    """The Table Schema part of a partner's schema.

    Attributes
    ----------
    columns : tuple of Column
        In the partner's order.
    primary_key : str
        Column with one value per row.
    foreign_keys : tuple of ForeignKey
        Links to the other tables.
    missing_values : tuple of str
        Texts that mean "missing" in a CSV of this table.
    """

    columns: tuple[Column, ...] = Field(alias="fields", min_length=1)
    primary_key: str = Field(alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field(default=(), alias="foreignKeys")
    missing_values: tuple[str, ...] = Field(default=("",), alias="missingValues")


class PartnerSchema(Content):
    """One table of one partner.

    Attributes
    ----------
    name : str
        Name of the table; the file is called the same.
    title : str
        For people.
    partner : str
        Organisation that the table is like.
    coverage : float
        Share of households in the table, in (0, 1].
    legal_basis : str
        On which ground the partner holds such data.
    may_leave : {"none", "aggregate"}
        What may leave the partner when the data are real.
    table : TableSchema
        Columns and keys.
    associations : tuple of Association
        Declared dependence.
    rules : tuple of Rule
        Derived columns, in the order in which they are derived.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    partner: str = Field(alias="x-partner")
    coverage: float = Field(default=1, gt=0, le=1, alias="x-coverage")
    legal_basis: str = Field(alias="x-legal-basis")
    may_leave: Literal["none", "aggregate"] = Field(alias="x-may-leave")
    table: TableSchema = Field(alias="schema")
    associations: tuple[Association, ...] = Field(default=(), alias="x-associations")
    rules: tuple[Rule, ...] = Field(default=(), alias="x-constraints")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column in the partner's order."""
        return self.table.columns
