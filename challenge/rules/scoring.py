"""What a run is worth: its predictions beside the labels, in the worker's memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from challenge.brief import Brief
from challenge.rules.hidden import HiddenRows
from challenge.rules.replication import replicate_seed
from challenge.synthesis import Release, RowSet
from leaderboard import FairnessPolicy, Scorecard, publish, quantised, score
from leaderboard.transport import forest
from leaderboard.transport.municipalities import Forest, Predictions

FOREST_METRICS = ("scaled_brier", "auroc", "observed_expected")


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What is kept of a run.

    Attributes
    ----------
    board : Scorecard
        Exact values of the board rows.
    practice : Scorecard
        Publishable values of the practice rows.
    hidden : ndarray of float64, shape (n_hidden,)
        Predictions for all hidden rows, as they were scored.
    """

    board: Scorecard
    practice: Scorecard
    hidden: NDArray[np.float64]


class Scoring:
    """Score predictions for the rows of one release.

    Parameters
    ----------
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Policy and capacity.
    """

    def __init__(self, release: Release, brief: Brief) -> None:
        self._release = release
        self._brief = brief

    @cached_property
    def practice(self) -> RowSet:
        """The public practice rows."""
        return self._release.practice()

    def score(
        self, source: str, practised: NDArray[np.float64], hidden: NDArray[np.float64]
    ) -> Scored:
        """Score what a model said.

        Parameters
        ----------
        source : str
            Source set of its team; its reference model is compared with.
        practised : ndarray of float64, shape (n_practice,)
            Probabilities for the practice rows.
        hidden : ndarray of float64, shape (n_hidden,)
            Probabilities for the hidden rows.

        Returns
        -------
        Scored
            Board and practice rows; final and external rows are scored at the end.
        """
        # Once, before anything is scored or sealed: nothing later sees more digits.
        hidden = quantised(hidden)
        return Scored(
            board=self.again(source, hidden, ("board",))["board"],
            practice=score_practice(
                self.practice,
                practised,
                capacity=self._brief.capacity,
                policy=self._brief.policy,
                reference=self._release.reference("practice", source),
            ),
            hidden=hidden,
        )

    def again(
        self, source: str, hidden: NDArray[np.float64], sets: Iterable[str]
    ) -> dict[str, Scorecard]:
        """Score sealed predictions on some hidden sets.

        Parameters
        ----------
        source : str
            Source set of the team.
        hidden : ndarray of float64, shape (n_hidden,)
            As `score` kept them.
        sets : iterable of str
            Of ``"board"``, ``"final"`` and ``"external"``.

        Returns
        -------
        dict of str to Scorecard
            Exact values, by set.
        """
        said, seed = self._hidden.split(hidden), self._replicate_seed
        return {
            name: self._card(source, self._hidden.sets[name], said[name], seed=seed)
            for name in sets
        }

    def forests(self, hidden: NDArray[np.float64]) -> list[Forest]:
        """Look into each municipality, of the final rows and of those held out.

        Parameters
        ----------
        hidden : ndarray of float64, shape (n_hidden,)
            As `score` kept them.

        Returns
        -------
        list of Forest
            One per metric; small counts are suppressed in them.
        """
        said = self._hidden.split(hidden)
        final, external = (
            Predictions(rows.labels, said[name], rows.areas, rows.clusters)
            for name, rows in self._hidden.sets.items()
            if name != "board"
        )
        return [forest(final, external, metric=metric) for metric in FOREST_METRICS]

    def _card(
        self,
        source: str,
        rows: RowSet,
        probabilities: NDArray[np.float64],
        *,
        seed: int,
    ) -> Scorecard:
        return score(
            rows.labels,
            probabilities,
            groups=rows.groups,
            clusters=rows.clusters,
            areas=rows.areas,
            capacity=self._brief.capacity,
            policy=self._brief.policy,
            reference=self._release.reference(rows.name, source),
            seed=seed,
        )

    @cached_property
    def _hidden(self) -> HiddenRows:
        return HiddenRows.unseal(self._release)

    @cached_property
    def _replicate_seed(self) -> int:
        return replicate_seed(self._release)


def score_practice(
    rows: RowSet,
    probabilities: NDArray[np.float64],
    *,
    capacity: float,
    policy: FairnessPolicy,
    reference: NDArray[np.float64] | None,
) -> Scorecard:
    """Score the public practice rows; the same on the server and on a team's machine.

    Parameters
    ----------
    rows : RowSet
        The practice rows.
    probabilities : ndarray of float64, shape (n_practice,)
        What a model says of them.
    capacity : float
        Share of households that the offer reaches, in (0, 1).
    policy : FairnessPolicy
        What to judge by.
    reference : ndarray of float64, shape (n_practice,), or None
        What the reference model says of the same rows; None: there is none.

    Returns
    -------
    Scorecard
        Publishable values, with curves.
    """
    exact = score(
        rows.labels,
        quantised(probabilities),
        groups=rows.groups,
        clusters=rows.clusters,
        areas=rows.areas,
        capacity=capacity,
        policy=policy,
        reference=reference,
        # Not a secret: the labels are public too.
        seed=0,
        curves=True,
    )
    return publish(exact, curves=True)
