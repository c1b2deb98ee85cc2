"""Features: the columns of the flat frame, and from which table each one comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from challenge.schema import Column, PartnerSchema, Words
from challenge.schema.repetition import Aggregate


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature frame.

    Attributes
    ----------
    name : str
        Column of the frame.
    table : str
        Partner table that it comes from.
    column : str
        Column of that table; empty when rows are counted.
    label : Words
        What people read.
    unit : str
        Unit, empty when there is none.
    is_text : bool
        Str and None instead of float64.
    available_from : float
        Age of the child in months from which it is known; for an aggregate the
        moment to which it counts.
    aggregate : Aggregate or None
        How several rows become one value; None: there is one.
    """

    name: str
    table: str
    column: str
    label: Words
    unit: str
    is_text: bool
    available_from: float
    aggregate: Aggregate | None = None


def features(
    partners: Sequence[PartnerSchema], *, prediction_month: float
) -> Iterator[Feature]:
    """List the features that partners offer at the prediction moment.

    Parameters
    ----------
    partners : sequence of PartnerSchema
        In order of the frame.
    prediction_month : float
        Age of the child in months; what is known later is left out.

    Yields
    ------
    Feature
        In the order of the tables, and of the columns in them.
    """
    for partner in partners:
        if partner.is_repeated:
            for made in partner.aggregates:
                yield _aggregated(partner, made, prediction_month)
            continue
        for column in partner.columns:
            if column.use == "feature" and column.available_from <= prediction_month:
                yield _plain(partner, column)


def _plain(partner: PartnerSchema, column: Column) -> Feature:
    return Feature(
        name=column.name,
        table=partner.name,
        column=column.name,
        label=column.label,
        unit=column.unit,
        is_text=column.type == "string",
        available_from=column.available_from,
    )


def _aggregated(partner: PartnerSchema, made: Aggregate, month: float) -> Feature:
    types = {column.name: column.type for column in partner.columns}
    keeps_text = made.take in {"first", "last", "min", "max"}
    return Feature(
        name=made.name,
        table=partner.name,
        column=made.column,
        label=made.label,
        unit=made.unit,
        is_text=keeps_text and types.get(made.column) == "string",
        available_from=month,
        aggregate=made,
    )
