"""A re-score beside what is there: compared as a dry run, and published with a note.

Once published each new scorecard takes the place of the old one, and the re-score keeps
the old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from challenge.errors import RequestRefusedError
from challenge.rules.picks import counting
from challenge.rules.rescoring import REASON_LENGTH, find
from challenge.rules.sealed import FINAL_SETS, TRANSPORT
from challenge.rules.text import check_text
from challenge.store import Ladder, Result, Unit
from challenge.store.rescorings import Rescoring as Asked
from leaderboard import FairnessPolicy, Phase, Scorecard, climb_all, rank
from leaderboard.metrics import PRIMARY

FIXED = (Phase.FROZEN, Phase.JURY, Phase.CLOSED)
"""What counts for a team does not change any more."""
Cards = Mapping[tuple[str, str], str]
"""Submission and row set to a scorecard as JSON."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a submission stands by one scorer.

    Attributes
    ----------
    score : float
        Scaled Brier score.
    score_low, score_high : float or None
        Its 95 % interval.
    low, high : int or None
        Range of places within its source set; None outside the ranking.
    """

    score: float
    score_low: float | None
    score_high: float | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a re-score does to one team on one set of rows.

    Attributes
    ----------
    team : str
        Whose.
    old, new : Place or None
        Before and after; None where it has no score.
    """

    team: str
    old: Place | None
    new: Place | None

    @property
    def moves(self) -> bool:
        """Whether its place differs."""
        old, new = self.old, self.new
        return (old and (old.low, old.high)) != (new and (new.low, new.high))


def compare(
    unit: Unit, release: str, number: int, *, policy: FairnessPolicy, rows: str
) -> list[Change]:
    """Set what a re-score says beside what was there before it.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    number : int
        Which re-score.
    policy : FairnessPolicy
        From the brief.
    rows : str
        ``"board"``, ``"final"`` or ``"external"``.

    Returns
    -------
    list of Change
        By name of the team; empty for rows that are not scored yet.

    Raises
    ------
    NotFoundError
        If there is no such re-score.
    """
    found = find(unit, release, number)
    old, new = _sides(unit, found)
    places = [_places(unit, release, side, policy, rows) for side in (old, new)]
    names = {r.team_id: r.team for r in unit.results.all(release)}
    changes = [Change(names[t], *(side.get(t) for side in places)) for t in names]
    return sorted((c for c in changes if c.old or c.new), key=lambda c: c.team)


def _sides(unit: Unit, found: Asked) -> tuple[Cards, Cards]:
    """Read all scorecards before and after a re-score."""
    kept = unit.rescorings.cards(found.id)
    after = dict(_current(unit, found.release))
    # What later ones replaced since is what this one, or whoever came then, left.
    for number in reversed(unit.rescorings.published(found.release)):
        if number > found.id:
            after |= unit.rescorings.cards(number)
    if found.published_at is None:
        return after, {**after, **kept}
    return {**after, **kept}, after


def _current(unit: Unit, release: str) -> Iterable[tuple[tuple[str, str], str]]:
    for result in unit.results.all(release):
        yield (result.submission_id, "board"), result.scorecard
    for rows in FINAL_SETS:
        for key, score in unit.finals.all(release, rows).items():
            yield (key, rows), score.scorecard


def _places(
    unit: Unit, release: str, cards: Cards, policy: FairnessPolicy, rows: str
) -> dict[int, Place]:
    """Rank one submission of each team by some scorecards."""
    read = {k: Scorecard.from_json(c) for (k, name), c in cards.items() if name == rows}
    counted = {t: one.submission_id for t, one in counting(unit, release).items()}
    if rows == "board" and unit.phases.last() not in FIXED:
        by = ladders_by(unit, release, read)
        counted = {t: held.submission_id for t, held in by.items() if t in counted}
    results = {r.submission_id: r for r in unit.results.of([*counted.values()])}
    found = {}
    for source in {result.sources for result in results.values()}:
        mine = {
            key: read[key]
            for key, result in results.items()
            if result.sources == source and key in read
        }
        for row in rank(mine, policy=policy).rows:
            score = mine[row.key].metrics[PRIMARY]
            found[results[row.key].team_id] = Place(
                *(score.value, score.low, score.high), row.place_low, row.place_high
            )
    return found


