"""The ladder: on the live board a score changes only when it measurably rises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from leaderboard.errors import NotPairedError
from leaderboard.ladder.delong import delong
from leaderboard.language import language as language_of
from leaderboard.metrics import PRIMARY
from leaderboard.ranking import check_paired, reason_outside
from leaderboard.records import Scorecard


class Step(StrEnum):
    """What the latest submission of a team changed on the live board."""

    NONE = "none"
    FIRST = "first"
    BETTER = "better"
    RANKED = "ranked"
    KEPT = "kept"

    def words(self, language: str) -> str:
        """Say what the submission changed, without a difference.

        Parameters
        ----------
        language : str
            ``"nl"`` or ``"en"``.

        Returns
        -------
        str
            Without capital or full stop.

        Raises
        ------
        LanguageUnknownError
            If there are no sentences in `language`.

        Examples
        --------
        >>> Step.KEPT.words("en")
        'not measurably better than your best'
        """
        return language_of(language).texts[f"ladder_{self}"]


@dataclass(frozen=True, slots=True)
class LadderState:
    """Where one team stands on the ladder.

    It names submissions; their scores and replicates stand in the scorecards.

    Attributes
    ----------
    released : str or None
        Key of the submission that the live board shows; None before the first.
    submissions : int
        How many were scored.
    step : Step
        What the latest of them changed.
    """

    released: str | None = None
    submissions: int = 0
    step: Step = Step.NONE


def climb(
    state: LadderState, key: str, scorecards: Mapping[str, Scorecard]
) -> LadderState:
    """Take the next submission of a team up the ladder, or leave its best standing.

    A submission inside the ranking always replaces one outside it, and never the
    other way round: a team that does not meet the policy must have a way back in.
    Between two inside, or two outside, `improves` decides.

    Parameters
    ----------
    state : LadderState
        Before the submission.
    key : str
        Of the submission.
    scorecards : mapping of str to Scorecard
        Exact scorecards, with at least the new and the released submission.

    Returns
    -------
    LadderState
        After the submission.

    Raises
    ------
    NotPairedError
        If one of the two scorecards is missing, or they do not share replicates.

    References
    ----------
    Blum & Hardt (2015), ICML, arXiv 1502.04585, algorithm 2.
    """
    new = _scorecard(key, scorecards)
    step = _step(state.released, new, scorecards)
    released = state.released if step is Step.KEPT else key
    return LadderState(released, state.submissions + 1, step)


def climb_all(scorecards: Mapping[str, Scorecard]) -> LadderState:
    """Take all submissions of one team up the ladder, such as after a re-score.

    Parameters
    ----------
    scorecards : mapping of str to Scorecard
        Exact scorecards in the order of submission.

    Returns
    -------
    LadderState
        As if they had come one by one.

    Raises
    ------
    NotPairedError
        If they do not share their replicates.
    """
    return reduce(
        lambda state, key: climb(state, key, scorecards), scorecards, LadderState()
    )


def improves(new: Scorecard, best: Scorecard) -> bool:
    """Say whether a score is above another by more than one paired standard error.

    The standard error comes from the replicates that both share, so that it counts
    clusters and not rows. Nothing has to be tuned. The answer is a bit about labels
    all the same: a submission that stakes two rows tells the label of one (measured:
    98 in 100 positives, none wrongly). Only the quota bounds how many.

    Parameters
    ----------
    new, best : Scorecard
        Exact scorecards of the same rows and seed.

    Returns
    -------
    bool
        True if the scaled Brier score rose measurably.

    Raises
    ------
    NotPairedError
        If the two do not share their replicates.

    References
    ----------
    Blum & Hardt (2015), arXiv 1502.04585, algorithm 2: a loss must fall by more than
    ``std(losses - best losses) / sqrt(n)``, a one-sided paired t-test. Scaled Brier is
    one minus a mean loss over a number that all submissions share.
    """
    check_paired({"best": best, "new": new})
    difference = new.replicates - best.replicates
    defined = difference[np.isfinite(difference)]
    if len(defined) < 2:
        return False
    rise = new.metrics[PRIMARY].value - best.metrics[PRIMARY].value
    return bool(rise > defined.std(ddof=1))


def improves_auroc(labels: ArrayLike, new: ArrayLike, best: ArrayLike) -> bool:
    """Say whether an AUROC is above another by more than one paired standard error.

    A heuristic: the theory of the ladder is about means of a bounded loss, which
    AUROC is not, and DeLong's standard error takes rows to be independent.

    Parameters
    ----------
    labels : array_like of shape (n_samples,)
        0 or 1, or booleans; at least two of each.
    new, best : array_like of shape (n_samples,)
        Probabilities of the two submissions; finite, in [0, 1].

    Returns
    -------
    bool
        True if the AUROC rose measurably.

    Raises
    ------
    ScoringError
        As `leaderboard.ladder.delong.delong` does.

    Examples
    --------
    >>> improves_auroc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.4, 0.35, 0.8])
    False
    """
    both = delong(labels, new, best)
    return bool(both.auroc[0] - both.auroc[1] > both.standard_error(0, 1))


def _scorecard(key: str, scorecards: Mapping[str, Scorecard]) -> Scorecard:
    if key not in scorecards:
        raise NotPairedError(key)
    return scorecards[key]


def _step(
    released: str | None, new: Scorecard, scorecards: Mapping[str, Scorecard]
) -> Step:
    if released is None:
        return Step.FIRST
    best = _scorecard(released, scorecards)
    inside, was_inside = reason_outside(new) is None, reason_outside(best) is None
    better = improves(new, best)
    if inside != was_inside:
        return Step.RANKED if inside else Step.KEPT
    return Step.BETTER if better else Step.KEPT
