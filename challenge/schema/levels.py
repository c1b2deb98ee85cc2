"""Marginals over a few values: booleans, categories and counts.

Every marginal is a monotone function from a standard-normal score to a value, so
one score per column carries the declared proportions and the declared associations.

References
----------
Cario and Nelson (1997), "Modeling and generating random vectors with arbitrary
marginal distributions and correlation matrix".
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import gammaln, ndtri

from challenge.schema.conditions import Value
from challenge.schema.content import Content, refusal
from challenge.schema.limits import MOST_LEVELS

Scores = NDArray[np.float64]


class Levels(Content):
    """A marginal over a few values in a meaningful order; the common part."""

    @property
    def levels(self) -> tuple[Value, ...]:
        """The values, in the order that associations refer to."""
        return tuple(self.shares)

    @property
    @abstractmethod
    def shares(self) -> dict[Any, float]:
        """Share of each value; they sum to 1."""

    def midrank(self, scores: Scores) -> Scores:
        """Give the mid-distribution value of each score, in [0, 1].

        Parameters
        ----------
        scores : ndarray of float, shape (n,)
            Standard-normal scores.

        Returns
        -------
        ndarray of float, shape (n,)
            Middle of the probability interval of the value a score gets; what
            ranks with ties amount to.
        """
        edges = self._edges()
        position = self._position(scores)
        middles: Scores = (edges[:-1] + edges[1:]) / 2
        return middles[position]

    def values(self, scores: Scores) -> NDArray[Any]:
        """Give the value that belongs to each score.

        Parameters
        ----------
        scores : ndarray of float, shape (n,)
            Standard-normal scores.

        Returns
        -------
        ndarray, shape (n,)
            Float for numbers and booleans, object for categories.
        """
        kind = object if any(isinstance(v, str) for v in self.levels) else np.float64
        return np.asarray(self.levels, dtype=kind)[self._position(scores)]

    def _edges(self) -> Scores:
        shares = np.array(list(self.shares.values()), dtype=np.float64)
        return np.concatenate([[0.0], np.cumsum(shares / shares.sum())])

    def _position(self, scores: Scores) -> NDArray[np.intp]:
        inner = ndtri(self._edges()[1:-1])
        return np.searchsorted(inner, scores, side="right")


class Share(Levels):
    """A boolean column: the share that is true.

    Attributes
    ----------
    share : float
        Share of rows that are true, in [0, 1].
    """

    share: float = Field(ge=0, le=1)

    @property
    def shares(self) -> dict[Any, float]:
        """Shares of false and true."""
        return {False: 1 - self.share, True: self.share}


class Proportions(Levels):
    """A category or a small count: a share for each value.

    Attributes
    ----------
    proportions : dict of str or int to float
        In a meaningful order (low to high), since associations refer to it.
    """

    proportions: dict[str | int, float] = Field(min_length=1, max_length=MOST_LEVELS)

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = sum(self.proportions.values())
        if min(self.proportions.values()) < 0 or abs(total - 1) > 0.001:
            raise refusal(
                "proportions-sum",
                f"The proportions sum to {total:.4g}, or one is below 0.",
                "Make them sum to 1 (0.001 is tolerated).",
            )
        return self

    @property
    def shares(self) -> dict[Any, float]:
        """The declared proportions."""
        return dict(self.proportions)


class Counts(Levels):
    """A count per household: Poisson, or wider when `sd` says so.

    Attributes
    ----------
    distribution : {"counts"}
        Which one it is.
    mean, sd : float
        Mean and standard deviation; `sd` below the Poisson value is raised to it.
    cap : int
        Largest value; what lies above is counted there.
    """

    distribution: Literal["counts"]
    mean: float = Field(gt=0)
    sd: float = Field(default=0, ge=0)
    cap: int = Field(gt=0, le=500)

    @property
    def shares(self) -> dict[Any, float]:
        """Share of each count from 0 to `cap`."""
        k = np.arange(self.cap + 1)
        excess = self.sd**2 - self.mean
        if excess <= 0:
            log_share = k * np.log(self.mean) - self.mean - gammaln(k + 1)
        else:  # negative binomial with the declared mean and variance
            r, p = self.mean**2 / excess, self.mean / self.sd**2
            log_share = gammaln(k + r) - gammaln(r) - gammaln(k + 1)
            log_share = log_share + r * np.log(p) + k * np.log1p(-p)
        shares = np.exp(log_share)
        shares[-1] += max(0.0, 1 - shares.sum())
        return dict(zip(k.tolist(), shares.tolist(), strict=True))
