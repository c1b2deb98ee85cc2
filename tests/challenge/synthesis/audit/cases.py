"""Small builds to audit, drawn by the pipeline itself and never written as files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from challenge.brief import Brief, Mechanism, read_brief, read_mechanism
from challenge.synthesis.audit import Audit, AuditRows, audit, gather
from challenge.synthesis.drawing.areas import plan_areas
from challenge.synthesis.drawing.outcome import Outcome, calibrated
from challenge.synthesis.drawing.partition import Recipe
from challenge.synthesis.parts import Parts
from challenge.synthesis.reference import Reference, train_reference
from challenge.synthesis.secret import Secret
from challenge.synthesis.sets import partitions
from challenge.synthesis.stored import make_part, read_log_odds
from challenge.synthesis.tables.postcodes import area_tables


@dataclass(frozen=True)
class Case:
    """A build as the audit sees it."""

    brief: Brief
    mechanism: Mechanism
    outcome: Outcome
    secret: Secret
    rows: AuditRows

    @cached_property
    def reference(self) -> Reference:
        """Trained as a build does it."""
        mine = self.rows.sets == "train"
        return train_reference(
            self.rows.frame[mine], self.rows.labels[mine], self.brief
        )

    def audited(self) -> Audit:
        return audit(
            self.rows,
            self.brief,
            self.mechanism,
            self.outcome,
            self.secret,
            reference=self.reference,
        )

    def changed(self, **columns: object) -> Case:
        """The same build with other complete columns."""
        rows = replace(self.rows, rows=self.rows.rows.assign(**columns))
        return replace(self, rows=rows)


def drawn(folder: Path, sizes: dict[str, int], seed: int, place: Path) -> Case:
    """Draw every partition and gather what is audited."""
    brief, secret = read_brief(folder), Secret.make(seed)
    mechanism = read_mechanism(folder / "mechanism.toml", brief, root=folder)
    recipe, cut = Recipe.make(brief, mechanism, secret), partitions(sizes)
    places = plan_areas(brief, cut, secret)
    areas, parts = area_tables(places, brief, secret), Parts(place)
    mine = dict(iter(places.groupby("partition", sort=False)))
    log_odds: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for partition in cut:
        make_part(parts, recipe, partition, mine[partition.name], areas)
        outside = partition.set == "external"
        log_odds[outside].append(read_log_odds(parts, partition))
    inside, outside = (np.concatenate(log_odds[key]) for key in (False, True))
    outcome = calibrated(recipe.effects, inside, outside, brief)
    rows = gather(parts, cut, brief, outcome, secret, areas)
    return Case(brief, mechanism, outcome, secret, rows)


def normal_rows(size: int, seed: int) -> pd.DataFrame:
    """Two columns of normal numbers with correlation 0.6."""
    generator = np.random.default_rng(seed)
    noise = generator.standard_normal((size, 2))
    return pd.DataFrame({"a": noise[:, 0], "b": noise @ [0.6, 0.8]})
