"""A number with its interval: what every figure is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval.

    Attributes
    ----------
    value : float
        The point value; NaN where the metric is not defined, such as the
        calibration slope of a constant model.
    low, high : float or None
        Ends of the interval; None where there is none.
    """

    value: float
    low: float | None = None
    high: float | None = None


def read_estimate(plain: Mapping[str, Any] | None) -> Estimate | None:
    """Read an estimate as JSON holds it.

    Parameters
    ----------
    plain : mapping or None
        Its fields; a value that is not a number stands as None.

    Returns
    -------
    Estimate or None
        None for None.

    Raises
    ------
    KeyError
        If there is no value.
    TypeError
        If there is a field that an estimate does not have.

    Examples
    --------
    >>> read_estimate({"value": None, "low": None, "high": None})
    Estimate(value=nan, low=None, high=None)
    """
    if plain is None:
        return None
    value = math.nan if plain["value"] is None else plain["value"]
    return Estimate(**{**plain, "value": value})
