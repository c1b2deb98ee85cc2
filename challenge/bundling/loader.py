"""Loads a function from a bundle; a copy travels in it, so it imports nothing of ours.

MLflow calls `_load_pyfunc` and asks what that gives for predictions.
"""

import pickle
from pathlib import Path
from typing import Any


class Function:
    """A function of the feature frame, with the method that MLflow asks.

    Parameters
    ----------
    function : callable
        Takes the feature frame, gives one probability per row.
    """

    def __init__(self, function: Any) -> None:
        self._function = function

    def predict(self, model_input: Any) -> Any:
        """Ask the function.

        Parameters
        ----------
        model_input : DataFrame
            The feature frame.

        Returns
        -------
        object
            Whatever the function gives.
        """
        return self._function(model_input)


def _load_pyfunc(path: str) -> Function:
    # What cloudpickle writes, pickle reads, if cloudpickle can be imported.
    with Path(path).open("rb") as file:
        return Function(pickle.load(file))  # noqa: S301 (the sandbox is there for this)
