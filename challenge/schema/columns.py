"""Columns of a partner's table, with the provenance of their figures."""

from __future__ import annotations

import datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from challenge.schema.chances import Chance
from challenge.schema.content import Content, Words, refusal
from challenge.schema.levels import Counts, Proportions, Share
from challenge.schema.marginals import Marginal

Use = Literal["feature", "audit", "link"]
Kind = Literal["string", "boolean", "integer", "number"]


class Source(Content):
    """Where a figure comes from.

    Attributes
    ----------
    status : {"published", "assumed", "mpc", "learned"}
        ``mpc``: computed together with a partner without sharing rows; ``learned``:
        from real rows, inside the partner's walls.
    reference : str
        Publication, or what the assumption rests on.
    date : date, optional
        Of the figure.
    """

    status: Literal["published", "assumed", "mpc", "learned"]
    reference: str = ""
    date: datetime.date | None = None

    @model_validator(mode="after")
    def _published_somewhere(self) -> Self:
        if self.status == "published" and not self.reference.strip():
            raise refusal(
                "source-reference",
                "A published figure has no reference.",
                "Name the publication under `reference`, or write `assumed`.",
            )
        return self


class Shift(Content):
    """A fictional district in which a number lies higher or lower.

    Attributes
    ----------
    district : str
        Name of the district, such as ``"Tilburg Wijk 03"``.
    add : float
        Added to every drawn value there, in the unit of the column.
    source : Source
        Provenance.
    """

    district: str
    add: float
    source: Source = Field(alias="x-source")


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
    missing : Chance
        Share of values missing although the household is covered, below 1.
    marginal : Marginal or None
        None for links, areas and derived columns.
    source : Source
        Provenance of the marginal.
    levels : dict of str to Words
        Labels of the categories.
    strength : bool
        Whether it is something that helps a family: support, reading, savings.
    shifts : tuple of Shift
        Districts in which a number differs.
    alike : float or None
        In a table with several rows per household: correlation of the normal scores
        between two rows of one household; 1 gives them one value. None: the table's.
    moment : str or None
        In such a table: column with the age of the child in months from which a
        row's value is known. None: the table's own moment.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: Kind
    label: Words = Field(alias="x-label")
    use: Use = Field(alias="x-use")
    available_from: float = Field(default=0, alias="x-available-from")
    sensitive: bool = Field(default=False, alias="x-sensitive")
    unit: str = Field(default="", alias="x-unit")
    missing: Chance = Field(default=Chance(share=0), alias="x-missing")
    marginal: Marginal | None = Field(default=None, alias="x-marginal")
    source: Source = Field(alias="x-source")
    levels: dict[str, Words] = Field(default={}, alias="x-levels")
    strength: bool = Field(default=False, alias="x-strength")
    shifts: tuple[Shift, ...] = Field(default=(), alias="x-shifts")
    alike: float | None = Field(default=None, ge=0, le=1, alias="x-alike")
    moment: str | None = Field(default=None, alias="x-moment")

    @field_validator("missing")
    @classmethod
    def _has_values(cls, missing: Chance) -> Chance:
        if missing.share == 1:
            raise refusal(
                "value-invalid",
                "A column of which every value is missing tells nothing.",
                "Write a share below 1, or leave the column out.",
            )
        return missing

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
        if self.type == "integer" and getattr(drawn, "decimals", 0) > 0:
            raise refusal(
                "marginal-type",
                "A whole number has no decimals.",
                "Leave `decimals` out, or write `type: number`.",
            )
        if drawn is not None and not fits[self.type]:
            raise refusal(
                "marginal-type",
                f"A {self.type} column cannot have this marginal.",
                "Booleans take `share`, strings `proportions`, numbers the others.",
            )
        return self
