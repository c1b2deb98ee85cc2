"""Turn records into the lines and marks that a page draws, with their words.

Between the records, which know no language, and the templates, which do no
arithmetic. What a mark says to a screen reader is made here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from leaderboard.charts import Mark
from leaderboard.language import Labels, Language
from leaderboard.scorecard import AreaMeasure, Estimate, GroupMeasure, Scorecard


@dataclass(frozen=True, slots=True)
class Entry:
    """One team with its practice figures, in the order of the board.

    Attributes
    ----------
    name : str
        Name of the team.
    card : Scorecard
        Its published scorecard of the practice rows.
    own : bool
        Whether the reader belongs to this team.
    outside : bool
        Whether it stands outside the ranking.
    """

    name: str
    card: Scorecard
    own: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one team, as number and as picture.

    Attributes
    ----------
    entry : Entry
        Which team.
    words : str
        Which group or attribute; empty where there is nothing to name.
    estimate : Estimate or None
        A share in [0, 1]; None where suppressed or absent.
    mark : Mark
        Its picture.
    """

    entry: Entry
    words: str
    estimate: Estimate | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Panel:
    """The share not recognised in one group, over all teams.

    Attributes
    ----------
    attribute, level : str
        Words for what the group shares, and for the group.
    measure : GroupMeasure or None
        Of the first team that may show its counts.
    lines : tuple of Line
        One per team.
    """

    attribute: str
    level: str
    measure: GroupMeasure | None
    lines: tuple[Line, ...]


def score_mark(entry_name: str, score: Estimate, language: Language) -> Mark:
    """Draw a score on the board.

    Parameters
    ----------
    entry_name : str
        Name of the team.
    score : Estimate
        Scaled Brier score; higher is better.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, score and interval in its title.
    """
    title = language.texts["board_mark"].format(
        team=entry_name,
        score=language.number(score.value),
        interval=language.interval_aloud(score, 3),
    )
    return Mark(title, score)


def missed_mark(name: str, rate: Estimate | None, language: Language) -> Mark:
    """Draw a share that is not recognised, or the hatch.

    Parameters
    ----------
    name : str
        Team or group.
    rate : Estimate or None
        Share in [0, 1]; None where suppressed.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, share and interval in its title.
    """
    if rate is None:
        return Mark(f"{name}: {language.texts['suppressed']}", None)
    title = language.texts["missed_mark"].format(
        team=name,
        value=language.number(rate.value, 0, 100, "%"),
        interval=language.interval_aloud(rate, 0, 100),
    )
    return Mark(title, rate)


def ratio_mark(name: str, ratio: Estimate | None, language: Language) -> Mark:
    """Draw observed divided by expected, or the hatch.

    Parameters
    ----------
    name : str
        The group.
    ratio : Estimate or None
        1 is exactly right; None where suppressed.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, ratio and interval in its title.
    """
    if ratio is None:
        return Mark(f"{name}: {language.texts['suppressed']}", None)
    title = language.texts["missed_mark"].format(
        team=name,
        value=language.number(ratio.value, 2),
        interval=language.interval_aloud(ratio, 2),
    )
    return Mark(title, ratio)


def gap_lines(entries: Sequence[Entry], labels: Labels) -> list[Line]:
    """Find each team's largest gap; its other gaps stand as thin rules.

    Parameters
    ----------
    entries : sequence of Entry
        The teams.
    labels : Labels
        Words for attributes.

    Returns
    -------
    list of Line
        One per team, in the same order.
    """
    return [_gap_line(entry, labels) for entry in entries]


def panels(entries: Sequence[Entry], labels: Labels) -> list[Panel]:
    """Lay the teams side by side in each group.

    Parameters
    ----------
    entries : sequence of Entry
        The teams.
    labels : Labels
        Words for groups.

    Returns
    -------
    list of Panel
        In the order in which groups first appear.
    """
    cells = [{(g.attribute, g.level): g for g in e.card.groups} for e in entries]
    return [
        _panel(entries, [groups.get(key) for groups in cells], key, labels)
        for key in dict.fromkeys(key for groups in cells for key in groups)
    ]


def area_marks(
    card: Scorecard, language: Language, others: Iterable[Scorecard] = ()
) -> list[tuple[AreaMeasure, Mark]]:
    """Set what a model expected beside what was observed.

    Parameters
    ----------
    card : Scorecard
        Whose areas.
    language : Language
        Of the page.
    others : iterable of Scorecard
        Other teams, whose expectations show as thin rules.

    Returns
    -------
    list of (AreaMeasure, Mark)
        One per area, in the order of the card.
    """
    expected: dict[str, tuple[float, ...]] = {}
    for area in (area for other in others for area in other.areas):
        if area.expected is not None:
            expected[area.name] = (*expected.get(area.name, ()), area.expected)
    return [
        (area, _area_mark(area, language, expected.get(area.name, ())))
        for area in card.areas
    ]


def ends(estimates: Iterable[Estimate | None]) -> list[float]:
    """List every value and interval end that an axis must cover.

    Parameters
    ----------
    estimates : iterable of Estimate or None
        None is left out.

    Returns
    -------
    list of float
        In the unit of the estimates.
    """
    return [
        number
        for estimate in estimates
        if estimate is not None
        for number in (estimate.value, estimate.low, estimate.high)
        if number is not None
    ]


def _gap_line(entry: Entry, labels: Labels) -> Line:
    gaps, language = entry.card.gaps, labels.language
    if not gaps:
        none = language.texts["gap_none"]
        return Line(entry, "", None, Mark(f"{entry.name}: {none}", None))
    name = max(gaps, key=lambda attribute: gaps[attribute].value)
    words = labels.attribute(name)
    title = language.texts["gap_mark"].format(
        team=entry.name,
        attribute=words,
        value=language.number(gaps[name].value, 0, 100),
        interval=language.interval_aloud(gaps[name], 0, 100),
    )
    others = tuple(gap.value for key, gap in gaps.items() if key != name)
    mark = Mark(title, gaps[name], None, others, entry.own, entry.outside)
    return Line(entry, words, gaps[name], mark)


def _panel(
    entries: Sequence[Entry],
    measures: Sequence[GroupMeasure | None],
    group: tuple[str, str],
    labels: Labels,
) -> Panel:
    attribute, level = labels.attribute(group[0]), labels.level(*group)
    lines = []
    for entry, measure in zip(entries, measures, strict=True):
        rate = None if measure is None else measure.false_negative_rate
        mark = missed_mark(entry.name, rate, labels.language)
        mark = replace(mark, own=entry.own, muted=entry.outside)
        lines.append(Line(entry, level, rate, mark))
    counted = (m for m in measures if m and m.rows is not None)
    return Panel(attribute, level, next(counted, None), tuple(lines))


def _area_mark(
    area: AreaMeasure, language: Language, others: tuple[float, ...]
) -> Mark:
    if area.expected is None or area.observed is None:
        return Mark(f"{area.name}: {language.texts['suppressed']}", None)
    title = language.texts["area_mark"].format(
        area=area.name,
        expected=language.number(area.expected, 1, 100),
        observed=language.number(area.observed.value, 1, 100),
        interval=language.interval_aloud(
            area.observed, 1, 100, absent="area_no_interval"
        ),
    )
    return Mark(title, area.observed, area.expected, others)
