"""Conditions on one column: "equals single_parent", "below 23".

The mechanism, derived columns, followed groups, what is missing and the external
shift all say "when"; they say it with these records.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from challenge.schema.content import Content, refusal

Value = bool | int | float | str


class Condition(Content):
    """What must hold in one column.

    Several tests may stand together and then all must hold: ``at_least = 1`` with
    ``below = 6`` is "1 to 5".

    Attributes
    ----------
    column : str
        Name of the column.
    equals : bool, int, float or str, optional
        The one value.
    is_in : tuple, optional
        The values, written ``in``.
    below, at_least : float, optional
        Exclusive upper and inclusive lower bound.
    """

    column: str
    equals: Value | None = None
    is_in: tuple[Value, ...] | None = Field(default=None, alias="in")
    below: float | None = None
    at_least: float | None = None

    @property
    def tests(self) -> bool:
        """Whether anything is asked at all."""
        asked = (self.equals, self.is_in, self.below, self.at_least)
        return any(part is not None for part in asked)

    @property
    def values(self) -> tuple[Value, ...]:
        """The values named, to be compared with the column's levels."""
        single = () if self.equals is None else (self.equals,)
        return single + (self.is_in or ())

    def holds(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell in which rows the condition holds.

        Parameters
        ----------
        rows : DataFrame
            Complete rows: numbers and booleans as float64, categories as str.

        Returns
        -------
        ndarray of bool, shape (n_rows,)
            True where every test holds.

        Raises
        ------
        KeyError
            If the column is not there.
        """
        column = rows[self.column]
        held = np.ones(len(rows), dtype=np.bool_)
        if self.values:
            held &= column.isin(list(self.values)).to_numpy()
        if self.below is not None:
            held &= (column < self.below).to_numpy()
        if self.at_least is not None:
            held &= (column >= self.at_least).to_numpy()
        return held


class RequiredCondition(Condition):
    """A condition that must ask something."""

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if not self.tests:
            raise refusal(
                "condition-empty",
                f"Nothing is asked of {self.column}.",
                "Add `equals`, `in`, `below` or `at_least`.",
            )
        return self


class Tilt(Condition):
    """A circumstance in which a chance is larger, or smaller.

    Attributes
    ----------
    odds : float
        Relative odds in a household with it (above 1: more likely); with `per`, for
        each so many units.
    per : float, optional
        Makes it a line over a number instead of a condition.
    """

    odds: float = Field(gt=0)
    per: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.tests == (self.per is not None):
            raise refusal(
                "tilt-form",
                f"The odds for {self.column} need either a condition or `per`.",
                "Give `equals`, `in`, `below` or `at_least`; or `per` for a line.",
            )
        return self

    def log_weight(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Give the logarithm of each row's relative odds.

        Parameters
        ----------
        rows : DataFrame
            Complete rows.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            Up to an additive constant.
        """
        if self.per is None:
            return np.asarray(np.log(self.odds) * self.holds(rows))
        x = rows[self.column].to_numpy(dtype=np.float64)
        return np.asarray(np.log(self.odds) * (x - x.mean()) / self.per)
