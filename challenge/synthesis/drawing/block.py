"""A block: the complete households of one partition, before coverage and gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Complete households of one partition; all of one row set.

    Attributes
    ----------
    set : str
        ``"train"``, ``"practice"``, ``"board"``, ``"final"`` or ``"external"``.
    first : int
        Number of the first household in the release; keys are made from it.
    rows : DataFrame
        ``brief.household_columns`` and the area columns, the postcode area
        included: float64, or str. In random order.
    scores : DataFrame
        The household's normal scores of columns in tables with several rows.
    stream : callable
        Gives the generator of one named stream of this partition, such as
        ``stream("missing income_std")``.
    """

    set: str
    first: int
    rows: pd.DataFrame
    scores: pd.DataFrame
    stream: Callable[[str], np.random.Generator]
