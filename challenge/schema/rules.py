"""Rules: columns that follow from others, so that no contradiction is drawn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from challenge.schema.conditions import RequiredCondition
from challenge.schema.content import Content, refusal


class Rule(Content):
    """A column that follows from others.

    Exactly one of the five forms is given.

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
    only: RequiredCondition | None = None
    weight: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = (self.when, self.any, self.sum, self.only, self.weight or None)
        if sum(form is not None for form in forms) != 1:
            raise refusal(
                "rule-form",
                f"The rule for {self.column} needs exactly one form.",
                "Give one of `when`, `any`, `sum`, `only` and `weight`.",
            )
        return self

    @property
    def makes(self) -> bool:
        """Whether the column has no marginal of its own."""
        return self.only is None

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns it is made from."""
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
        values = rows[list(self.sources)]
        if self.sum is not None:
            return np.asarray(values.sum(axis=1, skipna=False), dtype=np.float64)
        return np.asarray((values > 0).any(axis=1), dtype=np.float64)
