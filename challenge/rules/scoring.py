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
from leaderboard import Scorecard, publish, quantised, score
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
        practised, hidden = quantised(practised), quantised(hidden)
        practice = self._card(source, self.practice, practised, seed=0, curves=True)
        return Scored(
            board=self.again(source, hidden, ("board",))["board"],
            practice=publish(practice, curves=True),
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
        curves: bool = False,
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
            curves=curves,
        )

    @cached_property
    def _hidden(self) -> HiddenRows:
        return HiddenRows.unseal(self._release)

    @cached_property
    def _replicate_seed(self) -> int:
        return replicate_seed(self._release)
