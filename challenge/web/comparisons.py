"""What a report can stand beside: an earlier one, a reference, or no model at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from challenge.errors import NotFoundError
from challenge.records import Principal, State, Submission
from challenge.web.access import Deployment
from challenge.web.scorecards import find_scorecard
from challenge.web.submissions import find_submission
from leaderboard import Scorecard
from leaderboard.estimates import Estimate

COMPARED = ("scaled_brier", "auroc", "calibration_intercept", "calibration_slope")


class Beside(StrEnum):
    """What is no submission, and can be compared with all the same."""

    REFERENCE = "reference"
    NO_MODEL = "no-model"


NO_MODEL = {"scaled_brier": Estimate(0.0), "auroc": Estimate(0.5)}
"""Everybody the same probability: known without a single row."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports, measure by measure.

    Attributes
    ----------
    kind : str
        ``"submission"``, or one of `Beside`.
    number : int
        Of the other submission; 0 where it is none.
    key : str
        What stands in the address.
    lines : list of (str, Estimate, Estimate)
        Measure, here and there.
    """

    kind: str
    number: int
    key: str
    lines: list[tuple[str, Estimate, Estimate]]


def compare(
    here: Deployment, person: Principal, found: Submission, card: Scorecard, wanted: str
) -> Comparison:
    """Set something beside a report.

    Parameters
    ----------
    here : Deployment
        The running server.
    person : Principal
        Who reads; sees no more of the other one than of this one.
    found : Submission
        Whose report.
    card : Scorecard
        As this reader may see it.
    wanted : str
        Id of a submission of the same team and release, or one of `Beside`.

    Returns
    -------
    Comparison
        With the measures that both have.

    Raises
    ------
    NotFoundError
        If there is nothing like that for this reader.
    """
    if wanted == Beside.NO_MODEL:
        return Comparison(wanted, 0, wanted, _lines(card, NO_MODEL))
    if wanted == Beside.REFERENCE:
        area = card.curves.reference_auroc if card.curves else None
        if area is None:
            raise NotFoundError("reference model", wanted)
        return Comparison(wanted, 0, wanted, _lines(card, {"auroc": Estimate(area)}))
    other = find_submission(here, person, wanted)
    if other.team_id != found.team_id or other.release != found.release:
        raise NotFoundError("submission", wanted)
    there, _ = find_scorecard(here, person, wanted)
    lines = _lines(card, there.metrics)
    return Comparison("submission", other.number, wanted, lines)


def others_of(here: Deployment, found: Submission) -> list[Submission]:
    """List the submissions that one can be compared with.

    Parameters
    ----------
    here : Deployment
        The running server.
    found : Submission
        Whose report.

    Returns
    -------
    list of Submission
        With a score, of the same team and release, newest first.
    """
    with here.database.read() as unit:
        mine = unit.submissions.of_team(found.team_id)
    return [
        one
        for one in mine
        if one.state is State.SCORED
        and one.id != found.id
        and one.release == found.release
    ]


def _lines(
    card: Scorecard, there: Mapping[str, Estimate]
) -> list[tuple[str, Estimate, Estimate]]:
    return [
        (name, card.metrics[name], there[name])
        for name in COMPARED
        if name in card.metrics and name in there
    ]
