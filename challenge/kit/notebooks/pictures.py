"""Pictures for a notebook: each says in words what it shows.

matplotlib comes with the extra ``[notebooks]`` and is imported when somebody draws.
Figures are made without pyplot, so that Jupyter, VS Code and marimo show each once.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from leaderboard import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, BLUE, ORANGE, GREY = "#1b1b1b", "#1f5a94", "#b5490b", "#6b6b6b"
"""Text, the first thing, the second thing, and what is beside the point."""
DOTS_PER_INCH = 110
"""Sharp at the width of a notebook on an ordinary screen."""
WIDEST = 28
"""Characters of a name before it goes on below."""
LONGEST = 90
"""Characters of what is measured before it goes on below."""
_STYLE: Any = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.labelcolor": INK,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it shows.

    Attributes
    ----------
    png : bytes
        The picture.
    alt : str
        The same in words, for who does not see it.
    """

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}>"

    def _repr_html_(self) -> str:
        coded = base64.b64encode(self.png).decode()
        alt = html.escape(self.alt)
        return f'<img alt="{alt}" src="data:image/png;base64,{coded}">'


def canvas(*, width: float = 7.5, height: float = 3.6, panels: int = 1) -> Figure:
    """Open an empty figure with axes in the style of the kit.

    Parameters
    ----------
    width, height : float
        Inches.
    panels : int
        Axes beside each other; they share the vertical one.

    Returns
    -------
    Figure
        Its axes stand in ``figure.axes``.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.subplots(1, panels, sharey=panels > 1)
    return figure


def finished(figure: Figure, alt: str) -> Picture:
    """Make a picture of a figure.

    Parameters
    ----------
    figure : Figure
        Drawn.
    alt : str
        What it shows, in words.

    Returns
    -------
    Picture
        A notebook shows it when it is the last line of a cell.
    """
    import matplotlib as mpl

    made = io.BytesIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(made, format="png", dpi=DOTS_PER_INCH)
    return Picture(made.getvalue(), alt)


def compared(
    series: Mapping[str, Mapping[str, Estimate | None]],
    *,
    title: str,
    axis: str,
    line: float | None,
    hidden: str,
) -> Figure:
    """Draw points with their intervals, one line per name.

    Parameters
    ----------
    series : mapping of str to mapping
        One or two series by name, each with its estimates by the same names.
    title, axis : str
        What it is about, and what is measured.
    line : float or None
        Where a thin upright line stands.
    hidden : str
        What stands where a number may not be shown.

    Returns
    -------
    Figure
        Names from top to bottom; two series differ in colour and in shape.
    """
    names = list(next(iter(series.values())))
    figure = canvas(height=1.5 + 0.46 * len(names))
    (axes,) = figure.axes
    if line is not None:
        axes.axvline(line, color=GREY, lw=1, zorder=0)
    apart = 0.24 if len(series) > 1 else 0.0
    looks = ((BLUE, "o", -apart / 2), (ORANGE, "D", apart / 2))
    for (name, found), look in zip(series.items(), looks, strict=False):
        _points(axes, name, found, look)
    for place, name in enumerate(names):
        if all(found[name] is None for found in series.values()):
            at = axes.get_yaxis_transform()
            axes.text(0.01, place, hidden, transform=at, va="center", color=GREY)
    axes.set_yticks(range(len(names)), [fill(name, WIDEST) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    figure.suptitle(title, x=0.01, ha="left", size=12)
    figure.supxlabel(fill(axis, LONGEST), x=0.01, ha="left", size=10)
    if len(series) > 1 and axes.get_legend_handles_labels()[0]:
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "frameon": False}
        axes.legend(**above)
    return figure


def _points(
    axes: Axes,
    series: str,
    found: Mapping[str, Estimate | None],
    look: tuple[str, str, float],
) -> None:
    colour, marker, shift = look
    for place, estimate in enumerate(found.values()):
        if estimate is None:
            continue
        if estimate.low is not None and estimate.high is not None:
            ends = [estimate.low, estimate.high]
            axes.plot(ends, [place + shift] * 2, color=colour, lw=2)
        label = None if series in axes.get_legend_handles_labels()[1] else series
        axes.plot(
            estimate.value, place + shift, marker, color=colour, ms=8, label=label
        )
