"""Rules: columns that follow from others, so that no contradiction is drawn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from challenge.schema.conditions import RequiredCondition
from challenge.schema.content import Content, refusal


class Along(Content):
    """A number that goes along with another, in straight lines between points.

    Before the first point and after the last it stays as it is there.

    Attributes
    ----------
    column : str
        The number it goes along with.
    points : dict of float to float
        Value of that column to value of this one; the first must rise.
    times : str, optional
        A number by which the result is multiplied.
    decimals : int
        It is rounded to this many decimals; -1 gives tens.
    """

    column: str
    points: dict[float, float] = Field(min_length=2)
    times: str | None = None
    decimals: int = Field(default=0, ge=-6, le=6)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if list(self.points) != sorted(self.points):
            raise refusal(
                "rule-form",
                f"The points of {self.column} do not rise.",
                "List them from the smallest value of that column to the largest.",
            )
        return self

    def values(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Give the number in each row.

        Parameters
        ----------
        rows : DataFrame
            With the columns named.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            NaN where one of these columns has no value.
        """
        at, to = list(self.points), list(self.points.values())
        found = np.interp(rows[self.column].to_numpy(dtype=np.float64), at, to)
        if self.times is not None:
            found = found * rows[self.times].to_numpy(dtype=np.float64)
        return np.asarray(np.round(found, self.decimals))


class Rule(Content):
    """A column that follows from others.

    Exactly one of the six forms is given.

    Attributes
    ----------
    column : str
        The column that is made or, with `only`, held back.
    when : RequiredCondition, optional
        A boolean: true where this holds.
    any : tuple of str, optional
        A boolean: true where at least one of these boolean columns is.
    sum : tuple of str, optional
        A number: these columns added up.
    along : Along, optional
        A number: read from points of another number, and multiplied.
    only : RequiredCondition, optional
        The drawn value counts where this holds; elsewhere a boolean is false and
        anything else is missing.
    weight : bool
        A number: the inverse of the chance to be in this table, with mean 1 over
        the households in it (Horvitz and Thompson 1952).
    """

    column: str
    when: RequiredCondition | None = None
    any: tuple[str, ...] | None = Field(default=None, min_length=1)
    sum: tuple[str, ...] | None = Field(default=None, min_length=2)
    along: Along | None = None
    only: RequiredCondition | None = None
    weight: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        made = (self.when, self.any, self.sum, self.along)
        forms = (*made, self.only, self.weight or None)
        if sum(form is not None for form in forms) != 1:
            raise refusal(
                "rule-form",
                f"The rule for {self.column} needs exactly one form.",
                "Give one of `when`, `any`, `sum`, `along`, `only` and `weight`.",
            )
        return self

    @property
    def makes(self) -> bool:
        """Whether the column has no marginal of its own."""
        return self.only is None

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns it is made from."""
        if self.along is not None:
            return tuple(n for n in (self.along.column, self.along.times) if n)
        condition = self.when or self.only
        return self.any or self.sum or ((condition.column,) if condition else ())

    def apply(self, rows: pd.DataFrame, *, boolean: bool) -> NDArray[Any]:
        """Give the values of the column in each row; a weight is made elsewhere.

        Parameters
        ----------
        rows : DataFrame
            Complete rows of the columns that the rule names.
        boolean : bool
            Whether the column is a boolean, drawn as 0.0 and 1.0.

        Returns
        -------
        ndarray, shape (n_rows,)
            Float, or object where `only` holds back a category.
        """
        if self.only is not None:
            drawn, held = rows[self.column], self.only.holds(rows)
            nothing = None if drawn.dtype == object else 0.0 if boolean else np.nan
            return np.asarray(drawn.where(held, nothing))
        if self.when is not None:
            return self.when.holds(rows).astype(np.float64)
        if self.along is not None:
            return self.along.values(rows)
        values = rows[list(self.sources)]
        if self.sum is not None:
            return np.asarray(values.sum(axis=1, skipna=False), dtype=np.float64)
        return np.asarray((values > 0).any(axis=1), dtype=np.float64)
