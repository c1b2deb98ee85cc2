"""A table whose rows are drawn: names that wrap, a picture, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a drawn table.

    Attributes
    ----------
    name : str
        What a row is.
    before : tuple of str
        Heads of the numbers left of the picture.
    axis : Markup
        The scale over the pictures.
    after : tuple of str
        Heads of the numbers right of the picture.
    """

    name: str
    before: tuple[str, ...]
    axis: Markup
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a drawn table.

    Attributes
    ----------
    name : str
        Of the row.
    before : tuple of str
        Numbers left of the picture, as many as the head has.
    picture : Markup
        Over the shared axis.
    after : tuple of str
        Numbers right of the picture, as many as the head has.
    kind : str
        Classes of the row.
    note : str
        Small, under the name.
    """

    name: str
    before: tuple[str, ...]
    picture: Markup
    after: tuple[str, ...]
    kind: str = ""
    note: str = ""


def line_table(caption: str, head: Head, lines: Sequence[Line]) -> Markup:
    """Write a table with a picture in each row.

    Parameters
    ----------
    caption : str
        What the numbers are.
    head : Head
        Of all columns.
    lines : sequence of Line
        In reading order.

    Returns
    -------
    Markup
        One ``<table>``, whose rows stack where the screen is narrow.
    """
    form = Markup('<th class="n" scope="col">{}</th>')
    top = Markup('<th scope="col">{}</th>{}<th class="axis" scope="col">{}</th>{}')
    columns = top.format(
        head.name, _joined(form, head.before), head.axis, _joined(form, head.after)
    )
    return Markup(
        '<table class="plain stack"><caption class="unseen">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(caption, columns, Markup().join(_row(head, line) for line in lines))


def _row(head: Head, line: Line) -> Markup:
    note = Markup(" <small>{}</small>").format(line.note) if line.note else ""
    kind = Markup(' class="{}"').format(line.kind) if line.kind else ""
    return Markup(
        '<tr{}><th scope="row">{}{}</th>{}<td class="axis">{}</td>{}</tr>'
    ).format(
        kind,
        line.name,
        note,
        _cells(head.before, line.before),
        line.picture,
        _cells(head.after, line.after),
    )


def _cells(labels: Sequence[str], texts: Sequence[str]) -> Markup:
    return Markup().join(
        Markup('<td class="n" data-label="{}">{}</td>').format(label, text)
        if text
        else Markup("<td></td>")
        for label, text in zip(labels, texts, strict=True)
    )


def _joined(form: Markup, texts: Sequence[str]) -> Markup:
    return Markup().join(form.format(text) for text in texts)
