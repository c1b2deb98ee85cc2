"""A reader who adds and subtracts everything that is published.

The reader here is not the one that `leaderboard.disclosure.protection` plays. It gets
nothing but the published scorecard, keeps a number of households for every combination
of all attributes and outcomes, and asks a linear programme how few and how many may
stand behind each count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from leaderboard import Scorecard, publish
from leaderboard.estimates import Estimate
from leaderboard.policy import CROSS
from leaderboard.records import AreaMeasure, GroupMeasure

# found, missed, selected without need, left out without need
KINDS = {
    "rows": (1, 1, 1, 1),
    "positives": (1, 1, 0, 0),
    "negatives": (0, 0, 1, 1),
    "selected": (1, 0, 1, 0),
    "not selected": (0, 1, 0, 1),
    "found": (1, 0, 0, 0),
    "missed": (0, 1, 0, 0),
    "in vain": (0, 0, 1, 0),
    "left out": (0, 0, 0, 1),
}
MINIMUM = 10
Levels = dict[str, str]


@dataclass(frozen=True)
class Population:
    """Households counted by the levels of their attributes, and by kind."""

    attributes: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    counts: NDArray[np.int_]  # one axis per attribute, then the four kinds
    crossed: tuple[tuple[str, ...], ...] = ()

    @property
    def combinations(self) -> list[Levels]:
        return [
            dict(zip(self.attributes, levels, strict=True))
            for levels in product(*self.levels)
        ]

    @property
    def flat(self) -> NDArray[np.int_]:
        return self.counts.reshape(-1, 4)

    def members(self, cell: Levels) -> NDArray[np.bool_]:
        return np.array(
            [cell.items() <= levels.items() for levels in self.combinations]
        )

    def cells(self) -> dict[tuple[str, str], Levels]:
        """Every group there could be: those of one attribute, then intersections."""
        return {
            (CROSS.join(names), CROSS.join(levels)): dict(
                zip(names, levels, strict=True)
            )
            for names in (
                *((name,) for name in self.attributes if name != "area"),
                *self.crossed,
            )
            for levels in product(
                *(self.levels[self.attributes.index(name)] for name in names)
            )
        }

    def measure(self) -> Scorecard:
        found, missed, vain, left = (int(count) for count in self.flat.sum(axis=0))
        rows = found + missed + vain + left
        return Scorecard(
            rows=rows,
            positives=found + missed,
            clusters=40,
            capacity=(found + vain) / rows,
            metrics={
                "scaled_brier": Estimate(0.1, 0.08, 0.12),
                "recall_at_capacity": rate(found, missed),
                "precision_at_capacity": rate(found, vain),
            },
            groups=tuple(
                group
                for key, cell in self.cells().items()
                if (group := self.group(key, cell)).rows
            ),
            areas=tuple(self.areas()),
            replicates=np.arange(3.0),
            pairing="secret",
        )

    def group(self, key: tuple[str, str], cell: Levels) -> GroupMeasure:
        found, missed, vain, left = self.flat[self.members(cell)].sum(axis=0)
        return GroupMeasure(
            *key,
            rows=int(found + missed + vain + left),
            positives=int(found + missed),
            selection_rate=rate(found + vain, missed + left),
            false_negative_rate=rate(missed, found),
            observed_expected=Estimate(1.0, 0.9, 1.1),
        )

    def areas(self) -> list[AreaMeasure]:
        if "area" not in self.attributes:
            return []
        names = self.levels[self.attributes.index("area")]
        sums = [self.flat[self.members({"area": name})].sum(axis=0) for name in names]
        return [
            AreaMeasure(
                name,
                int(kinds.sum()),
                int(kinds[:2].sum()),
                0.1,
                rate(kinds[:2].sum(), kinds[2:].sum()),
            )
            for name, kinds in zip(names, sums, strict=True)
        ]


def rate(numerator: float, complement: float) -> Estimate:
    total = numerator + complement
    return Estimate(numerator / total if total else float("nan"))


@dataclass(frozen=True)
class Reader:
    """Reads a published scorecard; knows the attributes and their levels."""

    population: Population
    published: Scorecard
    exactly: bool  # whether the reader somehow undoes the rounding too

    def facts(self) -> list[tuple[Levels, str, float]]:
        """Every count that is printed, or follows from a printed rate."""
        card = self.published
        everyone: Levels = {}
        recall = card.metrics["recall_at_capacity"].value
        facts: list[tuple[Levels, str, float]] = [
            (everyone, "rows", card.rows),
            (everyone, "positives", card.positives),
            (everyone, "selected", round(card.capacity * self.population.flat.sum())),
        ]
        if not np.isnan(recall):
            facts.append((everyone, "found", recall * card.positives))
        cells = self.population.cells()
        for group in card.groups:
            cell = cells[group.attribute, group.level]
            facts += self.group_facts(group, cell)
        for area in card.areas:
            if area.rows is not None and area.positives is not None:
                facts.append(({"area": area.name}, "rows", area.rows))
                facts.append(({"area": area.name}, "positives", area.positives))
        return facts

    def group_facts(
        self, group: GroupMeasure, cell: Levels
    ) -> list[tuple[Levels, str, float]]:
        if group.rows is None or group.positives is None:
            return []
        facts: list[tuple[Levels, str, float]] = [
            (cell, "rows", group.rows),
            (cell, "positives", group.positives),
        ]
        if group.selection_rate:
            selected = group.selection_rate.value * group.rows
            facts.append((cell, "selected", selected))
        if group.false_negative_rate:
            missed = group.false_negative_rate.value * group.positives
            facts.append((cell, "missed", missed))
        return facts

    def equations(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds on sums of households, two per fact."""
        rows, bounds = [], []
        for cell, kind, printed in self.facts():
            assert kind == "selected" or printed == pytest.approx(
                5 * round(printed / 5)
            )
            sums = np.outer(self.population.members(cell), KINDS[kind]).ravel()
            true = float(sums @ self.population.counts.ravel())
            assert abs(true - printed) <= 2.5
            low, high = (true, true) if self.exactly else (printed - 2, printed + 2)
            rows += [sums, -sums]
            bounds += [high, -low]
        return np.array(rows, dtype=float), np.array(bounds)

    def worked_out(self) -> list[str]:
        """Counts below ten that the reader knows to be below ten."""
        sums, bounds = self.equations()
        cells = {**self.population.cells()}
        if "area" in self.population.attributes:
            place = self.population.attributes.index("area")
            for name in self.population.levels[place]:
                cells["area", name] = {"area": name}
        caught = []
        for key, cell in cells.items():
            kinds = ("rows", "positives", "negatives") if key[0] == "area" else KINDS
            for kind in kinds:
                count = np.outer(self.population.members(cell), KINDS[kind]).ravel()
                true = int(count @ self.population.counts.ravel())
                if true < MINIMUM and self.most(count, sums, bounds) < MINIMUM - 1e-6:
                    caught.append(f"{key} {kind}: {true}")
        return caught

    def most(
        self,
        count: NDArray[np.float64],
        sums: NDArray[np.float64],
        bounds: NDArray[np.float64],
    ) -> float:
        found = linprog(-count, A_ub=sums, b_ub=bounds, bounds=(0, None))
        if found.status == 3:  # nothing holds it back
            return np.inf
        assert found.status == 0, found.message
        return float(-found.fun)


