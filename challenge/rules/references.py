"""What the reference model scores: one figure for each source set and set of rows.

It is what anybody can hold a score against, and anybody can train it: on rows that
teams have. So it is told, with as few digits as a board needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from challenge.rules.phases import current_phase, shows_finals
from challenge.rules.sealed import FINAL_SETS, SealedScoring
from challenge.store import Unit
from leaderboard.metrics import METRICS, PRIMARY

DIGITS = 2
"""Of the score that is kept: nothing finer is ever stored where pages are drawn."""


class ReferenceScoring:
    """Score the reference model once, as soon as its rows count for anybody.

    Parameters
    ----------
    sealed : SealedScoring
        Has the release, and says where scores go.
    """

    def __init__(self, sealed: SealedScoring) -> None:
        self._sealed, self._database = sealed, sealed.database
        self._is_named = sealed.brief.limits.reference is not None

    def catch_up(self, *, now: Callable[[], datetime]) -> int:
        """Score what has no score yet; anew once a re-score has been published.

        Parameters
        ----------
        now : callable
            Gives the time, aware UTC.

        Returns
        -------
        int
            How many sets of rows were scored.
        """
        if not self._is_named:
            return 0
        with self._database.read() as unit:
            waiting = self._waiting(unit)
        for rows in waiting:
            scores = self._score(rows)
            with self._database.begin() as unit:
                unit.references.keep(
                    self._sealed.release.name,
                    rows,
                    scores,
                    scorer=self._sealed.scorer,
                    now=now(),
                )
        return len(waiting)

    def _waiting(self, unit: Unit) -> list[str]:
        """List the sets of rows whose scores are not those of today."""
        name, scorer = self._sealed.release.name, self._sealed.scorer
        is_end = shows_finals(current_phase(unit, self._sealed.brief))
        published = [r.scorer for r in unit.rescorings.all(name) if r.published_at]
        is_anew = published[:1] == [scorer]
        kept = {
            (found.row_set, found.sources)
            for found in unit.references.all(name)
            # Its neighbours on the board keep an older scorer's too, until then.
            if found.scorer == scorer or not is_anew
        }
        sources = self._sealed.brief.source_names
        return [
            rows
            for rows in ("board", *(FINAL_SETS if is_end else ()))
            if not all((rows, source) in kept for source in sources)
        ]

    def _score(self, rows: str) -> Mapping[str, float]:
        release, found = self._sealed.release, {}
        labels = release.sealed(rows).labels
        for source in self._sealed.brief.source_names:
            said = release.reference(rows, source)
            if said is not None:
                found[source] = rounded(labels, said)
        # A release of an earlier brief may have none: nothing to look for again.
        self._is_named = bool(found)
        return found


def rounded(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> float:
    """Score predictions as the board scores them, with as many digits as are told.

    Parameters
    ----------
    labels : ndarray of bool, shape (n_rows,)
        What happened.
    probabilities : ndarray of float64, shape (n_rows,)
        In [0, 1].

    Returns
    -------
    float
        Scaled Brier score with two decimals; at most 1.
    """
    exact = METRICS[PRIMARY].function(labels, probabilities)
    # Adding 0 turns the -0.0 of a tiny loss into plain 0.
    return round(float(exact), DIGITS) + 0.0
