"""What a reader's own submissions reached on practice rows, for a list of them."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.records import Principal, State, Submission
from challenge.web.access import Deployment, audience_of
from leaderboard import RowSet, Scorecard
from leaderboard.readers import Form, form_for


def practice_scores(
    here: Deployment, submissions: Sequence[Submission], *, reader: Principal
) -> dict[str, float]:
    """Find the scores on practice rows that a reader may see.

    Parameters
    ----------
    here : Deployment
        The running server.
    submissions : sequence of Submission
        That the reader may see.
    reader : Principal
        Their team.

    Returns
    -------
    dict of str to float
        Scaled Brier by id, of those with a score; empty where nothing may leave.
    """
    scored = [one.id for one in submissions if one.state is State.SCORED]
    form = form_for(audience_of(reader), here.phase, RowSet.PRACTICE)
    if not scored or form is Form.NOTHING:
        return {}
    with here.database.read() as unit:
        found = unit.results.of(scored)
    # Published when it was scored: small cells have never been stored.
    cards = {one.submission_id: Scorecard.from_json(one.practice) for one in found}
    return {
        key: card.metrics["scaled_brier"].value
        for key, card in cards.items()
        if "scaled_brier" in card.metrics
    }
