"""Complete tables of the first 1000 days, each drawn once per process."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.drawing.complete import Complete, complete_table
from challenge.synthesis.drawing.partition import Recipe, draw
from challenge.synthesis.secret import Secret, Streams
from challenge.synthesis.sets import partitions
from challenge.synthesis.tables.linking import Linked, link
from challenge.synthesis.tables.postcodes import area_tables

from .conftest import FIRST_1000_DAYS

LARGE, LARGE_SEED = 200_000, 1
SMALL = 12_000


@functools.cache
def whole(households: int, seed: int) -> Complete:
    """Complete households before coverage, with labels and the truth behind them."""
    return complete_table(FIRST_1000_DAYS, households, seed)


@functools.cache
def area_table(households: int, seed: int) -> pd.DataFrame:
    """The table by postcode that belongs to `whole`."""
    brief, secret = whole(households, seed).brief, Secret.make(seed)
    places = plan_areas(brief, partitions({"train": households}), secret)
    return area_tables(places, brief, secret)["whooz_postcode"]


@functools.cache
def whole_block(households: int, seed: int) -> Block:
    """The households of `whole` as one block, with their scores."""
    table, secret = whole(households, seed), Secret.make(seed)
    recipe = Recipe.make(table.brief, table.mechanism, secret)
    cut = partitions({"train": households})
    places = dict(iter(plan_areas(table.brief, cut, secret).groupby("partition")))
    drawn = [draw(recipe, part, places[part.name]).block for part in cut]
    scores = pd.concat([block.scores for block in drawn], ignore_index=True)
    return Block("train", 0, table.rows, scores, Streams(secret, "keys"))


@functools.cache
def linked(households: int, seed: int) -> Linked:
    """Tables with keys of the households of `whole`."""
    areas = {"whooz_postcode": area_table(households, seed)}
    block = whole_block(households, seed)
    return link(block, whole(households, seed).brief, Secret.make(seed), areas)


def one_row_columns(table: Complete, *tables: str) -> list[str]:
    """Features of partners with one row per household, known at the moment."""
    return [f.name for f in table.brief.features if f.table in tables]


def neighbourhoods(table: Complete) -> NDArray[np.intp]:
    """Number of each household's neighbourhood."""
    return pd.factorize(table.rows["neighbourhood"])[0]
