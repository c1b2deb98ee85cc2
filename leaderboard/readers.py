"""Readers: who gets what of a scorecard, and when. Nothing leaves another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from leaderboard.disclosure import publish
from leaderboard.disclosure.rounding import live_score, released
from leaderboard.errors import SettingRefusedError
from leaderboard.estimates import Estimate
from leaderboard.metrics import PRIMARY
from leaderboard.ranking import reason_outside
from leaderboard.ranking.board import SCORE, Row
from leaderboard.records import Scorecard
from leaderboard.verdict import PolicyState, Verdict


class Audience(StrEnum):
    """Who reads; a team reads about its own submission."""

    VISITOR = "visitor"
    TEAM = "team"
    JUROR = "juror"
    ORGANISER = "organiser"
    AUDITOR = "auditor"


class Phase(StrEnum):
    """Where a challenge is, in this order."""

    DRAFT = "draft"
    PRACTICE = "practice"
    OPEN = "open"
    FROZEN = "frozen"
    JURY = "jury"
    CLOSED = "closed"


class RowSet(StrEnum):
    """Which rows were scored; all but the practice rows are hidden from teams."""

    PRACTICE = "practice"
    BOARD = "board"
    FINAL = "final"
    EXTERNAL = "external"


class Form(StrEnum):
    """How much leaves: all, a table without small cells, one score, or nothing."""

    EXACT = "exact"
    TABLE = "table"
    LIVE = "live"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LiveScore:
    """All that a running challenge tells of one submission on hidden rows.

    Its place stands on the board: see `release_row`.

    Attributes
    ----------
    score : Estimate
        Scaled Brier score with its interval, rounded by
        `leaderboard.disclosure.rounding.live_score`.
    policy : PolicyState or None
        What the policy says; None without one.
    outside : str or None
        Why it stands outside the ranking; None inside.
    """

    score: Estimate
    policy: PolicyState | None
    outside: str | None


def release(
    scorecard: Scorecard,
    audience: Audience | str,
    phase: Phase | str,
    *,
    rows: RowSet | str = RowSet.BOARD,
) -> Scorecard | LiveScore | None:
    """Give a reader what may leave of a scorecard, and nothing else.

    Of board rows, give the submission that the team's ladder holds: see
    `leaderboard.ladder.climb`. A score that changes with every try lets whoever
    tries often work labels out. Once the challenge is closed, give the one
    submission that counts for each team: many tables about the same rows tell more
    than one.

    Parameters
    ----------
    scorecard : Scorecard
        Exact values.
    audience : Audience or str
        Who reads.
    phase : Phase or str
        Where the challenge is.
    rows : RowSet or str
        Which rows were scored.

    Returns
    -------
    Scorecard or LiveScore or None
        As `form_for` says: the scorecard itself, `publish`'s, one score, or nothing.

    Raises
    ------
    SettingRefusedError
        If audience, phase or rows are not known.

    Examples
    --------
    >>> from leaderboard.records import Estimate, Scorecard
    >>> score = {"scaled_brier": Estimate(0.10449, 0.09512, 0.11333)}
    >>> card = Scorecard(20000, 2000, 200, 0.1, score)
    >>> release(card, "visitor", "open").score
    Estimate(value=0.105, low=0.095, high=0.115)
    >>> release(card, "visitor", "open", rows="final") is None
    True
    """
    form = form_for(audience, phase, rows)
    if form is Form.EXACT:
        return scorecard
    if form is Form.TABLE:
        return publish(
            scorecard,
            live=Phase(phase) is not Phase.CLOSED,
            curves=RowSet(rows) is RowSet.PRACTICE,
        )
    return _live(scorecard) if form is Form.LIVE else None


def release_row(
    row: Row,
    audience: Audience | str,
    phase: Phase | str,
    *,
    rows: RowSet | str = RowSet.BOARD,
) -> Row | None:
    """Give a reader what may leave of one row of a board.

    Parameters
    ----------
    row : Row
        From `leaderboard.rank`.
    audience, phase, rows : str
        As `release` takes them.

    Returns
    -------
    Row or None
        The row itself where exact values may leave; else its place range, rounded
        score, policy state and reason, without findings; None where nothing may.

    Raises
    ------
    SettingRefusedError
        If audience, phase or rows are not known.
    """
    form = form_for(audience, phase, rows)
    if form is Form.NOTHING:
        return None
    if form is Form.EXACT:
        return row
    policy = row.policy and Verdict(row.policy.policy, row.policy.state, ())
    rounded = live_score if form is Form.LIVE else released
    return replace(row, score=rounded(row.score), policy=policy)


def in_bands(rows: Sequence[Row]) -> list[Row]:
    """List rows so that their order tells no more than what stands in them.

    Two submissions with equal places and equal rounded scores would otherwise say by
    their order which exact score is higher. Leaders that are listed by their worst
    group keep their order: it says so beside them.

    Parameters
    ----------
    rows : sequence of Row
        Of one ranking, each as `release_row` gave it, in listing order.

    Returns
    -------
    list of Row
        Leaders first, then by place and rounded score, rows outside last.
    """
    leaders = [row for row in rows if row.leading and row.why.listed_by != SCORE]
    rest = [row for row in rows if row not in leaders]
    return leaders + sorted(rest, key=_band)


def _band(row: Row) -> tuple[object, ...]:
    places = (row.place_low or 0, row.place_high or 0)
    return (row.outside is not None, *places, -row.score.value, row.key)


def form_for(audience: Audience | str, phase: Phase | str, rows: RowSet | str) -> Form:
    """Decide how much of a scorecard leaves.

    Organiser and auditor always get exact values. Everybody else gets

    - of practice rows, which teams have with their labels, a table; jurors get
      nothing, since models may have been trained on them;
    - of board rows one score while a challenge runs, a table when it is closed;
    - of final and external rows nothing until it is closed, and then a table, which
      jurors get as soon as they judge.

    Parameters
    ----------
    audience, phase, rows : str
        As `release` takes them.

    Returns
    -------
    Form
        What leaves.

    Raises
    ------
    SettingRefusedError
        If audience, phase or rows are not known.

    Examples
    --------
    >>> form_for("team", "open", "board"), form_for("juror", "jury", "final")
    (<Form.LIVE: 'live'>, <Form.TABLE: 'table'>)
    """
    reader = _read(Audience, audience, "audience")
    now = _read(Phase, phase, "phase")
    scored = _read(RowSet, rows, "rows")
    if reader in (Audience.ORGANISER, Audience.AUDITOR):
        return Form.EXACT
    if now is Phase.DRAFT:
        return Form.NOTHING
    if scored is RowSet.PRACTICE:
        return Form.NOTHING if reader is Audience.JUROR else Form.TABLE
    if now is Phase.CLOSED:
        return Form.TABLE
    if scored is RowSet.BOARD:
        return Form.NOTHING if now is Phase.PRACTICE else Form.LIVE
    judging = reader is Audience.JUROR and now is Phase.JURY
    return Form.TABLE if judging else Form.NOTHING


def _live(scorecard: Scorecard) -> LiveScore:
    return LiveScore(
        score=live_score(scorecard.metrics[PRIMARY]),
        policy=scorecard.policy.state if scorecard.policy else None,
        outside=reason_outside(scorecard),
    )


_Kind = TypeVar("_Kind", Audience, Phase, RowSet)


def _read(kind: type[_Kind], value: str, name: str) -> _Kind:
    try:
        return kind(value)
    except ValueError as error:
        raise SettingRefusedError(name, value, allowed=", ".join(kind)) from error
