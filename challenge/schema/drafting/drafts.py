"""A draft of a partner schema, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from challenge.errors import DraftRefusedError, Fault
from challenge.schema.columns import Kind, Use
from challenge.schema.drafting.names import HOUSEHOLD, column_name

Marginal = Mapping[str, Any]

FILL_IN = "FILL IN"


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """A column that can be drafted.

    Attributes
    ----------
    name, header : str
        As it will be called, and what the source calls it.
    kind : {"string", "boolean", "integer", "number"}
        Table Schema type.
    marginal : mapping of str to object
        As it is written under ``x-marginal``.
    basis : str
        What the figures rest on.
    use : {"feature", "audit", "link"}
        As the header suggests.
    missing : float
        Share missing, in steps of 0.05.
    todo : str
        What a person must look at, beside what every column asks.
    label : str
        What people call it; empty: the header.
    """

    name: str
    header: str
    kind: Kind
    marginal: Marginal
    basis: str = "placeholder"
    use: Use = "feature"
    missing: float = 0.0
    todo: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A schema of one table, to be finished by a person.

    Attributes
    ----------
    table : str
        Name of the table, and of its file.
    origin : str
        What it was made from.
    columns : tuple of DraftColumn
        In the order of the source.
    left_out : mapping of str to str
        Headers that are not drafted, and why.
    counts : mapping of int to float, optional
        Share of households with so many rows; None: one row each.
    title : str
        What people call the table; empty: its name.
    """

    table: str
    origin: str
    columns: tuple[DraftColumn, ...]
    left_out: Mapping[str, str]
    counts: Mapping[int, float] | None = None
    title: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names that it brings into the feature frame or the tables."""
        own = tuple(column.name for column in self.columns)
        if self.counts is None:
            return own
        return (*own, moment_of(self.table), f"{self.table}_count")

    @property
    def text(self) -> str:
        """The draft as YAML, with comments for who finishes it."""
        return "\n".join(_lines(self)) + "\n"


def refuse_empty(draft: Draft) -> Draft:
    """Refuse a draft without columns.

    Parameters
    ----------
    draft : Draft
        As made.

    Returns
    -------
    Draft
        The same.

    Raises
    ------
    DraftRefusedError
        With the reason for each column, if none is left.
    """
    if draft.columns:
        return draft
    problem = "No column can be drafted."
    repair = "Add columns that describe a circumstance, not a person."
    reasons = draft.left_out or {"(the whole file)": problem}
    raise DraftRefusedError(
        [
            Fault(draft.origin, None, header, "draft-empty", f"{reason}.", repair)
            for header, reason in reasons.items()
        ]
    )


def _lines(draft: Draft) -> Iterator[str]:
    """Write a draft line by line, in the layout of the schemas that we ship."""
    yield f"# Draft of a schema, made from {_comment(draft.origin)}."
    yield "# Every figure is an assumption: rounded, and never a true lowest or highest"
    yield f"# value. Read every line; where it says {FILL_IN}, only you know what goes."
    yield "# `challenge schema check` on this file tells what is still wrong."
    if draft.left_out:
        yield "#"
        yield "# Left out:"
    for header, reason in draft.left_out.items():
        yield f"#   {_comment(header)}: {reason}."
    title = _scalar(draft.title[:80] or draft.table)
    yield f"name: {draft.table}"
    yield f"title: {title}  # {FILL_IN}: what people call the table"
    yield f"x-partner: {FILL_IN}"
    yield f"x-coverage: 1  # {FILL_IN}: share of households in the table, above 0 to 1"
    if draft.counts is not None:
        yield f"# {FILL_IN}: share of households with 1, 2, ... rows; age at each row."
        yield (
            f"x-rows: {{count: {{proportions: {_flow(draft.counts)}}},"
            f" moment: {moment_of(draft.table)}, alike: 0.5}}"
        )
    yield f"x-legal-basis: {FILL_IN}"
    yield "x-may-leave: none"
    yield "schema:"
    yield f"  primaryKey: {draft.table + '_id' if draft.counts else HOUSEHOLD}"
    yield "  fields:"
    for name, nl, en in _links(draft):
        yield from _link(name, nl, en)
    for column in draft.columns:
        yield from _column(column)
    if draft.counts is not None:
        yield from _moment(draft.table)
        yield from _feature(draft.table)


def moment_of(table: str) -> str:
    """Name the column that tells the age of the child at a row.

    Parameters
    ----------
    table : str
        Name of the table.

    Returns
    -------
    str
        Unique over tables.
    """
    return f"{table}_month"


def _links(draft: Draft) -> Sequence[tuple[str, str, str]]:
    household = (HOUSEHOLD, "Sleutel van het gezin", "Household key")
    if draft.counts is None:
        return (household,)
    return ((f"{draft.table}_id", "Sleutel van de rij", "Row key"), household)


def _link(name: str, nl: str, en: str) -> Iterator[str]:
    yield f"    - name: {name}"
    yield "      type: string"
    yield f"      x-label: {{nl: {nl}, en: {en}}}"
    yield "      x-use: link"
    yield "      x-source: {status: assumed, reference: made per release}"


def _column(column: DraftColumn) -> Iterator[str]:
    """Write one column; its label is the header until somebody words it."""
    label = _scalar((column.label or column.header)[:80])
    levels = column.marginal.get("proportions")
    if column.todo:
        yield f"    # {FILL_IN}: {column.todo}."
    usual = column_name(column.header)
    if column.name != usual:
        yield f"    # Not called {usual}: another column is, or that name is kept."
    yield f"    - name: {column.name}"
    yield f"      type: {column.kind}"
    yield f"      x-label: {{nl: {label}, en: {label}}}  # {FILL_IN}"
    if isinstance(levels, Mapping):
        yield f"      x-levels:  # {FILL_IN}"
        for level in levels:
            word = _scalar(str(level))
            yield f"        {word}: {{nl: {word}, en: {word}}}"
    yield f"      x-use: {column.use}"
    yield "      x-sensitive: true  # false if nothing about health, care or origin"
    yield f"      x-available-from: 0  # {FILL_IN}: age of the child in months"
    if column.missing:
        yield f"      x-missing: {column.missing:g}"
    yield f"      x-marginal: {_flow(column.marginal)}"
    yield f"      x-source: {{status: assumed, reference: {_scalar(column.basis)}}}"


def _moment(table: str) -> Iterator[str]:
    yield f"    # {FILL_IN}: from which age of the child a row is known."
    yield f"    - name: {moment_of(table)}"
    yield "      type: number"
    yield "      x-label: {nl: Leeftijd van het kind, en: Age of the child}"
    yield "      x-unit: maanden"
    yield "      x-use: feature"
    yield "      x-marginal: {quantiles: {0: 0, 0.5: 6, 1: 24}, decimals: 1}"
    yield "      x-source: {status: assumed, reference: placeholder}"


def _feature(table: str) -> Iterator[str]:
    label = f"{{nl: Aantal rijen in {table}, en: Rows in {table}}}"
    yield f"# {FILL_IN}: what models get to see of the rows of one household."
    yield "x-features:"
    yield f"  - {{name: {table}_count, take: count, x-label: {label}}}"


def _scalar(text: str) -> str:
    """Write a text so that YAML reads it back as that text, on one line."""
    return _flow(text)


def _flow(value: object) -> str:
    written = yaml.safe_dump(
        value,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
    )
    return str(written).removesuffix("\n").removesuffix("...").removesuffix("\n")


def _comment(text: str) -> str:
    """Hold a text on one line, without what could end a comment."""
    return "".join(c if c.isprintable() else " " for c in text)[:80]
