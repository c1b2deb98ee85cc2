"""The strokes that every picture is made of: rules, dots, words, hatch.

`x` is a percentage and `y` in pixels, so text never scales. What a stroke means
is its shape; its colour comes from a class, and repeats it at most.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def picture(height: int, title: str, parts: Iterable[Markup]) -> Markup:
    """Close strokes in a picture that names itself.

    Parameters
    ----------
    height : int
        In px.
    title : str
        What the picture says, in words.
    parts : iterable of Markup
        Its strokes, from back to front.

    Returns
    -------
    Markup
        One ``<svg>`` as wide as what it stands in.
    """
    return _drawn(
        f'<svg height="{height}" role="img"><title>{escape(title)}</title>'
        f"{Markup().join(parts)}</svg>"
    )


def upright(kind: str, x: str, top: float, foot: float) -> Markup:
    """Draw a vertical rule.

    Parameters
    ----------
    kind : str
        Classes.
    x : str
        Percentage of the width.
    top, foot : float
        Both ends, in px.

    Returns
    -------
    Markup
        One ``<line>``.
    """
    return _drawn(
        f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top:.0f}" y2="{foot:.0f}"/>'
    )


def level(kind: str, y: float, start: str = "0", end: str = "100%") -> Markup:
    """Draw a horizontal rule.

    Parameters
    ----------
    kind : str
        Classes.
    y : float
        In px.
    start, end : str
        Both ends, as percentages of the width.

    Returns
    -------
    Markup
        One ``<line>``.
    """
    return _drawn(
        f'<line class="{kind}" x1="{start}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )


def circle(kind: str, x: str, y: float, radius: float) -> Markup:
    """Draw a dot or a ring.

    Parameters
    ----------
    kind : str
        Classes.
    x : str
        Percentage of the width.
    y, radius : float
        In px.

    Returns
    -------
    Markup
        One ``<circle>``.
    """
    return _drawn(f'<circle class="{kind}" cx="{x}" cy="{y:.1f}" r="{radius}"/>')


def write(kind: str, x: str, y: float, text: str, *, shift: int = 0) -> Markup:
    """Write a text, which stays as large however wide the picture is.

    Parameters
    ----------
    kind : str
        Classes: ``t`` for ink, ``tb`` bold, ``c`` centred, ``e`` ending at `x`.
    x : str
        Percentage of the width.
    y : float
        Base line, in px.
    text : str
        Escaped here.
    shift : int
        Px to the right of `x`.

    Returns
    -------
    Markup
        One ``<text>``.
    """
    moved = f' dx="{shift}"' if shift else ""
    return _drawn(
        f'<text class="{kind}" x="{x}" y="{y:.0f}"{moved}>{escape(text)}</text>'
    )


def path(kind: str, x: str, y: float, line: str) -> Markup:
    """Draw a small shape in px around a place in percent.

    Parameters
    ----------
    kind : str
        Classes.
    x : str
        Percentage of the width.
    y : float
        In px.
    line : str
        Path data in px, counted from that place.

    Returns
    -------
    Markup
        An ``<svg>`` with one ``<path>``.
    """
    return _drawn(
        f'<svg x="{x}" y="{y:.1f}" overflow="visible">'
        f'<path class="{kind}" d="{line}"/></svg>'
    )


def hatch(y: float, text: str) -> Markup:
    """Hatch a cell of 24 px that may not be shown, and say so.

    The page holds the pattern ``#hatch`` once; without it the words remain.

    Parameters
    ----------
    y : float
        Middle of the cell, in px.
    text : str
        Why it is empty.

    Returns
    -------
    Markup
        A ``<rect>`` over the full width with its words.
    """
    # The pattern is named here, not in the stylesheet: there it would be looked
    # up in the stylesheet's own document.
    return Markup(
        '<rect class="hatch" x="0" y="{:.0f}" width="100%" height="24"'
        ' fill="url(#hatch)"/>'
    ).format(y - 12) + write("c t said", "50%", y + 5, text)


def shorten(text: str, most: int) -> str:
    """Cut a text that does not fit; the table holds it whole.

    Parameters
    ----------
    text : str
        Such as the name of a team.
    most : int
        Letters that fit, at least 2.

    Returns
    -------
    str
        The text, or its start and an ellipsis.

    Examples
    --------
    >>> shorten("Scholekster", 11), shorten("Scholekster", 7)
    ('Scholekster', 'Schole…')
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _drawn(stroke: str) -> Markup:
    """Mark a stroke as safe: classes and places are ours, and texts are escaped.

    A board has thousands of them; `Markup.format` takes ten times as long.
    """
    return Markup(stroke)  # noqa: S704
