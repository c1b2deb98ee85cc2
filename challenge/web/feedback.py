"""What a team is told of a submission on rows that it cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from challenge.records import Principal, State, Submission
from challenge.rules.standings import state_of
from challenge.web.access import Deployment, audience_of
from challenge.web.board import board_for, current_standings, in_each_language
from leaderboard import Row, RowSet
from leaderboard.ladder import Step
from leaderboard.ranking import reasons
from leaderboard.readers import Form, form_for


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the ladder did with a scored submission; never its score.

    Attributes
    ----------
    step : Step
        What it changed on the live board.
    row : Row or None
        What stands on the board, if that is this submission.
    """

    step: Step
    row: Row | None = None

    def words(self, language: str) -> str:
        """Say what the submission changed, without a difference.

        Parameters
        ----------
        language : str
            ``"nl"`` or ``"en"``.

        Returns
        -------
        str
            Such as "not measurably better than your best".
        """
        return self.step.words(language)

    def why(self, language: str) -> tuple[str, ...]:
        """Say why it stands where it stands.

        Parameters
        ----------
        language : str
            ``"nl"`` or ``"en"``.

        Returns
        -------
        tuple of str
            Four sentences; none if another submission stands on the board.
        """
        return reasons(self.row, language) if self.row else ()


def feedback(
    here: Deployment, submissions: Sequence[Submission], *, reader: Principal
) -> dict[str, Feedback]:
    """Find what a reader may hear about submissions; the board is made once for all.

    Parameters
    ----------
    here : Deployment
        The running server.
    submissions : sequence of Submission
        That the reader may see.
    reader : Principal
        Their team, or an organiser.

    Returns
    -------
    dict of str to Feedback
        By submission; without those that have no score, and empty where nothing of
        the board rows may leave.
    """
    form = form_for(audience_of(reader), here.phase, RowSet.BOARD)
    scored = [one.id for one in submissions if one.state is State.SCORED]
    if not scored or form is Form.NOTHING:
        return {}
    with here.database.read() as unit:
        steps = {key: unit.results.step(key) for key in scored}
    board = board_for(here, current_standings(here), reader=reader)
    rows = {row.key: row for row in board.rows}
    return {
        key: Feedback(Step(step or Step.NONE), rows.get(key))
        for key, step in steps.items()
    }


def told_from(here: Deployment, submissions: Sequence[Submission]) -> object:
    """Say which state of the board `feedback` on submissions belongs to.

    Parameters
    ----------
    here : Deployment
        The running server.
    submissions : sequence of Submission
        That the reader may see.

    Returns
    -------
    object
        Equal where nothing that is told can have changed.
    """
    if all(one.state is not State.SCORED for one in submissions):
        return ()
    with here.database.read() as unit:
        return state_of(unit, here.release.name)


def feedback_document(found: Feedback | None) -> dict[str, Any]:
    """Write the feedback as JSON, with what the submission's page says.

    Parameters
    ----------
    found : Feedback or None
        From `feedback`; None where it has none.

    Returns
    -------
    dict
        ``{"step", "told", "why"}``; each None where nothing is told.
    """
    return {
        "step": found and found.step,
        "told": found and in_each_language(found.words),
        "why": in_each_language(found.why) if found and found.row else None,
    }
