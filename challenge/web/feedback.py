"""What a team is told of a submission on rows that it cannot see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from challenge.records import Principal, State, Submission
from challenge.web.access import Deployment, audience_of
from challenge.web.board import board_for, current_standings, in_each_language
from leaderboard import LadderState, Row, RowSet
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
        return LadderState(step=self.step).words(language)

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
    here: Deployment, submission: Submission, *, reader: Principal
) -> Feedback | None:
    """Find what a reader may hear about a submission.

    Parameters
    ----------
    here : Deployment
        The running server.
    submission : Submission
        One that the reader may see.
    reader : Principal
        Its team, or an organiser.

    Returns
    -------
    Feedback or None
        None without a score, and where nothing of the board rows may leave.
    """
    form = form_for(audience_of(reader), here.phase, RowSet.BOARD)
    if submission.state is not State.SCORED or form is Form.NOTHING:
        return None
    with here.database.read() as unit:
        step = unit.results.step(submission.id)
    rows = board_for(here, current_standings(here), reader=reader).rows
    row = next((row for row in rows if row.key == submission.id), None)
    return Feedback(Step(step or Step.NONE), row)


def feedback_document(
    here: Deployment, submission: Submission, *, reader: Principal
) -> dict[str, Any]:
    """Write the feedback as JSON, with what the submission's page says.

    Parameters
    ----------
    here : Deployment
        The running server.
    submission : Submission
        One that the reader may see.
    reader : Principal
        Its team, or an organiser.

    Returns
    -------
    dict
        ``{"step", "told", "why"}``; each None where nothing is told.
    """
    found = feedback(here, submission, reader=reader)
    return {
        "step": found and found.step,
        "told": found and in_each_language(found.words),
        "why": in_each_language(found.why) if found and found.row else None,
    }
