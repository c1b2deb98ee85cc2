"""Attributes: the circumstances by which results are compared."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from challenge.schema import Condition, Content, Words

Policy = Literal["gate", "report"]


class Level(Condition):
    """One group of an attribute; without a condition it is everybody else.

    Attributes
    ----------
    name : str
        Short name of the group.
    label : Words
        What people read.
    """

    name: str
    label: Words


class Attribute(Content):
    """A circumstance by which results are compared.

    Attributes
    ----------
    name, column : str
        What it is called, and where it is read.
    label : Words
        What people read.
    policy : {"gate", "report"}
        Whether the policy judges it or it is only shown.
    levels : tuple of Level
        Groups, the first that holds wins; default: the column's own values.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    column: str
    label: Words
    policy: Policy
    levels: tuple[Level, ...] = ()

    def of(self, rows: pd.DataFrame) -> NDArray[np.object_]:
        """Tell to which group each row belongs.

        Parameters
        ----------
        rows : DataFrame
            Complete rows: numbers and booleans as float64, categories as str.

        Returns
        -------
        ndarray of str, shape (n_rows,)
            Names of groups; ``"missing"`` where no group holds.
        """
        if not self.levels:
            return np.asarray(rows[self.column].astype(str), dtype=object)
        groups = np.full(len(rows), "missing", dtype=object)
        for level in reversed(self.levels):
            held = level.holds(rows) if level.tests else np.ones(len(rows), np.bool_)
            groups[held] = level.name
        return groups
