"""What a juror sees of a team's model beside its pitch: never practice rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from challenge.records import Principal
from challenge.rules.standings import Standings
from challenge.synthesis.scoring import group_labels
from challenge.web.access import Deployment
from challenge.web.board import current_standings, source_words
from challenge.web.pages import texts
from challenge.web.pictures import area_lines, score_picture
from challenge.web.references import references_for
from leaderboard import Audience, Phase, Row, RowSet, Scorecard, release_row
from leaderboard.charts import Frame, area_table
from leaderboard.labels import Labels
from leaderboard.language import Language, language
from leaderboard.readers import release
from leaderboard.transport import difference
from leaderboard.verdict import PolicyState


@dataclass(frozen=True, slots=True)
class Gap:
    """The group whose families pay most for a model, beyond the reference.

    Attributes
    ----------
    group : str
        In words.
    more : bool
        Whether the difference with other families is larger than the reference's.
    size : str
        By how many of the 100, without a sign, with its bounds.
    """

    group: str
    more: bool
    size: str


@dataclass(frozen=True, slots=True)
class Areas:
    """Expected against observed, per municipality.

    Attributes
    ----------
    lines : tuple of (str, Markup)
        Name and picture of each.
    foot : Markup
        The axis under the pictures.
    numbers : Markup
        The same in numbers, with what they mean.
    """

    lines: tuple[tuple[str, Markup], ...]
    foot: Markup
    numbers: Markup


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
    has_reference : bool
        Whether the black rule is the reference model; else it stands at nought.
    picture : Markup
        Dot and whisker, and the rule, over an axis.
    state : PolicyState or None
        What the policy says.
    gap : Gap or None
        None where nothing may be shown.
    external, apart : str
        The score in other municipalities, and internal minus external, both with
        their intervals; empty before they are scored.
    areas : Areas or None
        None where no table may leave.
    """

    rows: Literal["final", "board"]
    sources: str
    place: str
    ranked: int
    score: str
    interval: str
    has_reference: bool
    picture: Markup
    state: PolicyState | None
    gap: Gap | None
    external: str
    apart: str
    areas: Areas | None


def evidence_for(
    here: Deployment, team: str, phase: Phase, *, juror: Principal, slug: str
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
    juror : Principal
        Who reads.
    slug : str
        Language: ``"nl"`` or ``"en"``.

    Returns
    -------
    Evidence or None
        From final rows once they are scored, else from board rows; None without a
        score.
    """
    for rows in ("final", "board"):
        ranked = current_standings(here, rows)
        if row := _line(ranked, team, phase, RowSet(rows)):
            break
    else:
        return None
    spoken, result = language(slug), ranked.results[row.key]
    others = _leaving(ranked.boards[result.sources].rows, phase, RowSet(rows))
    card = release(
        Scorecard.from_json(result.scorecard), Audience.JUROR, phase, rows=rows
    )
    shown = card if isinstance(card, Scorecard) else None
    reference = references_for(here, ranked, reader=juror, rows=rows)
    external, apart = _external(here, row, team, phase, spoken)
    return Evidence(
        rows=rows,
        sources=source_words(here.brief, result.sources, slug),
        place="" if row.outside else spoken.places(row.place_low, row.place_high),
        ranked=sum(other.outside is None for other in others),
        score=spoken.number(row.score.value),
        interval=spoken.interval(row.score),
        has_reference=result.sources in reference,
        picture=score_picture(
            row,
            others,
            rule=_rule(reference.get(result.sources), spoken),
            name=team,
            spoken=spoken,
        ),
        state=row.policy.state if row.policy else None,
        gap=_gap(shown, Labels(group_labels(here.brief, slug), spoken)),
        external=external,
        apart=apart,
        areas=_areas(shown, team, spoken),
    )


def _line(ranked: Standings, team: str, phase: Phase, rows: RowSet) -> Row | None:
    """Find a team's row, as far as a juror may see it."""
    for board in ranked.boards.values():
        for row in _leaving(board.rows, phase, rows):
            if ranked.results[row.key].team == team:
                return row
    return None


def _leaving(found: Iterable[Row], phase: Phase, rows: RowSet) -> list[Row]:
    """Give rows as a juror may see them; nothing else is drawn, also no axis."""
    told = (release_row(row, Audience.JUROR, phase, rows=rows) for row in found)
    return [row for row in told if row is not None]


def _rule(reference: float | None, spoken: Language) -> tuple[float, str]:
    words = texts(spoken.slug)
    if reference is None:
        return 0.0, words["jury_rule_nought"]
    return reference, words["jury_rule_reference"]


def _gap(card: Scorecard | None, labels: Labels) -> Gap | None:
    findings = card.policy.findings if card and card.policy else ()
    known = [f for f in findings if f.gates and f.excess is not None]
    if not known:
        return None
    worst = max(known, key=lambda finding: finding.excess or 0.0)
    spoken, excess = labels.language, worst.excess or 0.0
    ends = sorted((worst.excess_low or 0.0, worst.excess_high or 0.0))
    # Without a sign it reads as it is said: smaller by so many, or larger.
    low, high = ends if excess > 0 else (-ends[1], -ends[0])
    size = spoken.number(abs(excess), 0, 100)
    to = spoken.texts["to"].format(
        low=spoken.number(low, 0, 100), high=spoken.number(high, 0, 100)
    )
    return Gap(labels.group(worst.attribute, worst.level), excess > 0, f"{size} ({to})")


def _areas(card: Scorecard | None, team: str, spoken: Language) -> Areas | None:
    if card is None or not card.areas:
        return None
    lines, foot = area_lines(card.areas, spoken=spoken)
    numbers = area_table(card.areas, name=team, frame=Frame("areas", spoken))
    return Areas(lines, foot, numbers)


def _external(
    here: Deployment, row: Row, team: str, phase: Phase, spoken: Language
) -> tuple[str, str]:
    """Give the score outside, and what it is less than inside."""
    outside = _line(current_standings(here, "external"), team, phase, RowSet.EXTERNAL)
    if outside is None:
        return "", ""
    both = (outside.score, difference(row.score, outside.score))
    external, apart = (
        f"{spoken.number(one.value)} ({spoken.interval(one)})" for one in both
    )
    return external, apart
