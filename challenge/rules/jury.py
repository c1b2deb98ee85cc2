"""The jury's verdict: ballots as they stand, with the model board as evidence.

Two results that are never merged, unless the brief published another rule
beforehand: the jury inside the tie set of the model board, or weights for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from challenge.brief import Brief
from challenge.records import Ballot, Pitch
from leaderboard import Board
from leaderboard.jury import COLUMNS, JuryResult, Weighted, tally_ballots, weigh


@dataclass(frozen=True, slots=True)
class JuryVerdict:
    """What the jury says so far.

    Attributes
    ----------
    result : JuryResult or None
        Means, scores, places, jurors and agreement; None before the first points.
    unjudged : tuple of str
        Teams that pitched and have no points yet, by name.
    recusals : tuple of Ballot
        Ballots without points, by team, then juror.
    tie_set : tuple of str or None
        Teams that share the lead of the model board, by name, where only they
        compete; None where all do.
    weighted : Weighted or None
        Model board and jury in one order, and what hangs on the weights; None
        without weights in the brief, or below two teams that have both.
    unweighted : tuple of str
        Judged teams without a place on the model board, which weights leave out.
    """

    result: JuryResult | None
    unjudged: tuple[str, ...] = ()
    recusals: tuple[Ballot, ...] = ()
    tie_set: tuple[str, ...] | None = None
    weighted: Weighted | None = None
    unweighted: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the verdict as plain data for JSON.

        Returns
        -------
        dict
            The attributes, by name; of a recusal its juror, team and reason.
        """
        told = [
            {"juror": b.juror, "team": b.team, "reason": b.note} for b in self.recusals
        ]
        return {**asdict(self), "recusals": told}


def jury_verdict(
    ballots: Sequence[Ballot],
    pitches: Sequence[Pitch],
    *,
    brief: Brief,
    boards: Sequence[Board],
) -> JuryVerdict:
    """Compute the verdict from all ballots.

    Parameters
    ----------
    ballots : sequence of Ballot
        Every juror's, recusals included; any order. Drafts count for nothing.
    pitches : sequence of Pitch
        Who asked to be judged.
    brief : Brief
        Says whether the model board has a part in it.
    boards : sequence of Board
        The model board, one per source set; each row's key is its team's name.

    Returns
    -------
    JuryVerdict
        The same whatever the order of ballots and pitches.
    """
    ballots = [ballot for ballot in ballots if ballot.submitted_at]
    table = _table(ballots)
    judged = set(table["team"])
    tie_set = _tie_set(boards) if brief.jury.within_tie_set else None
    among = None if tie_set is None else judged & set(tie_set)
    result = tally_ballots(table, among=among) if judged else None
    model = _model_scores(boards) if brief.jury.weights else {}
    return JuryVerdict(
        result=result,
        unjudged=tuple(sorted({pitch.team for pitch in pitches} - judged)),
        recusals=tuple(
            sorted((b for b in ballots if b.recused), key=lambda b: (b.team, b.juror))
        ),
        tie_set=tie_set,
        weighted=_weighted(result, model, brief),
        unweighted=tuple(sorted(judged - set(model))) if brief.jury.weights else (),
    )


def _table(ballots: Sequence[Ballot]) -> pd.DataFrame:
    """One row per point; a recusal gives none, which is a missing cell."""
    rows = [
        (ballot.team, ballot.juror, criterion, points)
        for ballot in ballots
        for criterion, points in ballot.points.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _tie_set(boards: Sequence[Board]) -> tuple[str, ...]:
    return tuple(sorted(r.key for board in boards for r in board.rows if r.leading))


def _model_scores(boards: Sequence[Board]) -> dict[str, float]:
    """Share of the others with the same sources that each team is above.

    Scores of teams with other sources do not compare. Who has no other beside it
    is above half of them.
    """
    scores: dict[str, float] = {}
    for board in boards:
        ranked = [row for row in board.rows if row.outside is None]
        values = pd.Series([row.score.value for row in ranked], dtype=float)
        alone = len(ranked) < 2
        above = (
            0.5 * values.rank() if alone else (values.rank() - 1) / (len(ranked) - 1)
        )
        scores |= {row.key: float(s) for row, s in zip(ranked, above, strict=True)}
    return scores


def _weighted(
    result: JuryResult | None, model: Mapping[str, float], brief: Brief
) -> Weighted | None:
    if result is None or brief.jury.weights is None:
        return None
    jury = {t.team: t.score.value for t in result.teams if t.team in model}
    if len(jury) < 2:
        return None
    known = {team: model[team] for team in jury}
    return weigh(known, jury, weight=brief.jury.weights.model)