def publish(
    unit: Unit, release: str, number: int, *, note: str, by: str, now: datetime
) -> None:
    """Let the scorecards of a re-score take the place of what was there.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    release : str
        ``slug/version``.
    number : int
        Which re-score; published already, nothing happens.
    note : str
        What everybody is told, 1 to 500 characters.
    by : str
        Who decides.
    now : datetime
        Aware UTC.

    Raises
    ------
    NotFoundError
        If there is no such re-score.
    RequestRefusedError
        If it is not worked out yet, a later one is, or the note is empty or too long.
    """
    found = find(unit, release, number)
    if found.published_at is not None:
        return
    note = check_text("note", note, longest=REASON_LENGTH)
    _check_ready(unit, found)
    results = {r.submission_id: r for r in unit.results.all(release)}
    for team in sorted({r.team_id for r in results.values()}):
        unit.submissions.hold(team)
    new = unit.rescorings.cards(number)
    _swap(unit, found, results, new)
    _climb_again(unit, release)
    unit.rescorings.mark(number, published_at=now, note=note)
    unit.audit.add(
        by,
        "publish rescore",
        str(number),
        now=now,
        note=note,
        before=sorted({results[key].scorer for key, _ in new}),
        after=found.scorer,
    )


def _check_ready(unit: Unit, found: Asked) -> None:
    latest = unit.rescorings.all(found.release)[0]
    if found.done_at is None or latest.id != found.id:
        raise RequestRefusedError(
            "rescore",
            "It is not worked out yet."
            if found.done_at is None
            else f"Re-score {latest.id} came after it.",
            hint="Wait for the worker, then publish the latest one.",
        )


def _swap(
    unit: Unit,
    found: Asked,
    results: Mapping[str, Result],
    new: Mapping[tuple[str, str], str],
) -> None:
    """Give each new card its place, and let the re-score keep the old one."""
    scorer = found.scorer
    old: dict[str, dict[str, str]] = {}
    sets = (*FINAL_SETS, TRANSPORT)
    finals = {name: unit.finals.all(found.release, name) for name in sets}
    for (key, rows), card in new.items():
        if rows == "board":
            old.setdefault(key, {})[rows] = results[key].scorecard
            unit.results.replace(key, scorer=scorer, card=card)
        else:
            old.setdefault(key, {})[rows] = finals[rows][key].scorecard
            unit.finals.replace(key, rows, scorer=scorer, card=card)
    for key, cards in old.items():
        unit.rescorings.keep(found.id, key, cards)


def _climb_again(unit: Unit, release: str) -> None:
    """Let every team's ladder hold what it would hold by the scorecards of now."""
    if unit.phases.last() in FIXED:
        return
    cards = {
        r.submission_id: Scorecard.from_json(r.scorecard)
        for r in unit.results.all(release)
    }
    for team, held in ladders_by(unit, release, cards).items():
        before = unit.ladders.hold(team, release)
        unit.ladders.keep(team, release, held, held=before)


def ladders_by(
    unit: Unit, release: str, cards: Mapping[str, Scorecard]
) -> dict[int, Ladder]:
    """Say what each team's ladder would hold by other scorecards.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    release : str
        ``slug/version``.
    cards : mapping of str to Scorecard
        By submission; all that have a result.

    Returns
    -------
    dict of int to Ladder
        By team.
    """
    # In the order in which the ladder took them.
    taken = sorted(unit.results.all(release), key=lambda r: (r.scored_at, r.number))
    mine: dict[int, dict[str, Scorecard]] = {}
    for result in taken:
        key = result.submission_id
        mine.setdefault(result.team_id, {})[key] = cards[key]
    found = {}
    for team, own in mine.items():
        state = climb_all(own)
        if state.released is not None:
            found[team] = Ladder(state.released, state.submissions)
    return found
