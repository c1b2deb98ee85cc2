"""What cells of a notebook use: the dictionary's words, and numbers to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from challenge.kit.notebooks.pictures import Picture, canvas, compared, finished
from challenge.kit.notebooks.shares import share, shares
from challenge.kit.notebooks.tables import Table
from challenge.kit.notebooks.words import Words
from challenge.synthesis.rows import RowSet
from leaderboard import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def find_data(start: Path | None = None) -> Path:
    """Look for the data of the kit, from here upwards.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the folder that you work in.

    Returns
    -------
    Path
        The nearest ``data`` with a manifest; ``data`` where there is none, so that
        opening it says what to do.
    """
    here = (start or Path.cwd()).resolve()
    found = [folder / "data" for folder in (here, *here.parents)]
    return next((f for f in found if (f / "manifest.json").is_file()), Path("data"))


class Book(Words):
    """The words and numbers of one challenge, for the cells of a notebook.

    Parameters
    ----------
    folder : Path
        Of the data, with ``dictionary.json``.
    spoken : str
        Language of the notebook: ``"nl"`` or ``"en"``.
    """

    def share(self, flags: ArrayLike, rows: RowSet) -> Estimate | None:
        """Measure a share of the families in a row set.

        Parameters
        ----------
        flags : array_like of bool, shape (n_rows,)
            Whether a row has it.
        rows : RowSet
            Says in which neighbourhood each row is: those are drawn again.

        Returns
        -------
        Estimate or None
            None where it may not be shown.
        """
        return share(flags, rows.clusters)

    def by_group(
        self, flags: ArrayLike, rows: RowSet, attributes: Sequence[str] = ()
    ) -> dict[str, Estimate | None]:
        """Measure a share in each group that results are compared by.

        Parameters
        ----------
        flags : array_like of bool, shape (n_rows,)
            Whether a row has it.
        rows : RowSet
            With the groups of each row.
        attributes : sequence of str
            Which of its columns of groups; none: all.

        Returns
        -------
        dict of str to Estimate or None
            By attribute and level, in words; None where it may not be shown.
        """
        return {
            self.group(name, level): found
            for name in attributes or rows.groups.columns
            for level, found in shares(flags, rows.groups[name], rows.clusters).items()
        }

    def table(
        self, caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> Table:
        """Lay out a table of totals.

        Parameters
        ----------
        caption : str
            What it is about.
        head : sequence of str
            One heading per column.
        rows : sequence of sequence
            Never one per household.

        Returns
        -------
        Table
            A notebook shows it when it is the last line of a cell.
        """
        return Table(caption, head, [[str(cell) for cell in row] for row in rows])

    def figure(
        self, *, height: float = 3.6, width: float = 7.5, panels: int = 1
    ) -> Figure:
        """Open an empty figure.

        Parameters
        ----------
        height, width : float
            Inches.
        panels : int
            Axes beside each other.

        Returns
        -------
        Figure
            Its axes stand in ``figure.axes``.
        """
        figure = canvas(width=width, height=height, panels=panels)
        for axes in figure.axes:
            axes.xaxis.set_major_formatter(self.tick)
            axes.yaxis.set_major_formatter(self.tick)
        return figure

    def picture(self, figure: Figure, alt: str) -> Picture:
        """Finish a figure.

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
        return finished(figure, alt)

    def points(
        self,
        series: Mapping[str, Mapping[str, Estimate | None]],
        *,
        title: str,
        axis: str,
        line: float | None = None,
        is_share: bool = True,
    ) -> Picture:
        """Draw points with their 95 % intervals, one line per name.

        Parameters
        ----------
        series : mapping of str to mapping
            One or two series by name, each with its estimates by name.
        title, axis : str
            What it is about, and what is measured with its direction.
        line : float, optional
            Where a thin upright line stands.
        is_share : bool
            Whether numbers are shares, and are written per hundred.

        Returns
        -------
        Picture
            Its words hold the same numbers.
        """
        figure = compared(series, title=title, axis=axis, line=line, hidden=self.hidden)
        write = self.percent if is_share else self.estimate
        digits, times, unit = (0, 100, "%") if is_share else (2, 1, "")
        figure.axes[0].xaxis.set_major_formatter(
            lambda value, _: self._forms.number(value, digits, times, unit)
        )
        return finished(figure, _in_words(title, series, write))


def _in_words(
    title: str,
    series: Mapping[str, Mapping[str, Estimate | None]],
    write: Callable[[Estimate | None], str],
) -> str:
    told = [
        f"{f'{name}, ' if name else ''}{level}: {write(found)}"
        for name, levels in series.items()
        for level, found in levels.items()
    ]
    return f"{title}. {'; '.join(told)}."
