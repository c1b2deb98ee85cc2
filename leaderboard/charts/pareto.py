"""Score against gap: who is beaten on neither, and who on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from leaderboard.charts.axes import axis_over
from leaderboard.charts.contenders import Contender, beaten
from leaderboard.charts.frames import Frame, Table, figure
from leaderboard.charts.intervals import drawn_ends, reach
from leaderboard.charts.planes import Plane
from leaderboard.charts.plots import Plot, Sample
from leaderboard.charts.spreading import spread
from leaderboard.charts.strokes import level, path, shorten, upright, write
from leaderboard.charts.units import Measure

_SCORE = Measure("")
_GAP = Measure("", 1, 100)
_SCORES, _GAPS = (-0.05, 1.0), (-1.0, 1.0)  # no wild estimate flattens the others
_LINE = 17  # px between two names
_FOOT = 44  # px above the base that hold the words of the rules
_LETTERS = 16  # of a name beside a dot
_LETTER, _NARROW = 7.5, 260  # px of a letter, and of the plane on a small screen
_STRAY = 4  # px that a name may move before a line ties it to its dot


def pareto_plot(
    teams: Sequence[Contender],
    *,
    frame: Frame,
    limit: float | None = None,
    excess: bool = True,
) -> Markup:
    """Draw score against gap, with the staircase of teams that nobody beats.

    Parameters
    ----------
    teams : sequence of Contender
        A team without both numbers stands in the table only.
    frame : Frame
        Where the chart stands.
    limit : float or None
        Largest gap that the policy allows, a share; None draws no rule.
    excess : bool
        Whether gaps are those in excess of a reference model's.

    Returns
    -------
    Markup
        One ``<figure>``; its table says per team whether another beats it.
    """
    known = [team for team in teams if team.is_known]
    plane = _plane(known, limit)
    front = sorted(
        (team for team in known if not beaten(team, known)),
        key=lambda team: (team.gap.value, team.name),
    )
    says = _says(known, front, limit, frame)
    head = frame.say("pareto_gap" if excess else "pareto_gap_raw")
    plot = Plot(
        frame.say("pareto_title"),
        f"{frame.say('pareto_how')} {says}",
        plane.height,
        [
            *_ground(plane, limit, frame.say("pareto_zero") if excess else "", frame),
            *_stairs(plane, front),
            *_whiskers(plane, known),
            *_marks(plane, known, frame),
        ],
        frame.say("pareto_up"),
        frame.say("pareto_across" if excess else "pareto_across_raw"),
        [
            Sample("dot", frame.say("pareto_front")),
            Sample("hol", frame.say("pareto_beaten")),
        ],
    )
    drawn = plot.draw(frame) if known else []
    return figure(frame, drawn, says, _table(teams, known, head, frame))


def _plane(known: Sequence[Contender], limit: float | None) -> Plane:
    """Axes over all intervals, tall enough for every name."""
    gaps = [0.0, *([] if limit is None else [limit]), *reach(t.gap for t in known)]
    return Plane(
        axis_over(gaps, within=_GAPS),
        axis_over(reach(team.score for team in known), within=_SCORES),
        max(320, _LINE * len(known) + 2 * _FOOT),
    )


def _ground(plane: Plane, limit: float | None, zero: str, frame: Frame) -> list[Markup]:
    """Grid, ticks with their signs, and the rules for no gap and the limit."""
    language = frame.language
    gap = _GAP.ticks(plane.across, language)
    parts = plane.ground(
        lambda tick: f"+{gap(tick)}" if zero and tick > 0 else gap(tick),
        _SCORE.ticks(plane.up, language),
    )
    parts.append(upright("g", plane.across.at(0.0), 0, plane.height))
    if zero:
        parts.append(_rule_words(plane, 0.0, plane.height - 9, zero))
    if limit is not None and plane.across.holds(limit):
        parts.append(upright("req", plane.across.at(limit), 0, plane.height))
        text = frame.say("pareto_limit", limit=_GAP.short(limit, language))
        parts.append(_rule_words(plane, limit, plane.height - 26, text))
    return parts


def _rule_words(plane: Plane, x: float, y: float, text: str) -> Markup:
    """Write on the side of the rule that has more room."""
    kind, shift = ("t", 8) if plane.across.share(x) < 0.5 else ("t e", -8)
    return write(kind, plane.across.at(x), y, text, shift=shift)


def _stairs(plane: Plane, front: Sequence[Contender]) -> list[Markup]:
    """Join the front: to the right at the same score, then up."""
    parts = []
    for left, right in pairwise(front):
        x = plane.across.at(right.gap.value)
        low, high = plane.y(left.score.value), plane.y(right.score.value)
        parts.append(level("step", low, plane.across.at(left.gap.value), x))
        parts.append(upright("step", x, high, low))
    return parts


def _whiskers(plane: Plane, known: Sequence[Contender]) -> list[Markup]:
    parts = []
    for team in known:
        parts += plane.whisker("ci thin", team.gap.value, team.score)
        ends = drawn_ends(team.gap)
        if ends:
            low, high = map(plane.across.at, ends)
            parts.append(level("ci thin", plane.y(team.score.value), low, high))
    return parts


def _marks(plane: Plane, known: Sequence[Contender], frame: Frame) -> list[Markup]:
    """Names with their lines first, so that dots lie on top."""
    labels = [_label(plane, team, known, frame) for team in known]
    lines = spread(
        [label.y + label.drop for label in labels],
        room=_LINE,
        low=12,
        high=plane.height - _FOOT,
    )
    parts = []
    for label, line in zip(labels, lines, strict=True):
        parts += label.draw(line)
    for team in known:
        x, y = team.gap.value, team.score.value
        if team.own:
            parts.append(plane.dot("ring", x, y, 9))
        parts.append(plane.mark("hol" if beaten(team, known) else "dot", x, y))
    return parts


@dataclass(frozen=True, slots=True)
class _Label:
    """A name beside its dot, tied to it by a line where it had to move."""

    text: str
    kind: str
    x: str
    y: float
    side: int
    drop: int

    def draw(self, line: float) -> list[Markup]:
        name = write(self.kind, self.x, line, self.text, shift=12 * self.side)
        if abs(line - self.y - self.drop) < _STRAY:
            return [name]
        tie = f"M0 0L{10 * self.side} {line - 5 - self.y:.1f}"
        return [path("alt", self.x, self.y, tie), name]


def _label(
    plane: Plane, team: Contender, known: Sequence[Contender], frame: Frame
) -> _Label:
    text = shorten(team.name, _LETTERS)
    if team.own:
        text = f"{text} ({frame.language.texts['you']})"
    share, is_beaten = plane.across.share(team.gap.value), beaten(team, known)
    # Nothing lies up and to the left of a team that nobody beats: room for its name.
    need = (12 + _LETTER * len(text)) / _NARROW
    goes_left = need <= share and (not is_beaten or need > 1 - share)
    weight = "tb" if team.own else "t"
    return _Label(
        text,
        f"{weight} e" if goes_left else weight,
        plane.across.at(team.gap.value),
        plane.y(team.score.value),
        -1 if goes_left else 1,
        18 if is_beaten else -9,
    )


def _says(
    known: Sequence[Contender],
    front: Sequence[Contender],
    limit: float | None,
    frame: Frame,
) -> str:
    """Name the staircase, and who lies beyond the limit."""
    if not known:
        return frame.say("empty")
    parts = [frame.say("pareto_unbeaten", teams=_names(front))]
    over = [t for t in known if limit is not None and t.gap.value > limit]
    if over and limit is not None:
        points = _GAP.short(limit, frame.language)
        parts.append(frame.say("pareto_over", teams=_names(over), limit=points))
    return " ".join([*parts, frame.say("pareto_care")])


def _names(teams: Sequence[Contender]) -> str:
    return ", ".join(team.name for team in teams)


def _table(
    teams: Sequence[Contender], known: Sequence[Contender], gap: str, frame: Frame
) -> Table:
    say, language = frame.say, frame.language
    named = any(team.where for team in teams)
    rows = []
    for team in teams:
        state = "pareto_beaten" if beaten(team, known) else "pareto_front"
        rows.append(
            (
                team.name,
                _SCORE.estimate(team.score, language),
                _GAP.estimate(team.gap, language),
                *([team.where or language.texts["none"]] if named else []),
                say(state if team.is_known else "unknown"),
            )
        )
    where = [say("pareto_where")] if named else []
    head = (language.texts["team"], say("pareto_score"), gap, *where)
    return Table(say("pareto_title"), (*head, say("pareto_state")), rows)
