"""Chances that differ between households: who is in a table, and what is missing.

Real registers do not miss values at random: people who avoid help are in fewer of
them. A chance keeps its declared share over all households, and leans towards some.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import expit, logit

from challenge.schema.conditions import Tilt
from challenge.schema.content import Content


class Chance(Content):
    """A share of households, spread over them evenly or not.

    Written as a number, or as ``{share: 0.08, tilt: [...]}``.

    Attributes
    ----------
    share : float
        Mean chance over all households, in [0, 1].
    tilt : tuple of Tilt
        Circumstances with other odds; none: completely at random.
    """

    share: float = Field(ge=0, le=1)
    tilt: tuple[Tilt, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"share": value} if is_number else value

    def of(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Give the chance of each household.

        Parameters
        ----------
        rows : DataFrame
            Complete rows of the columns that the tilts name.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            In [0, 1]; the mean over these rows is `share`.
        """
        if not self.tilt or self.share in (0, 1) or rows.empty:
            return np.full(len(rows), self.share)
        log_odds = np.sum([tilt.log_weight(rows) for tilt in self.tilt], axis=0)
        return np.asarray(expit(calibrate(log_odds, self.share) + log_odds))


def calibrate(log_odds: NDArray[np.float64], share: float) -> float:
    """Find the intercept that gives a mean chance.

    Parameters
    ----------
    log_odds : ndarray of float, shape (n_rows,)
        Without intercept, however large.
    share : float
        Wanted mean, in (0, 1).

    Returns
    -------
    float
        To within 1e-9.

    Examples
    --------
    >>> round(calibrate(np.zeros(3), 0.1), 4)
    -2.1972
    """
    from scipy.optimize import brentq  # slow to import

    return float(
        brentq(
            lambda start: float(np.mean(expit(start + log_odds))) - share,
            logit(share) - np.max(log_odds) - 1,  # every chance is below the share
            logit(share) - np.min(log_odds) + 1,
            xtol=1e-9,
            maxiter=1000,
        )
    )
