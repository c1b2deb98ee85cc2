"""Marginals: what a partner declares about one column on its own.

Every marginal is a monotone function from a standard-normal score to a value, so
one latent score per column carries both the declared proportions and the
declared associations (NORTA: Cario and Nelson 1997, "Modeling and generating
random vectors with arbitrary marginal distributions and correlation matrix").
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag, model_validator
from scipy.special import gammaln, ndtr, ndtri

from challenge.conditions import Value
from challenge.content import Content, refusal

Scores = NDArray[np.float64]


class Levels(Content):
    """A marginal over a few values in a meaningful order; the common part."""

    @property
    def levels(self) -> tuple[Value, ...]:
        """The values, in the order that associations refer to."""
        return tuple(self.shares)

    @property
    def shares(self) -> dict[Any, float]:
        """Share of each value; they sum to 1."""
        raise NotImplementedError

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

    def scores(self, values: NDArray[Any]) -> Scores:
        """Give a score that leads back to each value: the middle of its interval.

        Parameters
        ----------
        values : ndarray, shape (n,)
            Values that `values` can give.

        Returns
        -------
        ndarray of float, shape (n,)
            Standard-normal scores.
        """
        edges = self._edges()
        middles = ndtri((edges[:-1] + edges[1:]) / 2)
        where = dict(zip(self.levels, middles, strict=True))
        return np.array([where[value] for value in values], dtype=np.float64)

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

    proportions: dict[str | int, float] = Field(min_length=1)

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

    def scores(self, values: NDArray[Any]) -> Scores:
        """Give a score that leads back to each value, to within its rounding.

        Parameters
        ----------
        values : ndarray of float, shape (n,)
            Values that `values` can give.

        Returns
        -------
        ndarray of float, shape (n,)
            Standard-normal scores.
        """
        grid = ndtri((np.arange(4000) + 0.5) / 4000)
        known = np.asarray(values, dtype=np.float64)
        return np.asarray(np.interp(known, self.values(grid), grid), dtype=np.float64)

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
        raise NotImplementedError


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


_KINDS = ("share", "proportions", "quantiles")


def _kind(raw: object) -> str:
    """Which marginal is meant, by the key that stands there."""
    if isinstance(raw, dict):
        named = str(raw.get("distribution", ""))
        return next((kind for kind in _KINDS if kind in raw), named)
    return next(
        (k for k in _KINDS if hasattr(raw, k)), getattr(raw, "distribution", "")
    )


Marginal = Annotated[
    Annotated[Share, Tag("share")]
    | Annotated[Proportions, Tag("proportions")]
    | Annotated[Quantiles, Tag("quantiles")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Counts, Tag("counts")],
    Discriminator(
        _kind,
        custom_error_type="marginal-unknown",
        custom_error_message="This is none of share, proportions, quantiles, or"
        " the distributions normal, lognormal and counts",
    ),
]
