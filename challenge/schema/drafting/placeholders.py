"""Columns of which a source tells the kind and nothing else, and what it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from challenge.schema.columns import Kind
from challenge.schema.drafting.drafts import DraftColumn
from challenge.schema.drafting.names import use_of

ROWS_EACH = {1: 0.6, 2: 0.3, 3: 0.1}
"""Assumed rows per household where nothing tells."""

KEY = "is a key: we make our own"
COUNTED = "tells rows apart, like a key: its whole numbers count up or all differ"
NAMES = "holds what looks like names of persons or organisations"
DATES = "holds dates: declare the age of the child in months instead"

_MARGINALS: Mapping[Kind, Mapping[str, Any]] = {
    "boolean": {"share": 0.5},
    "integer": {"distribution": "counts", "mean": 2, "cap": 10},
    "number": {"distribution": "normal", "mean": 0, "sd": 1, "decimals": 2},
    "string": {"proportions": {"low": 0.5, "high": 0.5}},
}
_TODO: Mapping[Kind, str] = {
    "boolean": "the share",
    "integer": "the distribution; the source holds no figure that may be used",
    "number": "the distribution; the source holds no figure that may be used",
    "string": "categories from low to high, only those of 10 people or more; shares",
}


def placeholder(kind: Kind, name: str, header: str) -> DraftColumn:
    """Draft a column of which only the kind is known.

    Parameters
    ----------
    kind : {"string", "boolean", "integer", "number"}
        Table Schema type.
    name, header : str
        As it will be called, and what the source calls it.

    Returns
    -------
    DraftColumn
        With a marginal that says nothing, for a person to replace.
    """
    marginal, use = _MARGINALS[kind], use_of(header)
    return DraftColumn(name, header, kind, marginal, use=use, todo=_TODO[kind])
