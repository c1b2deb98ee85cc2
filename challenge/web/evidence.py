"""What a juror sees of a team's model beside its pitch: never practice rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from challenge.rules.standings import Standings
from challenge.web.access import Deployment
from challenge.web.board import current_standings, group_labels, source_words
from leaderboard import Audience, Phase, Row, RowSet, Scorecard, release_row
from leaderboard.charts import Frame, Mark, area_table, axis_header, mark_row
from leaderboard.charts.axes import Axis, axis_over
from leaderboard.language import Labels, Language, language
from leaderboard.readers import release
from leaderboard.verdict import PolicyState

_HEIGHT = 30  # px of the picture


@dataclass(frozen=True, slots=True)
class Evidence:
    """A team's line of the model board, in words and numbers of one language.

    Attributes
    ----------
    rows : str
        ``"final"``, or ``"board"`` before those are scored.
    sources : str
        What the team had to work with; empty where all had the same.
    place : str
        Place range; empty outside the ranking.
    ranked : int
        How many have a place.
    score, interval : str
        Scaled Brier score, and its 95 % interval.
    picture : Markup
        Dot and whisker over an axis.
    state : PolicyState or None
        What the policy says.
    gap : str
        Group of which most are not recognised beyond the reference, with the
        difference; empty where nothing may be shown.
    external : str
        The score in other municipalities with its interval; empty before it is
        scored.
    areas : Markup
        Expected against observed; empty where no table may leave.
    """

    rows: Literal["final", "board"]
    sources: str
    place: str
    ranked: int
    score: str
    interval: str
    picture: Markup
    state: PolicyState | None
    gap: str
    external: str
    areas: Markup


def evidence_for(
    here: Deployment, team: str, phase: Phase, slug: str
) -> Evidence | None:
    """Collect what a juror may see of a team's model.

    Parameters
    ----------
    here : Deployment
        The running server.
    team : str
        By name.
    phase : Phase
        Where the challenge is; decides what leaves.
    slug : str
        Language: ``"nl"`` or ``"en"``.

    Returns
    -------
    Evidence or None
        From final rows once they are scored, else from board rows; None without a
        score.
    """
    spoken = language(slug)
    for rows, ranked in (
        (RowSet.FINAL, lambda: current_standings(here, "final")),
        (RowSet.BOARD, lambda: current_standings(here)),
    ):
        if found := _line(ranked, team, phase, rows):
            break
    else:
        return None
    standing, row = found
    result = standing.results[row.key]
    mine = standing.boards[result.sources].rows
    shown = release(
        Scorecard.from_json(result.scorecard), Audience.JUROR, phase, rows=rows
    )
    card = shown if isinstance(shown, Scorecard) else None
    outside = _line(
        lambda: current_standings(here, "external"), team, phase, RowSet.EXTERNAL
    )
    return Evidence(
        rows="final" if rows is RowSet.FINAL else "board",
        sources=source_words(here.brief, result.sources, slug),
        place=_place(row),
        ranked=sum(other.outside is None for other in mine),
        score=spoken.number(row.score.value),
        interval=spoken.interval(row.score),
        picture=_picture(row, _axis(mine, phase, rows), team, spoken),
        state=row.policy.state if row.policy else None,
        gap=_gap(card, Labels(group_labels(here.brief, slug), spoken)),
        external=_external(outside, spoken),
        areas=area_table(card.areas, name=team, frame=Frame("areas", spoken))
        if card and card.areas
        else Markup(),
    )


def _line(
    ranked: Callable[[], Standings], team: str, phase: Phase, rows: RowSet
) -> tuple[Standings, Row] | None:
    """Find a team's row, as far as a juror may see it."""
    found = ranked()
    keys = {key for key, result in found.results.items() if result.team == team}
    for board in found.boards.values():
        for row in board.rows:
            leaving = release_row(row, Audience.JUROR, phase, rows=rows)
            if row.key in keys and leaving is not None:
                return found, leaving
    return None


def _axis(rows: tuple[Row, ...], phase: Phase, kind: RowSet) -> Axis:
    """Find an axis that all teams with the same sources share."""
    leaving = (release_row(row, Audience.JUROR, phase, rows=kind) for row in rows)
    scores = [row.score for row in leaving if row and row.outside is None]
    return axis_over(
        [end for s in scores for end in (s.value, s.low, s.high) if end is not None]
        or [0.0, 0.1],
        steps=4,
    )


def _picture(row: Row, axis: Axis, team: str, spoken: Language) -> Markup:
    said = f"{team}: {spoken.number(row.score.value)}"
    said = f"{said}, {spoken.interval_aloud(row.score, 3)}"
    mark = mark_row(axis, Mark(said, row.score), height=_HEIGHT, words="")
    head = axis_header(
        axis, title=team, label=lambda tick: spoken.number(tick, axis.digits)
    )
    return mark + head


def _place(row: Row) -> str:
    if row.place_low is None:
        return ""
    if row.place_low == row.place_high:
        return str(row.place_low)
    return f"{row.place_low}\N{EN DASH}{row.place_high}"


def _gap(card: Scorecard | None, labels: Labels) -> str:
    findings = card.policy.findings if card and card.policy else ()
    known = [f for f in findings if f.gates and f.excess is not None]
    if not known:
        return ""
    worst = max(known, key=lambda finding: finding.excess or 0.0)
    number = labels.language.number(worst.excess or 0.0, 0, 100)
    low = labels.language.number(worst.excess_low or 0.0, 0, 100)
    high = labels.language.number(worst.excess_high or 0.0, 0, 100)
    to = labels.language.texts["to"].format(low=low, high=high)
    return f"{labels.group(worst.attribute, worst.level)}: {number} ({to})"


def _external(found: tuple[Standings, Row] | None, spoken: Language) -> str:
    if found is None:
        return ""
    score = found[1].score
    return f"{spoken.number(score.value)} ({spoken.interval(score)})"
