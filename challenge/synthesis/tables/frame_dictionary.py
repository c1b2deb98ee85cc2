"""What each column of the flat frame is: from which table, how, and from when."""

from __future__ import annotations

from typing import Any

from challenge.brief.definition import Brief
from challenge.brief.features import Feature
from challenge.schema import PartnerSchema
from challenge.schema.columns import Kind
from challenge.synthesis.tables.frame import EMPTY_IS_ZERO, moment_of

_TESTS = {"equals", "is_in", "below", "at_least"}


def frame_dictionary(brief: Brief) -> list[dict[str, Any]]:
    """Describe every column of the flat feature frame.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    list of dict
        In the order of ``brief.feature_names``, ready for JSON. Beside ``name``,
        ``label``, ``unit`` and ``type`` each tells

        - ``table``, and ``rows`` of it: ``household``, ``repeated`` or ``postcode``;
        - ``column`` of the table, empty where rows are counted;
        - ``take`` and ``where``: how several rows become one value, None and empty
          where there is one;
        - ``moment``: column that says from when a row counts, None as before;
        - ``without_rows``: value of a household in the table of which no row counts;
        - ``available_from``: age of the child in months;
        - ``sources``: source sets that have it.
    """
    partners = {partner.name: partner for partner in brief.partners}
    return [_entry(brief, partners[f.table], f) for f in brief.features]


def _entry(brief: Brief, partner: PartnerSchema, feature: Feature) -> dict[str, Any]:
    """One column of the frame."""
    made = feature.aggregate
    asked = made.model_dump(include=_TESTS, by_alias=True) if made else {}
    per = "household" if partner.rows is None else partner.rows.per
    return {
        "name": feature.name,
        "label": feature.label.model_dump(),
        "unit": feature.unit,
        "type": _type(partner, feature),
        "table": feature.table,
        "rows": "repeated" if partner.is_repeated else per,
        "column": feature.column,
        "take": made.take if made else None,
        "where": {test: value for test, value in asked.items() if value is not None},
        "moment": moment_of(partner, made) if made else None,
        "without_rows": 0 if made and made.take in EMPTY_IS_ZERO else None,
        "available_from": feature.available_from,
        "sources": [
            name for name in brief.source_names if partner.name in brief.tables_of(name)
        ],
    }


def _type(partner: PartnerSchema, feature: Feature) -> Kind:
    """Give the Table Schema type of a column of the frame."""
    take = feature.aggregate.take if feature.aggregate else None
    if take == "any":
        return "boolean"
    if take == "mean":
        return "number"
    kinds = {column.name: column.type for column in partner.columns}
    kind = kinds.get(feature.column, "integer")
    return "integer" if take == "count" or (take, kind) == ("sum", "boolean") else kind
