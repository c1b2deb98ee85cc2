"""What stands around a picture: its words, its tag, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from leaderboard.language import Language

Row = tuple[str, ...]

_FITTING = 3  # columns beside each other on a phone


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a chart stands, and for whom it is written.

    Attributes
    ----------
    key : str
        Start of every id in the chart; no other chart of the page has it.
    language : Language
        Of the page.
    practice : bool
        Put the tag of the practice rows above the chart.
    beside : Markup
        What stands under its meaning.
    """

    key: str
    language: Language
    practice: bool = False
    beside: Markup = field(default_factory=Markup)

    def say(self, key: str, **values: object) -> str:
        """Look up a text of the charts.

        Parameters
        ----------
        key : str
            Without its ``chart_``.
        **values : object
            What its placeholders stand for.

        Returns
        -------
        str
            In the language of the page.
        """
        return self.language.texts[f"chart_{key}"].format(**values)


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a picture.

    Attributes
    ----------
    caption : str
        What the numbers are.
    head : tuple of str
        One per column; the first column names the row.
    rows : sequence of tuple of str
        As many texts each as `head`.
    """

    caption: str
    head: Row
    rows: Sequence[Row]

    def draw(self) -> Markup:
        """Write the table.

        Returns
        -------
        Markup
            One ``<table>`` with a caption and scopes.
        """
        first, *others = self.head
        head = Markup('<th scope="col">{}</th>').format(first) + _cells(
            Markup('<th class="n" scope="col">{}</th>'), others
        )
        # So many columns do not fit a phone: each row becomes a block there.
        kind = "plain stack" if len(self.head) > _FITTING else "plain"
        return Markup(
            '<table class="{}"><caption class="unseen">{}</caption>'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
        ).format(kind, self.caption, head, _rows(others, self.rows))


def figure(frame: Frame, parts: Iterable[Markup], says: str, table: Table) -> Markup:
    """Set pictures above their meaning and their numbers.

    Parameters
    ----------
    frame : Frame
        Where it stands.
    parts : iterable of Markup
        Axis titles, keys and pictures, in reading order.
    says : str
        What the picture means.
    table : Table
        The same numbers; without rows a sentence stands instead of everything.

    Returns
    -------
    Markup
        One ``<figure>``.
    """
    if not table.rows:
        return enclose(frame, aside(frame.say("empty")))
    numbers = Markup("<details><summary>{}</summary>{}</details>").format(
        frame.language.texts["numbers"], table.draw()
    )
    return enclose(frame, Markup().join([*parts, meaning(frame, says), numbers]))


def enclose(frame: Frame, body: Markup) -> Markup:
    """Close a chart, under the tag of the practice rows where it has one.

    Parameters
    ----------
    frame : Frame
        Where it stands.
    body : Markup
        All that belongs to it.

    Returns
    -------
    Markup
        One ``<figure>``.
    """
    tag = Markup()
    if frame.practice:
        text = frame.language.texts["practice_tag"]
        tag = Markup('<p><span class="tag">{}</span></p>').format(text)
    return Markup('<figure class="chart" id="{}">{}{}</figure>').format(
        frame.key, tag, body
    )


def meaning(frame: Frame, says: str) -> Markup:
    """Say what a picture means, for who sees it and for who hears it.

    Parameters
    ----------
    frame : Frame
        Gives the language.
    says : str
        In sentences.

    Returns
    -------
    Markup
        One ``<figcaption>``.
    """
    return Markup('<figcaption class="says"><b>{}</b> {}{}</figcaption>').format(
        frame.language.texts["meaning"], says, frame.beside
    )


def described(
    frame: Frame, height: int, title: str, description: str, parts: Iterable[Markup]
) -> Markup:
    """Close strokes in a picture with a name and a description.

    Parameters
    ----------
    frame : Frame
        Gives the start of the ids.
    height : int
        In px.
    title, description : str
        For who hears the page.
    parts : iterable of Markup
        Strokes, from back to front.

    Returns
    -------
    Markup
        One ``<svg>``; one per chart, since its ids are those of the frame.
    """
    return Markup(
        '<svg height="{height}" role="img" aria-labelledby="{key}-title"'
        ' aria-describedby="{key}-desc"><title id="{key}-title">{title}</title>'
        '<desc id="{key}-desc">{description}</desc>{parts}</svg>'
    ).format(
        height=height,
        key=frame.key,
        title=title,
        description=description,
        parts=Markup().join(parts),
    )


def aside(text: str, kind: str = "s") -> Markup:
    """Write a small line beside a picture, such as the title of an axis.

    Parameters
    ----------
    text : str
        Escaped here.
    kind : str
        Classes: ``s`` small, ``r`` at the right.

    Returns
    -------
    Markup
        One ``<p>``; empty without text.
    """
    return Markup('<p class="{}">{}</p>').format(kind, text) if text else Markup()


def _rows(labels: Sequence[str], rows: Sequence[Row]) -> Markup:
    """Write the body; `Markup.format` takes several times as long for each cell."""
    starts = [f'<td class="n" data-label="{escape(label)}">' for label in labels]
    lines = []
    for name, *texts in rows:
        cells = zip(starts, texts, strict=True)
        joined = "".join(f"{start}{escape(text)}</td>" for start, text in cells)
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{joined}</tr>')
    return Markup("".join(lines))  # noqa: S704 - escaped here


def _cells(form: Markup, texts: Iterable[str]) -> Markup:
    return Markup().join(form.format(text) for text in texts)
