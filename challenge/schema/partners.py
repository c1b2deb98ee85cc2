"""Partner schemas: what a partner tells about a table, instead of its rows.

A schema is a Frictionless *Data Resource* with a *Table Schema*, plus ``x-`` keys
that hold marginals, associations, provenance and what may be done with a column.

References
----------
Frictionless Data, "Table Schema" and "Data Resource" specifications, version 1.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from challenge.schema.chances import Chance
from challenge.schema.columns import Column, Source
from challenge.schema.content import Content, refusal
from challenge.schema.repetition import Aggregate, Rows
from challenge.schema.rules import Rule

STANDING = "neighbourhood_standing"
"""Reserved name in associations: how well off a household's neighbourhood is, as a
normal score. Its correlation with a column's normal score, squared, is the share of
that score's variance that lies between neighbourhoods; of the values it is less."""


class Association(Content):
    """How strongly two columns move together.

    Exactly one measure is given. Levels count in their declared order.

    Attributes
    ----------
    columns : tuple of two str
        ``column`` of this table, ``table.column`` of another, or `STANDING`.
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
    def measure(self) -> str:
        """Key of the measure that is given."""
        keys = ("spearman", "odds_ratio", "correlation")
        return next(key for key in keys if getattr(self, key) is not None)

    @property
    def names(self) -> tuple[str, str]:
        """The two column names without their tables."""
        first, second = (name.rpartition(".")[2] for name in self.columns)
        return first, second


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
    coverage : Chance
        Share of households in the table, above 0.
    rows : Rows or None
        What one row is; None: one row per household.
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
    aggregates : tuple of Aggregate
        Features made from a table with several rows per household.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    partner: str = Field(alias="x-partner")
    coverage: Chance = Field(default=Chance(share=1), alias="x-coverage")
    rows: Rows | None = Field(default=None, alias="x-rows")
    legal_basis: str = Field(alias="x-legal-basis")
    may_leave: Literal["none", "aggregate"] = Field(alias="x-may-leave")
    table: TableSchema = Field(alias="schema")
    associations: tuple[Association, ...] = Field(default=(), alias="x-associations")
    rules: tuple[Rule, ...] = Field(default=(), alias="x-constraints")
    aggregates: tuple[Aggregate, ...] = Field(default=(), alias="x-features")

    @field_validator("coverage")
    @classmethod
    def _covers_some(cls, coverage: Chance) -> Chance:
        if coverage.share == 0:
            raise refusal(
                "value-invalid",
                "A table that covers nobody is no table.",
                "Write a share above 0, or leave the table out.",
            )
        return coverage

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column in the partner's order."""
        return self.table.columns

    @property
    def provenance(self) -> tuple[Source, ...]:
        """Where each figure that rows are drawn from comes from."""
        drawn = [column for column in self.columns if column.marginal is not None]
        shifts = tuple(shift.source for column in drawn for shift in column.shifts)
        pairs = tuple(association.source for association in self.associations)
        return tuple(column.source for column in drawn) + shifts + pairs

    @property
    def is_learned(self) -> bool:
        """Whether any of its figures comes from real rows."""
        return any(source.status == "learned" for source in self.provenance)

    @property
    def is_repeated(self) -> bool:
        """Whether a household may have several rows."""
        return self.rows is not None and self.rows.per == "household"

    @property
    def is_area(self) -> bool:
        """Whether a row is a postcode area."""
        return self.rows is not None and self.rows.per == "postcode"

    def alike(self, column: Column) -> float:
        """Correlation of a column's normal scores between rows of one household.

        Parameters
        ----------
        column : Column
            Of this table.

        Returns
        -------
        float
            In [0, 1]; 1 in a table with one row per household.
        """
        if self.rows is None or not self.is_repeated:
            return 1.0
        return self.rows.alike if column.alike is None else column.alike
