"""Where the line of an effect is steeper than any effect is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri

from challenge.brief.definition import Brief
from challenge.errors import Fault
from challenge.schema import Document, Location
from challenge.schema.limits import STRONGEST

if TYPE_CHECKING:
    from challenge.brief.mechanism import Effect

_OUTER = (0.01, 0.99)
"""Probabilities between which nearly every household lies."""


def line_faults(
    document: Document, where: Location, effect: Effect, brief: Brief
) -> list[Fault]:
    """Say that a line makes more difference than any one column does.

    A `per` that was forgotten, such as 1 for an income in euros, is within the bounds
    of a number and lets one column decide the outcome.

    Parameters
    ----------
    document : Document
        The mechanism.
    where : tuple of str and int
        Place of the effect.
    effect : Effect
        Of a column that it may name.
    brief : Brief
        With its partners.

    Returns
    -------
    list of Fault
        Empty for a condition, and for a column that is made from others.
    """
    column = brief.columns.get(effect.column)
    if effect.per is None or column is None or column.marginal is None:
        return []
    low, high = ends = column.marginal.values(ndtri(np.array(_OUTER)))
    reach = np.ptp(effect.exposure(pd.DataFrame({effect.column: ends})))
    total = abs(effect.value) * float(reach)
    if total <= STRONGEST:
        return []
    problem = f"From {low:g} to {high:g} this makes a difference of {total:.3g}."
    # Rounded up to two digits, so that what is suggested is enough.
    least = effect.per * total / STRONGEST
    step = 10.0 ** (math.floor(math.log10(least)) - 1)
    enough = f"{math.ceil(least / step) * step:.12g}"
    repair = (
        f"Make `per` at least {enough}: at most {STRONGEST} log-odds over nearly all"
        " rows."
    )
    return [document.fault((*where, "per"), "value-invalid", problem, repair)]