def draw_population(
    seed: int,
    *,
    sizes: tuple[int, ...],
    crossed: tuple[tuple[str, ...], ...],
    area: bool = False,
) -> Population:
    """Small and large cells at random, large enough in all to be published."""
    random = np.random.default_rng(seed)
    attributes = ("a", "b", "c")[: len(sizes)]
    if area:
        attributes, sizes = (*attributes, "area"), (*sizes, 3)
    shape = (*sizes, 4)
    small = random.choice([0.05, 0.2, 0.6])
    chances = [small / 2, small / 2, (1 - small) / 2, (1 - small) / 2]
    scale = random.choice([1.0, 5.0, 15.0, 50.0], size=shape, p=chances)
    # A model may find nearly everybody, or hardly select anybody in vain.
    scale[..., random.integers(4)] *= random.choice([0.02, 1.0], p=[0.2, 0.8])
    counts = random.poisson(scale)
    # Some combinations exist for nobody.
    counts[random.random(sizes) < 0.1] = 0
    counts[(0,) * len(sizes)] += 12
    # A level that nobody has is in no table, exact or published.
    for place in range(max(sizes)):
        counts[tuple(min(place, size - 1) for size in sizes)] += (0, 0, 0, 1)
    levels = tuple(
        tuple(f"{name}{place}" for place in range(size))
        for name, size in zip(attributes, sizes, strict=True)
    )
    return Population(attributes, levels, counts, crossed)


AB = (("a", "b"),)
DESIGNS = {
    "attributes": ((2, 3), (), False),
    "areas": ((2,), (), True),
    "an intersection": ((2, 3), AB, False),
    "a larger one": ((3, 4), AB, False),
    "a shared attribute": ((2, 3, 2), (("a", "b"), ("a", "c")), False),
    "intersections in a circle": (
        (2, 2, 2),
        (("a", "b"), ("b", "c"), ("a", "c")),
        False,
    ),
    "three attributes at once": ((2, 2, 2), (("a", "b", "c"),), False),
    "an intersection and areas": ((2, 2), AB, True),
}


Design = tuple[tuple[int, ...], tuple[tuple[str, ...], ...], bool]
every_design = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
every_reader = pytest.mark.parametrize(
    "exactly", [False, True], ids=["rounded", "exact"]
)


def worked_out(design: Design, exactly: bool, seed: int) -> list[str]:
    sizes, crossed, area = design
    population = draw_population(seed, sizes=sizes, crossed=crossed, area=area)
    return Reader(population, publish(population.measure()), exactly).worked_out()


@every_reader
@every_design
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_published_table_determines_a_cell_below_ten(
    design: Design, exactly: bool, seed: int
) -> None:
    assert worked_out(design, exactly, seed) == []


@pytest.mark.full
@every_reader
@every_design
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_table_of_many_determines_a_cell_below_ten(
    design: Design, exactly: bool, seed: int
) -> None:
    assert worked_out(design, exactly, seed) == []


def only_the_small_are_hidden(scorecard: Scorecard) -> Scorecard:
    """Publish without a thought for what adds up."""
    published = publish(scorecard)
    return replace(
        published,
        groups=tuple(
            GroupMeasure(
                group.attribute,
                group.level,
                rows=5 * round(group.rows / 5),
                positives=5 * round(group.positives / 5),
            )
            if min(group.positives, group.rows - group.positives) >= MINIMUM
            else GroupMeasure(group.attribute, group.level, None, None)
            for group in scorecard.groups
        ),
    )


def test_the_reader_works_out_what_is_not_protected() -> None:
    # Two small cells in a row that is else shown, less than ten together.
    counts = np.full((2, 3, 4), 40)
    counts[0, :2] = (2, 1, 20, 30)
    population = Population(("a", "b"), (("x", "y"), ("u", "v", "w")), counts, AB)
    published = only_the_small_are_hidden(population.measure())

    caught = Reader(population, published, exactly=True).worked_out()

    assert "('a × b', 'x × u') positives: 3" in caught
    assert "('a × b', 'x × v') positives: 3" in caught
