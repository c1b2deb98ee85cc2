"""The shake-up: who stood where on one board, and where on the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from leaderboard.charts.frames import Frame, Table, described, figure
from leaderboard.charts.strokes import circle, upright

_LINE = 26  # px of one team; the stylesheet gives the names the same height
_LEFT, _RIGHT = "8.00%", "92.00%"


@dataclass(frozen=True, slots=True)
class Move:
    """The places of one team on two boards.

    Attributes
    ----------
    name : str
        The team.
    before, after : int or None
        Its place, 1 for the first; shared places are equal. None outside the
        ranking.
    own : bool
        Draw a ring: the reader's own team.
    """

    name: str
    before: int | None
    after: int | None
    own: bool = False


def slope_chart(
    moves: Sequence[Move], *, before: str, after: str, frame: Frame
) -> Markup:
    """Draw the places before and after, with a line per team.

    Each team has a line of its own on both sides, so that no name hides another;
    a rule joins those that share a place.

    Parameters
    ----------
    moves : sequence of Move
        In any order.
    before, after : str
        Names of both boards, in the language of the page.
    frame : Frame
        Where the chart stands.

    Returns
    -------
    Markup
        One ``<figure>``; its table says every move in words.
    """
    left = sorted(moves, key=lambda m: (_order(m.before), _order(m.after), m.name))
    right = sorted(moves, key=lambda m: (_order(m.after), _order(m.before), m.name))
    says = _says(moves, frame)
    title = frame.say("slope_title", before=before, after=after)
    parts = [*_lines(left, right), *_shared(left, right), *_dots(left, right)]
    description = f"{frame.say('slope_how')} {says}"
    picture = described(frame, _LINE * len(moves), title, description, parts)
    body = Markup('<div class="fig slope">{}<div>{}</div>{}</div>').format(
        _names(left, before, lambda m: m.before, frame),
        picture,
        _names(right, after, lambda m: m.after, frame),
    )
    return figure(frame, [body], says, _table(left, title, (before, after), frame))


def _order(place: int | None) -> tuple[bool, int]:
    return place is None, place or 0


def _middle(index: int) -> float:
    return _LINE * (index + 0.5)


def _lines(left: Sequence[Move], right: Sequence[Move]) -> list[Markup]:
    """Draw a line per team that stands on both boards, the own one on top."""
    ends = {id(move): _middle(index) for index, move in enumerate(right)}
    lines = [
        (move.own, _middle(index), ends[id(move)])
        for index, move in enumerate(left)
        if move.before is not None and move.after is not None
    ]
    form = Markup('<line class="{}" x1="{}" x2="{}" y1="{:.0f}" y2="{:.0f}"/>')
    return [
        form.format("curve" if own else "alt", _LEFT, _RIGHT, start, end)
        for own, start, end in sorted(lines)
    ]


def _shared(left: Sequence[Move], right: Sequence[Move]) -> list[Markup]:
    """Join neighbours that share a place."""
    return [
        upright("ref", x, _middle(first), _middle(last))
        for x, places in (
            (_LEFT, [move.before for move in left]),
            (_RIGHT, [move.after for move in right]),
        )
        for first, last in _runs(places)
    ]


def _runs(places: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    for place, run in groupby(range(len(places)), key=lambda i: places[i]):
        first, *others = run
        if others and place is not None:
            yield first, others[-1]


def _dots(left: Sequence[Move], right: Sequence[Move]) -> list[Markup]:
    sides = (
        (_LEFT, [(move.own, move.before) for move in left]),
        (_RIGHT, [(move.own, move.after) for move in right]),
    )
    parts = []
    for x, side in sides:
        for index, (own, place) in enumerate(side):
            if place is None:
                continue
            if own:
                parts.append(circle("ring", x, _middle(index), 9))
            parts.append(circle("dot", x, _middle(index), 4))
    return parts


def _names(
    moves: Sequence[Move],
    board: str,
    place_of: Callable[[Move], int | None],
    frame: Frame,
) -> Markup:
    """Names as HTML, so that a long one ends in an ellipsis where it must."""
    items = [
        Markup("<li{}><span>{}</span> <b>{}</b></li>").format(
            Markup(' class="own"') if move.own else Markup(),
            move.name,
            _place(place_of(move), frame),
        )
        for move in moves
    ]
    return Markup(
        '<div aria-hidden="true"><p class="s">{}</p><ul>{}</ul></div>'
    ).format(board, Markup().join(items))


def _place(place: int | None, frame: Frame) -> str:
    return frame.language.count(place)


def _says(moves: Sequence[Move], frame: Frame) -> str:
    """Count who rose, fell and stayed, and who stood on one board only."""
    steps = [m.before - m.after for m in moves if m.before and m.after]
    says = frame.say(
        "slope_says",
        up=sum(step > 0 for step in steps),
        down=sum(step < 0 for step in steps),
        same=sum(step == 0 for step in steps),
    )
    parts = [says]
    if absent := len(moves) - len(steps):
        parts.append(frame.say("slope_absent", count=absent))
    return " ".join([*parts, frame.say("slope_care")])


def _table(
    moves: Sequence[Move], title: str, boards: tuple[str, str], frame: Frame
) -> Table:
    rows = [
        (
            move.name,
            _place(move.before, frame),
            _place(move.after, frame),
            _step(move, frame),
        )
        for move in moves
    ]
    team = frame.language.texts["team"]
    return Table(title, (team, *boards, frame.say("slope_step")), rows)


def _step(move: Move, frame: Frame) -> str:
    if move.before is None or move.after is None:
        return frame.say("slope_one")
    step = move.before - move.after
    if step == 0:
        return frame.say("slope_same")
    key = "slope_up" if step > 0 else "slope_down"
    return frame.say(key, places=frame.language.count(abs(step)))
