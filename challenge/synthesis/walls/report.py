"""The disclosure report: one page that opens offline, Dutch first, then English.

It leaves the walls together with the rows, so it shows only what may leave: learned
figures, synthetic rows, and counts of how the halves compare.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from challenge.schema import PartnerSchema
from challenge.synthesis.disclosure import Finding
from challenge.synthesis.notices import FORBIDDEN_USE
from challenge.synthesis.walls.fidelity import Likeness
from challenge.synthesis.walls.records import Report
from leaderboard.charts import Mark, axis_header, mark_row
from leaderboard.charts.axes import axis_over
from leaderboard.estimates import Estimate
from leaderboard.language import Language, language

_PACKAGE = "challenge.synthesis.walls"
_HEIGHT = 100  # of a picture, in its own units: it is stretched over its cell


def report_page(report: Report, schema: PartnerSchema) -> str:
    """Write the report as one HTML page without links, scripts or other files.

    Parameters
    ----------
    report : Report
        What is reported.
    schema : PartnerSchema
        For the names of its columns in both languages.

    Returns
    -------
    str
        Equal reports give equal bytes.
    """
    environment = Environment(
        loader=PackageLoader(_PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = [
        {
            "slug": slug,
            "t": texts(slug),
            "speak": language(slug),
            "labels": {c.name: c.label.model_dump()[slug] for c in schema.columns},
            "forbidden": FORBIDDEN_USE[slug],
        }
        for slug in ("nl", "en")
    ]
    return environment.get_template("report.html").render(
        report=report, parts=parts, check_picture=check_picture,
        column_picture=column_picture, lines_picture=lines_picture,
        dots_picture=dots_picture,
    )  # fmt: skip


@cache
def texts(slug: str) -> Mapping[str, str]:
    """Read the words of the report in one language.

    Parameters
    ----------
    slug : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    mapping of str to str
        Some with ``{placeholders}``.
    """
    text = resources.files(_PACKAGE).joinpath("texts.toml").read_text("utf-8")
    words: dict[str, str] = tomllib.loads(text)[slug]
    return words


def check_picture(found: Finding, speak: Language, title: str) -> Markup:
    """Draw one check: the value with its interval, and the limit.

    Parameters
    ----------
    found : Finding
        The check.
    speak : Language
        Writes the numbers.
    title : str
        What a screen reader says.

    Returns
    -------
    Markup
        An axis and a mark.
    """
    axis = axis_over([found.low, found.high, found.limit], steps=4)
    mark = Mark(
        title, Estimate(found.value, found.low, found.high), expected=found.limit
    )
    head = axis_header(
        axis, title=title, label=lambda tick: speak.number(tick, axis.digits)
    )
    return head + mark_row(axis, mark, height=36, words="")


def column_picture(column: Likeness, title: str) -> Markup:
    """Draw the learned and the synthetic share of each bar of one column.

    Parameters
    ----------
    column : Likeness
        The column.
    title : str
        What a screen reader says.

    Returns
    -------
    Markup
        One ``<svg>``, stretched over its cell.
    """
    top = max((*column.learned, *column.synthetic, 0.01))
    width = _HEIGHT / len(column.bars)
    bars = [
        _bar(kind, (place + start) * width, end * width, share / top)
        for place in range(len(column.bars))
        for kind, start, end, share in (
            ("told", 0.08, 0.84, column.learned[place]),
            ("got", 0.29, 0.42, column.synthetic[place]),
        )
    ]
    return _stretched(title, bars)


def lines_picture(
    first: tuple[int, ...], second: tuple[int, ...], title: str
) -> Markup:
    """Draw two rows of counts as two lines.

    Parameters
    ----------
    first, second : tuple of int
        Counts in the same bins.
    title : str
        What a screen reader says.

    Returns
    -------
    Markup
        One ``<svg>``, stretched over its cell; the second line is dashed.
    """
    top = max((*first, *second, 1))
    lines = [
        Markup('<polyline class="{}" points="{}"/>').format(
            kind,
            " ".join(
                f"{(place + 0.5) * _HEIGHT / len(counts):.2f},"
                f"{_HEIGHT * (1 - count / top):.2f}"
                for place, count in enumerate(counts)
            ),
        )
        for kind, counts in (("line", first), ("line dash", second))
    ]
    return _stretched(title, lines)


def dots_picture(
    pairs: tuple[tuple[str, str, float, float], ...], title: str
) -> Markup:
    """Draw learned against synthetic correlations in a square from -1 to 1.

    Parameters
    ----------
    pairs : tuple of (str, str, float, float)
        Two columns, learned and synthetic correlation.
    title : str
        What a screen reader says.

    Returns
    -------
    Markup
        One square ``<svg>``.
    """
    half = _HEIGHT / 2
    dots = [
        Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="1"/>').format(
            half * (1 + told), half * (1 - got)
        )
        for _, _, told, got in pairs
    ]
    ground = Markup(
        '<path class="g" d="M50 0V100M0 50H100"/><path class="ref" d="M0 100L100 0"/>'
    )
    return Markup(
        '<svg class="square" viewBox="-1 -1 102 102" role="img">'
        "<title>{}</title>{}</svg>"
    ).format(title, ground + Markup().join(dots))


def _bar(kind: str, x: float, width: float, share: float) -> Markup:
    height = _HEIGHT * share
    return Markup(
        '<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>'
    ).format(kind, x, _HEIGHT - height, width, height)


def _stretched(title: str, parts: list[Markup]) -> Markup:
    return Markup(
        '<svg class="wide" viewBox="0 0 100 100" preserveAspectRatio="none" role="img">'
        "<title>{}</title>{}</svg>"
    ).format(title, Markup().join(parts))
