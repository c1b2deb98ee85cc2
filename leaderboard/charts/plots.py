"""A picture on a plane: described, between the titles of its axes, with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from leaderboard.charts.frames import Frame, aside, described


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a key.

    Attributes
    ----------
    kind : str
        Classes of the line or dot in the picture; a kind that starts with
        ``dot`` or ``hol`` is a mark, ``band`` a surface, any other a line.
    text : str
        What it stands for.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture and the words around it.

    Attributes
    ----------
    title, description : str
        For who hears the page.
    height : int
        In px, without the ticks below it.
    parts : sequence of Markup
        Strokes, from back to front.
    up, across : str
        Titles of the axes, as HTML so that they wrap.
    samples : sequence of Sample
        Lines of the key.
    """

    title: str
    description: str
    height: int
    parts: Sequence[Markup]
    up: str
    across: str
    samples: Sequence[Sample]

    def draw(self, frame: Frame) -> list[Markup]:
        """Write key, axis titles and picture.

        Parameters
        ----------
        frame : Frame
            Gives the start of the ids.

        Returns
        -------
        list of Markup
            In reading order, for `figure`.
        """
        picture = described(
            frame, self.height, self.title, self.description, self.parts
        )
        return [
            _key(self.samples),
            aside(self.up),
            Markup('<div class="fig plane">{}</div>').format(picture),
            aside(self.across, "s r"),
        ]


def _key(samples: Sequence[Sample]) -> Markup:
    items = [
        Markup(
            '<li><svg class="sample" width="28" height="14" aria-hidden="true">{}'
            "</svg> {}</li>"
        ).format(_sample(sample.kind), sample.text)
        for sample in samples
    ]
    return Markup('<ul class="key">{}</ul>').format(Markup().join(items))


def _sample(kind: str) -> Markup:
    if kind == "band":
        return Markup('<rect class="band" width="28" height="14"/>')
    if kind.startswith(("dot", "hol")):
        return Markup('<circle class="{}" cx="14" cy="7" r="5"/>').format(kind)
    return Markup('<line class="{}" x1="0" x2="28" y1="7" y2="7"/>').format(kind)
