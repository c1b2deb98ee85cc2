"""Tables with another number of rows than one per household.

A table may have several rows per household (contacts, trajectories) or one per
fictional postcode area. Rows of one household are alike: the copula draws the
household's part of each column, and every row adds a part of its own. Postcode areas
share profiles, as in a geodemographic segmentation, so that their values are no name
(`challenge.synthesis.tables.postcodes`).
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from challenge.schema.chances import Chance
from challenge.schema.conditions import Condition
from challenge.schema.content import Content, Words, refusal
from challenge.schema.levels import Proportions
from challenge.schema.limits import MOST_ROWS

Take = Literal["count", "any", "sum", "mean", "min", "max", "first", "last"]


class Rows(Content):
    """What one row of a table is.

    Attributes
    ----------
    per : {"household", "postcode"}
        Whose rows they are. A postcode area has one, the same as at least nine others.
    count : Proportions, optional
        Rows of a household that is in the table: a share for 1, 2 and so on.
    moments : tuple of float, optional
        Instead: one row at each of these ages of the child, in months.
    attended : Chance
        Share of the moments at which there is a row.
    moment : str, optional
        Column with the age of the child in months at which a row is known.
    alike : float
        Correlation of the normal scores between two rows of one household.
    """

    per: Literal["household", "postcode"] = "household"
    count: Proportions | None = None
    moments: tuple[float, ...] | None = Field(
        default=None, min_length=1, max_length=MOST_ROWS
    )
    attended: Chance = Chance(share=1)
    moment: str | None = None
    alike: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.count is not None) + (self.moments is not None)
        if ways != (self.per == "household") or (ways and self.moment is None):
            raise refusal(
                "rows-form",
                "It is not clear how many rows there are.",
                "Give `per: postcode`; or `moment` with either `count` or `moments`.",
            )
        return self


class Aggregate(Condition):
    """A feature that is made from several rows of one household.

    Only rows that are known at the prediction moment count.

    Attributes
    ----------
    name : str
        Column of the feature frame.
    column : str
        Column of the table; empty when rows are counted.
    take : {"count", "any", "sum", "mean", "min", "max", "first", "last"}
        ``count`` and ``any`` take the rows in which the condition holds, all of
        them if there is none; the others take values, missing ones left out. If no
        row counts: 0 for ``count``, ``any`` and ``sum``, missing for the others. A
        household that is not in the table has all of them missing; where the number
        of rows is drawn, it is in the table from its first row.
    label : Words
        What people read.
    unit : str
        Unit, empty when there is none.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    column: str = ""
    take: Take
    label: Words = Field(alias="x-label")
    unit: str = Field(default="", alias="x-unit")

    @model_validator(mode="after")
    def _column_where_needed(self) -> Self:
        counts = self.take in {"count", "any"}
        if (self.tests and not counts) or (
            not self.column and (self.tests or not counts)
        ):
            raise refusal(
                "aggregate-form",
                f"The feature {self.name} is not clear.",
                "A `count` or `any` takes a condition on a column or nothing;"
                " the others take a column.",
            )
        return self
