"""A complete table: what is true of every household, before coverage and gaps.

No release holds it. It is how a mechanism is held against what it was meant to do:
facts, effects and ceilings are looked up in it.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief import Brief, read_brief
from challenge.brief.mechanism import Mechanism, read_mechanism
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.outcome import calibrated, draw_labels
from challenge.synthesis.drawing.partition import Recipe, draw
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions


@dataclass(frozen=True, slots=True, eq=False)
class Complete:
    """Complete households with everything that is true of them.

    Attributes
    ----------
    brief : Brief
        The challenge.
    mechanism : Mechanism
        As declared.
    rows : DataFrame
        Household columns and areas; float64, or str.
    sets : ndarray of str, shape (n_rows,)
        Row set of each household.
    labels : ndarray of bool, shape (n_rows,)
        Drawn once from the risk.
    risk : ndarray of float, shape (n_rows,)
        True probability of the label.
    effects : ndarray of float, shape (n_terms,)
        Log-odds that were drawn, in the order of the mechanism's terms.
    intercept : float
        Log-odds that give the declared prevalence.
    area_effects : ndarray of float, shape (n_rows,)
        Log-odds that areas add.
    """

    brief: Brief
    mechanism: Mechanism
    rows: pd.DataFrame
    sets: NDArray[np.object_]
    labels: NDArray[np.bool_]
    risk: NDArray[np.float64]
    effects: NDArray[np.float64]
    intercept: float
    area_effects: NDArray[np.float64]


def complete_table(
    folder: Path, rows: int, seed: int, executor: Executor | None = None
) -> Complete:
    """Draw households of one internal set, with labels and the truth behind them.

    Parameters
    ----------
    folder : Path
        Challenge folder: brief, mechanism and partner schemas.
    rows : int
        Households.
    seed : int
        Anybody can repeat it.
    executor : Executor, optional
        Draws partitions elsewhere; default: here, one after another.

    Returns
    -------
    Complete
        The same for the same seed; held in memory whole.

    Raises
    ------
    ContentRefusedError
        If the folder has faults.
    """
    brief, secret = read_brief(folder), Secret.make(seed)
    mechanism = read_mechanism(folder / "mechanism.toml", brief, root=folder)
    recipe = Recipe.make(brief, mechanism, secret)
    cut = partitions({"train": rows})
    places = dict(iter(plan_areas(brief, cut, secret).groupby("partition")))
    apply = map if executor is None else executor.map
    drawn = list(apply(draw, repeat(recipe), cut, [places[p.name] for p in cut]))
    log_odds = np.concatenate([d.log_odds for d in drawn])
    outcome = calibrated(recipe.effects, log_odds, np.empty(0), brief)
    risks = [outcome.risk(d.log_odds, "train") for d in drawn]
    labels = [draw_labels(r, d.block.stream) for r, d in zip(risks, drawn, strict=True)]
    return Complete(
        brief=brief,
        mechanism=mechanism,
        rows=pd.concat([d.block.rows for d in drawn], ignore_index=True),
        sets=np.full(rows, "train", dtype=object),
        labels=np.concatenate(labels),
        risk=np.concatenate(risks),
        effects=recipe.effects,
        intercept=outcome.intercept,
        area_effects=np.concatenate([d.area_effects for d in drawn]),
    )
