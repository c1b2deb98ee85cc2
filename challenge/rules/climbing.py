"""The ladder: which of its submissions a team has on the live board."""

from __future__ import annotations

from challenge.records import Submission
from challenge.store import Ladder, Unit
from leaderboard import LadderState, Scorecard, climb
from leaderboard.ladder import Step


def record_result(
    unit: Unit, submission: Submission, scorecard: Scorecard, **facts: object
) -> None:
    """Record a result and move its team's ladder: both, or neither.

    Of the team's earlier results only the one on the board is read; the ladder is
    held until the transaction ends, so that a second worker's result for the team
    is compared with what this one leaves.

    Parameters
    ----------
    unit : Unit
        The transaction that ends the submission.
    submission : Submission
        What was scored; not recorded before.
    scorecard : Scorecard
        Exact values of the board rows.
    **facts
        The other columns of `challenge.store.tables.results`.

    Raises
    ------
    NotPairedError
        If the result on the board was scored with another seed or on other rows.
    """
    key, team, release = submission.id, submission.team_id, submission.release
    held = unit.ladders.hold(team, release)
    state, cards = _standing(unit, held)
    moved = climb(state, key, {**cards, key: scorecard})
    unit.results.record(
        submission_id=key, scorecard=scorecard.to_json(), step=moved.step, **facts
    )
    standing = held.submission_id if held and moved.step is Step.KEPT else key
    unit.ladders.keep(team, release, Ladder(standing, moved.submissions), held=held)


def _standing(
    unit: Unit, held: Ladder | None
) -> tuple[LadderState, dict[str, Scorecard]]:
    """Read the ladder as the library has it, with the scorecard that it names."""
    result = unit.results.get(held.submission_id) if held else None
    if held is None or result is None:
        return LadderState(), {}
    card = Scorecard.from_json(result.scorecard)
    state = LadderState(held.submission_id, held.submissions)
    return state, {held.submission_id: card}
