"""The mechanism: how the target depends on the columns; never served.

Each effect is declared as a value and a spread, in log-odds. A build draws the
effect that holds from the secret seed, so that reading this file - it is in the
repository for rehearsals - does not tell the truth of a real event.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from challenge.brief.definition import Brief
from challenge.brief.households import elsewhere, emptied, household_levels
from challenge.brief.steepness import line_faults
from challenge.errors import ContentRefusedError
from challenge.schema import (
    Content,
    faults_of,
    read_toml,
    refusal,
)
from challenge.schema.circumstances import condition_faults
from challenge.schema.conditions import Condition, RequiredCondition
from challenge.schema.limits import STRONGEST
from challenge.schema.references import sound_items


class Effect(Condition):
    """What one column adds to the log-odds of the target.

    Attributes
    ----------
    value : float
        Log-odds ratio: when the condition holds, or per `per` units.
    spread : float
        Standard deviation of the effect that a build draws around `value`, cut off
        at 0.
    per : float, optional
        Makes the effect linear: `value` for each so many units.
    cap : float, optional
        A linear effect stops rising here.
    basis : str
        What the value rests on.
    """

    value: float = Field(ge=-STRONGEST, le=STRONGEST)
    spread: float = Field(ge=0, le=STRONGEST)
    per: float | None = Field(default=None, gt=0)
    cap: float | None = None
    basis: str = ""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.tests == (self.per is not None):
            raise refusal(
                "effect-form",
                f"The effect of {self.column} needs either a condition or `per`.",
                "Give `equals`, `in`, `below` or `at_least`; or `per` for a line.",
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it needs."""
        return (self.column,)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions it is made of."""
        return (self,)

    def exposure(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Give by how much the effect counts in each row.

        Parameters
        ----------
        rows : DataFrame
            Complete rows.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            0 or 1 for a condition; units of `per` for a line.
        """
        if self.per is None:
            return self.holds(rows).astype(np.float64)
        x = rows[self.column].to_numpy(dtype=np.float64)
        capped = x if self.cap is None else np.minimum(x, self.cap)
        return np.asarray(capped / self.per)


class Interaction(Content):
    """What conditions add when they hold together.

    Attributes
    ----------
    name : str
        For people.
    all : tuple of RequiredCondition
        Two or more conditions.
    value, spread : float
        As in `Effect`.
    basis : str
        What the value rests on.
    """

    name: str
    all: tuple[RequiredCondition, ...] = Field(min_length=2)
    value: float = Field(ge=-STRONGEST, le=STRONGEST)
    spread: float = Field(ge=0, le=STRONGEST)
    basis: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it needs."""
        return tuple(condition.column for condition in self.all)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions it is made of."""
        return self.all

    def exposure(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Give 1 in each row where every condition holds, else 0.

        Parameters
        ----------
        rows : DataFrame
            Complete rows.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            0 or 1.
        """
        held = [condition.holds(rows) for condition in self.all]
        return np.asarray(np.logical_and.reduce(held), dtype=np.float64)


class AreaEffects(Content):
    """How much areas differ for reasons that no column holds.

    Attributes
    ----------
    neighbourhood_sd, municipality_sd : float
        Standard deviations of normal area effects, in log-odds.
    """

    neighbourhood_sd: float = Field(default=0, ge=0, le=STRONGEST)
    municipality_sd: float = Field(default=0, ge=0, le=STRONGEST)


class Mechanism(Content):
    """How the target depends on the columns, as declared.

    Attributes
    ----------
    effects : tuple of Effect
        Main effects.
    interactions : tuple of Interaction
        Effects of conditions together.
    areas : AreaEffects
        Differences between areas.
    """

    effects: tuple[Effect, ...] = Field(min_length=1)
    interactions: tuple[Interaction, ...] = ()
    areas: AreaEffects = AreaEffects()

    @property
    def terms(self) -> tuple[Effect | Interaction, ...]:
        """Effects and interactions in the order in which they are drawn."""
        return self.effects + self.interactions

    @property
    def essence(self) -> tuple[object, ...]:
        """What it declares, without names, reasons and order: to be compared."""
        plain = [
            (term.value, term.spread, sorted(_unreasoned(c) for c in term.conditions))
            for term in self.terms
        ]
        return sorted(plain), self.areas

    def draw(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Draw the effects that hold in one build.

        Parameters
        ----------
        generator : Generator
            From the secret seed.

        Returns
        -------
        ndarray of float, shape (n_terms,)
            Log-odds, one for each of `terms`. None has another sign than its `value`:
            what is declared to help never harms. A value of 0 has no side.

        References
        ----------
        Devroye (1986), "Non-Uniform Random Variate Generation", section II.2.1: a
        truncated normal by the inverse of its distribution function.
        """
        from scipy import stats  # slow to import

        value = np.array([term.value for term in self.terms])
        spread = np.array([term.spread for term in self.terms])
        # One number per term, so that no term's draw hangs on another's.
        chance = generator.random(len(self.terms))
        size = np.abs(value)
        low = np.where(value == 0, -np.inf, -size / np.where(spread > 0, spread, 1))
        drawn = size + spread * stats.truncnorm.ppf(chance, low, np.inf)
        return np.asarray(np.where(value < 0, -drawn, drawn))

    def log_odds(
        self, rows: pd.DataFrame, effects: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Add up what the terms contribute in each row.

        Parameters
        ----------
        rows : DataFrame
            Complete rows, before coverage and missing values.
        effects : ndarray of float, shape (n_terms,)
            Log-odds, one for each of `terms`.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            Log-odds without intercept and areas.
        """
        total = np.zeros(len(rows))
        for term, effect in zip(self.terms, effects, strict=True):
            total += effect * term.exposure(rows)
        return total


def _unreasoned(condition: Condition) -> str:
    """Write out a condition, or an effect, without what it rests on."""
    return condition.model_dump_json(exclude={"basis"})


def read_mechanism(
    path: Path, brief: Brief | None, *, root: Path | None = None
) -> Mechanism:
    """Read a mechanism and hold it against the columns that exist.

    Parameters
    ----------
    path : Path
        A TOML file.
    brief : Brief or None
        With its partners; None if it is unreadable, and then no column is known.
    root : Path, optional
        Folder that faults name the file relative to.

    Returns
    -------
    Mechanism
        Valid for these columns.

    Raises
    ------
    ContentRefusedError
        With every fault in the file.
    """
    document = read_toml(path, root=root)
    columns = {} if brief is None else household_levels(brief)
    others = {} if brief is None else elsewhere(brief)
    without = frozenset[str]() if brief is None else emptied(brief)
    faults = []
    try:
        mechanism = Mechanism.model_validate(document.data)
    except ValidationError as error:
        faults = faults_of(document, error, Mechanism)
    kinds: dict[str, type[Effect] | type[Interaction]]
    kinds = {"effects": Effect, "interactions": Interaction}
    for key, kind in kinds.items():
        for where, term in sound_items(document, (key,), kind):
            found = condition_faults(
                document,
                where,
                term.conditions,
                columns,
                elsewhere=others,
                emptied=without,
            )
            if not found and isinstance(term, Effect) and brief is not None:
                found = line_faults(document, where, term, brief)
            faults += found
    if faults:
        raise ContentRefusedError(faults)
    return mechanism
