"""The sealed rows of a release: predicted in one pass, scored set by set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.errors import PredictionsLostError
from challenge.synthesis import Release, RowSet
from challenge.writing import whole

HIDDEN_SETS = ("board", "final", "external")


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """The sealed rows of a release, in the worker's memory only.

    Attributes
    ----------
    sets : dict of str to RowSet
        Board, final and external.
    features : DataFrame
        Their features below one another, in that order.
    """

    sets: dict[str, RowSet]
    features: pd.DataFrame

    @classmethod
    def unseal(cls, release: Release) -> HiddenRows:
        """Read the sealed rows of a release.

        Parameters
        ----------
        release : Release
            Its ``sealed/`` must be readable by this process.

        Returns
        -------
        HiddenRows
            Ready to be predicted in one pass.
        """
        sets = {name: release.sealed(name) for name in HIDDEN_SETS}
        frames = [rows.features for rows in sets.values()]
        return cls(sets=sets, features=pd.concat(frames, ignore_index=True))

    def split(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Cut one array over all hidden rows into one per set.

        Parameters
        ----------
        values : ndarray of shape (n_hidden,)
            In the order of `features`.

        Returns
        -------
        dict of str to ndarray
            By name of the set.
        """
        ends = np.cumsum([len(rows.features) for rows in self.sets.values()])
        return dict(zip(self.sets, np.split(values, ends[:-1]), strict=True))


def seal_predictions(
    folder: Path, submission_id: str, predictions: NDArray[np.float64]
) -> None:
    """Keep what a model said of the hidden rows, whole or not at all.

    Final and external rows are scored from it once, at the end (DESIGN §7). It is
    on the disk before the transaction that ends the submission is: who is killed in
    between leaves a file without a score, never a score without its file.

    Parameters
    ----------
    folder : Path
        ``sealed/`` of the service; made so that nobody else may open it.
    submission_id : str
        Whose; names the file.
    predictions : ndarray of float64, shape (n_hidden,)
        In the order of `HiddenRows.features`.
    """
    place = folder / "predictions" / f"{submission_id}.npy"
    place.parent.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with whole(place) as file:
        np.save(file, predictions)


def read_predictions(folder: Path, submission_id: str) -> NDArray[np.float64]:
    """Read what `seal_predictions` kept; whoever scores again runs no model.

    Parameters
    ----------
    folder : Path
        ``sealed/`` of the service.
    submission_id : str
        Whose.

    Returns
    -------
    ndarray of float64, shape (n_hidden,)
        In the order of `HiddenRows.features`.

    Raises
    ------
    PredictionsLostError
        If the file is gone, or is cut short.
    OSError
        If it cannot be read now.
    """
    place = folder / "predictions" / f"{submission_id}.npy"
    try:
        found: NDArray[np.float64] = np.load(place, allow_pickle=False)
    except (FileNotFoundError, EOFError, ValueError) as error:
        raise PredictionsLostError(submission_id, place.name) from error
    return found
