"""Small multiples: the same teams in each group, over one shared axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from markupsafe import Markup

from leaderboard.charts.axes import Axis, axis_over
from leaderboard.charts.frames import Frame, Table, aside, figure
from leaderboard.charts.intervals import reach
from leaderboard.charts.marks import Mark, ground, strokes
from leaderboard.charts.strokes import level, picture, shorten, write
from leaderboard.charts.units import Measure
from leaderboard.estimates import Estimate
from leaderboard.language import Language

LINE_HEIGHT = 30
"""Height in px of one team's line in a panel of small multiples."""

_SHARE = Measure("", 0, 100, "%")
_ROW = 4  # panels beside each other
_LETTERS = 17  # that fit in the 7.5 rem beside the panels


class Named(Protocol):
    """What a name column needs to know of a team."""

    @property
    def name(self) -> str:
        """Name of the team."""

    @property
    def own(self) -> bool:
        """Whether it is the reader's own."""


@dataclass(frozen=True, slots=True)
class Group:
    """One panel: a share in one group, for each team.

    Attributes
    ----------
    name : str
        The group, such as ``"Single parent"``.
    note : str
        Its size in words; empty where that may not be shown.
    rates : sequence of Estimate or None
        One share in [0, 1] per team, in their order; None where suppressed.
    reference : float or None
        The same share for the reference model.
    kind : str
        What the group shares, such as ``"Household type"``; over its name.
    """

    name: str
    note: str
    rates: Sequence[Estimate | None]
    reference: float | None = None
    kind: str = ""

    @property
    def title(self) -> str:
        """Kind and name together."""
        return f"{self.kind}: {self.name}" if self.kind else self.name


def small_multiples(
    groups: Sequence[Group], teams: Sequence[Named], *, frame: Frame
) -> Markup:
    """Draw who is not recognised, one panel per group.

    Parameters
    ----------
    groups : sequence of Group
        In reading order.
    teams : sequence of Named
        As many as each group has rates, in the order of the board.
    frame : Frame
        Where the chart stands.

    Returns
    -------
    Markup
        One ``<figure>``; its table has a row per team and group. A suppressed
        cell is hatched and says so; a group that no team shows is named only.
    """
    references = [g.reference for g in groups if g.reference is not None]
    rates = [rate for group in groups for rate in group.rates]
    axis = axis_over([*reach(rates), *references], within=(0.0, 1.0), steps=4)
    shown = [group for group in groups if any(group.rates)]
    hidden = [group.title for group in groups if not any(group.rates)]
    batches = [shown[i : i + _ROW] for i in range(0, len(shown), _ROW)]
    parts = [_batch(batch, teams, axis, frame) for batch in batches if teams]
    texts = frame.language.texts
    order = texts["missed_order"].format(teams=", ".join(t.name for t in teams))
    note = Markup('<p class="note"><span class="only">{}</span></p>').format(order)
    if hidden:
        words = frame.say("multiples_hidden", groups="; ".join(hidden))
        parts.append(aside(words, "note"))
    says = [frame.say("multiples_says")]
    if references:
        says.append(frame.say("multiples_reference"))
    table = _table(groups, teams, frame)
    return figure(frame, [*parts, note], " ".join(says), table)


def _batch(
    groups: Sequence[Group], teams: Sequence[Named], axis: Axis, frame: Frame
) -> Markup:
    panels = Markup().join(_figure(group, teams, axis, frame) for group in groups)
    return Markup('<div class="multi"><div class="names">{}</div>{}</div>').format(
        names_column(teams), panels
    )


def _figure(group: Group, teams: Sequence[Named], axis: Axis, frame: Frame) -> Markup:
    language = frame.language
    marks = [
        Mark(f"{team.name}: {_SHARE.estimate(rate, language)}", rate, own=team.own)
        for team, rate in zip(teams, group.rates, strict=True)
    ]
    drawn = panel(
        axis,
        marks,
        title=language.texts["missed_panel"].format(level=group.title),
        words=language.texts["suppressed_short"],
        label=_ticks(axis, language),
        reference=group.reference,
    )
    return Markup(
        "<figure><figcaption><small>{}</small><b>{}</b><small>{}</small></figcaption>"
        '<div class="fig">{}</div></figure>'
    ).format(group.kind, group.name, group.note, drawn)


def _ticks(axis: Axis, language: Language) -> Callable[[float], str]:
    """Write the unit at the last tick only, since panels are narrow."""
    with_unit = _SHARE.ticks(axis, language)
    bare = replace(_SHARE, unit="").ticks(axis, language)
    return lambda tick: (with_unit if tick == axis.ticks[-1] else bare)(tick)


def _table(groups: Sequence[Group], teams: Sequence[Named], frame: Frame) -> Table:
    language = frame.language
    has_reference = any(group.reference is not None for group in groups)
    rows = [
        (
            f"{group.title}: {team.name}",
            _SHARE.estimate(rate, language),
            *([_SHARE.write(group.reference, language)] if has_reference else []),
        )
        for group in groups
        for team, rate in zip(teams, group.rates, strict=True)
    ]
    texts = language.texts
    head = (frame.say("multiples_row"), texts["missed_column"])
    return Table(
        texts["missed_heading"],
        (*head, frame.say("reference")) if has_reference else head,
        rows,
    )


def panel(
    axis: Axis,
    marks: Sequence[Mark],
    *,
    title: str,
    words: str,
    label: Callable[[float], str],
    reference: float | None = None,
) -> Markup:
    """Draw one small multiple: a line per team over a shared axis.

    Parameters
    ----------
    axis : Axis
        The same for every panel that is compared.
    marks : sequence of Mark
        One per team, in the order of the board.
    title : str
        What the panel shows, for which group.
    words : str
        What stands in a suppressed cell.
    label : callable
        Turns a tick into its text, in the reader's language.
    reference : float or None
        Where the black rule of the reference model stands.

    Returns
    -------
    Markup
        One ``<svg>`` of ``30 * len(marks) + 26`` px. Its description says every
        mark in words.
    """
    foot = LINE_HEIGHT * len(marks)
    parts = [_said(marks), *ground(axis, 0, foot, reference)]
    for index, mark in enumerate(marks):
        parts += strokes(axis, mark, LINE_HEIGHT * (index + 0.5), words)
    parts.append(level("base", foot))
    parts += [write("c", axis.at(t), foot + 20, label(t)) for t in axis.ticks]
    return picture(foot + 26, title, parts)


def names_column(entries: Sequence[Named]) -> Markup:
    """Write the team names that stand beside a row of panels.

    Parameters
    ----------
    entries : sequence of Named
        Anything with a name that is or is not the reader's own, in the order of
        the panel.

    Returns
    -------
    Markup
        One ``<svg>`` as tall as `panel`, hidden from screen readers: the table
        of the same figures names every team, and names in full.
    """
    texts = [
        write(
            "tb" if entry.own else "t",
            "0",
            LINE_HEIGHT * index + 20,
            shorten(entry.name, _LETTERS),
        )
        for index, entry in enumerate(entries)
    ]
    return Markup('<svg height="{}" aria-hidden="true">{}</svg>').format(
        LINE_HEIGHT * len(entries) + 26, Markup().join(texts)
    )


def _said(marks: Sequence[Mark]) -> Markup:
    return Markup("<desc>{}</desc>").format("; ".join(mark.title for mark in marks))
