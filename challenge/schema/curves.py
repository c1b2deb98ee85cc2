"""Marginals over many values: quantile functions of numbers."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from challenge.schema.conditions import Value
from challenge.schema.content import Content, refusal
from challenge.schema.levels import Scores
from challenge.schema.limits import LARGEST


class Curve(Content):
    """A marginal over many values: a quantile function; the common part.

    Attributes
    ----------
    low, high : float, optional
        Values are held inside these bounds.
    decimals : int
        Values are rounded to this many decimals.
    zero : float
        Share that is exactly 0, below all others.
    """

    low: float | None = None
    high: float | None = None
    decimals: int = Field(default=0, ge=-6, le=6)
    zero: float = Field(default=0, ge=0, lt=1)

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        with np.errstate(over="ignore"):
            ends = self.values(np.array([-9.0, 9.0]))
        order = (self.low is None or self.high is None) or self.low <= self.high
        if not order or np.any(np.abs(ends) > LARGEST):
            raise refusal(
                "marginal-range",
                f"The values run from {ends[0]:.3g} to {ends[1]:.3g}.",
                f"Give bounds in order, `low` and `high`, within {LARGEST:,}.",
            )
        return self

    @property
    def levels(self) -> tuple[Value, ...]:
        """No levels: a curve has no list of values."""
        return ()

    def midrank(self, scores: Scores) -> Scores:
        """Give the mid-distribution value of each score, in [0, 1].

        Parameters
        ----------
        scores : ndarray of float, shape (n,)
            Standard-normal scores.

        Returns
        -------
        ndarray of float, shape (n,)
            The probability of the score; the share of zeros is one tie.
        """
        u = ndtr(scores)
        return np.where(u < self.zero, self.zero / 2, u)

    def values(self, scores: Scores) -> NDArray[Any]:
        """Give the value that belongs to each score.

        Parameters
        ----------
        scores : ndarray of float, shape (n,)
            Standard-normal scores.

        Returns
        -------
        ndarray of float, shape (n,)
            Values, rounded and held inside the bounds.
        """
        u = ndtr(scores)
        inside = np.clip((u - self.zero) / (1 - self.zero), 1e-9, 1 - 1e-9)
        drawn = np.clip(self.quantile(inside), self.low, self.high)
        rounded: Scores = np.where(u < self.zero, 0.0, np.round(drawn, self.decimals))
        return rounded

    @abstractmethod
    def quantile(self, u: Scores) -> Scores:
        """Give the value below which a share `u` of the non-zero values lies.

        Parameters
        ----------
        u : ndarray of float, shape (n,)
            Probabilities in (0, 1).

        Returns
        -------
        ndarray of float, shape (n,)
            Values, not yet rounded or bounded.
        """


class Quantiles(Curve):
    """A number declared by a few quantiles, straight lines between them.

    Attributes
    ----------
    quantiles : dict of float to float
        Probability to value; must hold 0 and 1 and rise.
    """

    quantiles: dict[float, float] = Field(min_length=2)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        p, x = list(self.quantiles), list(self.quantiles.values())
        if p[0] != 0 or p[-1] != 1 or p != sorted(set(p)) or x != sorted(x):
            raise refusal(
                "quantiles-order",
                "The quantiles do not rise from probability 0 to 1.",
                "List them from 0 to 1 with values that do not fall.",
            )
        return self

    def quantile(self, u: Scores) -> Scores:
        """See `Curve.quantile`."""
        p, x = list(self.quantiles), list(self.quantiles.values())
        return np.asarray(np.interp(u, p, x), dtype=np.float64)


class Normal(Curve):
    """A number that is about normal.

    Attributes
    ----------
    distribution : {"normal"}
        Which one it is.
    mean, sd : float
        In the unit of the column.
    """

    distribution: Literal["normal"]
    mean: float
    sd: float = Field(gt=0)

    def quantile(self, u: Scores) -> Scores:
        """See `Curve.quantile`."""
        return np.asarray(self.mean + self.sd * ndtri(u), dtype=np.float64)


class Lognormal(Curve):
    """A number whose logarithm is about normal, such as an income.

    Attributes
    ----------
    distribution : {"lognormal"}
        Which one it is.
    median : float
        In the unit of the column.
    sd_log : float
        Standard deviation of the natural logarithm.
    """

    distribution: Literal["lognormal"]
    median: float = Field(gt=0)
    sd_log: float = Field(gt=0)

    def quantile(self, u: Scores) -> Scores:
        """See `Curve.quantile`."""
        return np.asarray(self.median * np.exp(self.sd_log * ndtri(u)))
