"""Small blocks of complete households, and a brief with every kind of table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from challenge.brief import Brief, read_brief
from challenge.brief.coherence import latent_pairs
from challenge.brief.sections import SourceSet
from challenge.schema import PartnerSchema
from challenge.schema.associations import latent_matrix
from challenge.schema.partners import STANDING
from challenge.synthesis.drawing.block import Block
from challenge.synthesis.drawing.derive import derive
from challenge.synthesis.secret import Secret

from ...factories import QUICKSTART

ASSUMED = {"status": "assumed", "reference": "a test"}
SECRET = Secret.make(1)


def column(name: str, type: str, **more: Any) -> dict[str, Any]:
    """A column as a partner writes it; ``x_use`` stands for ``x-use``."""
    words = {"nl": name, "en": name}
    told = {"x-label": words, "x-use": "feature", "x-source": ASSUMED}
    more = {key.replace("_", "-"): value for key, value in more.items()}
    return {"name": name, "type": type, **told, **more}


def partner(
    name: str, fields: list[dict[str, Any]], key: str = "hh_id", **more: Any
) -> PartnerSchema:
    """A table as a partner writes it."""
    links = [] if key == "postcode" else [column("hh_id", "string", x_use="link")]
    return PartnerSchema.model_validate(
        {
            "name": name,
            "title": name,
            "x-partner": name,
            "x-legal-basis": "none",
            "x-may-leave": "aggregate",
            "schema": {"primaryKey": key, "fields": [*links, *fields]},
            **{key.replace("_", "-"): value for key, value in more.items()},
        }
    )


def associated(first: str, second: str, **measure: float) -> dict[str, Any]:
    """An association as a partner writes it."""
    return {"columns": [first, second], **measure, "x-source": ASSUMED}


def feature(name: str, take: str, of: str = "", **more: Any) -> dict[str, Any]:
    """A feature made from several rows, as a partner writes it."""
    words = {"nl": name, "en": name}
    return {"name": name, "take": take, "column": of, "x-label": words, **more}


def altered(table: PartnerSchema, of: str, **facts: Any) -> PartnerSchema:
    """The same table with one column declared otherwise."""
    columns = tuple(
        c.model_copy(update=facts) if c.name == of else c for c in table.columns
    )
    inner = table.table.model_copy(update={"columns": columns})
    return table.model_copy(update={"table": inner})


def parents() -> PartnerSchema:
    """One row per household, of everybody."""
    poor = {"column": "poor", "equals": True, "odds": 3}
    return partner(
        "parents",
        [
            column("child_id", "string", x_use="link"),
            column("postcode", "string", x_use="link"),
            column(
                "municipality",
                "string",
                x_use="audit",
                x_marginal={"proportions": {"Noorddorp": 0.8, "Westdorp": 0.2}},
            ),
            column("district", "string", x_use="audit"),
            column("neighbourhood", "string", x_use="audit"),
            column(
                "origin",
                "string",
                x_use="audit",
                x_marginal={"proportions": {"NL": 0.7, "elsewhere": 0.3}},
            ),
            column("poor", "boolean", x_marginal={"share": 0.2}),
            column(
                "income",
                "number",
                x_missing={"share": 0.1, "tilt": [poor]},
                x_marginal={"distribution": "lognormal", "median": 30000, "sd_log": 1},
            ),
            column(
                "work", "string", x_marginal={"proportions": {"no": 0.3, "yes": 0.7}}
            ),
            column(
                "vaccinated",
                "boolean",
                x_available_from=14,
                x_marginal={"share": 0.9},
            ),
        ],
        x_associations=[associated("income", STANDING, correlation=0.4)],
    )


def survey() -> PartnerSchema:
    """One row per household of those who answer, with survey weights."""
    return partner(
        "survey",
        [
            column(
                "contacts",
                "integer",
                x_marginal={"distribution": "counts", "mean": 5, "cap": 20},
            ),
            column("weight", "number"),
        ],
        x_coverage={
            "share": 0.3,
            "tilt": [{"column": "poor", "equals": True, "odds": 0.3}],
        },
        x_constraints=[{"column": "weight", "weight": True}],
    )


def visits() -> PartnerSchema:
    """Several rows per household, at moments."""
    return partner(
        "visits",
        [
            column("visit_id", "string", x_use="link"),
            column("age", "number", x_unit="months"),
            column(
                "growth",
                "number",
                x_marginal={
                    "distribution": "normal",
                    "mean": 0,
                    "sd": 1,
                    "decimals": 3,
                },
            ),
            column("worry", "boolean", x_marginal={"share": 0.2}, x_missing=0.1),
            column(
                "mood",
                "string",
                x_alike=0.9,
                x_marginal={"proportions": {"low": 0.2, "middle": 0.5, "high": 0.3}},
            ),
            column("thin", "boolean"),
        ],
        key="visit_id",
        x_rows={
            "moments": [1, 3, 6, 9, 14],
            "attended": {
                "share": 0.8,
                "tilt": [{"column": "poor", "equals": True, "odds": 0.4}],
            },
            "moment": "age",
            "alike": 0.6,
        },
        x_coverage=0.9,
        x_associations=[
            associated("growth", "worry", spearman=-0.3),
            associated("growth", "parents.income", spearman=0.25),
        ],
        x_constraints=[{"column": "thin", "when": {"column": "growth", "below": -1}}],
        x_features=[
            feature("visits_made", "count"),
            feature("ever_thin", "any", "thin", equals=True),
            feature("growth_mean", "mean", "growth"),
            feature("mood_last", "last", "mood"),
            feature("mood_best", "max", "mood"),
        ],
    )


def cases() -> PartnerSchema:
    """Several rows per household, a drawn number of them; some values come later."""
    return partner(
        "cases",
        [
            column("case_id", "string", x_use="link"),
            column("start", "number", x_marginal={"quantiles": {0: 0, 1: 12}}),
            column("length", "integer", x_marginal={"quantiles": {0: 1, 1: 9}}),
            column("end", "number", x_moment="end"),
            column(
                "goal",
                "integer",
                x_moment="end",
                x_marginal={"proportions": {1: 0.5, 2: 0.3, 3: 0.2}},
            ),
        ],
        key="case_id",
        x_rows={
            "count": {"proportions": {1: 0.6, 2: 0.3, 4: 0.1}},
            "moment": "start",
            "alike": 0.3,
        },
        x_coverage=0.4,
        x_constraints=[{"column": "end", "sum": ["start", "length"]}],
        x_features=[
            feature("cases_open", "count"),
            feature("goal_first", "first", "goal"),
            feature("goal_sum", "sum", "goal"),
        ],
    )


def streets() -> PartnerSchema:
    """One row per postcode area."""
    return partner(
        "streets",
        [
            column("postcode", "string", x_use="link"),
            column(
                "affluence",
                "number",
                x_marginal={
                    "distribution": "normal",
                    "mean": 50,
                    "sd": 15,
                    "low": 0,
                    "high": 100,
                },
            ),
            column(
                "segment", "string", x_marginal={"proportions": {"a": 0.4, "b": 0.6}}
            ),
        ],
        key="postcode",
        x_rows={"per": "postcode"},
        x_associations=[
            associated("affluence", STANDING, correlation=0.7),
            associated("affluence", "segment", correlation=0.3),
        ],
    )


def small_brief(*partners: PartnerSchema, **more: Any) -> Brief:
    """A brief around partners; all five tables if none are given."""
    tables = partners or (cases(), parents(), streets(), survey(), visits())
    brief = read_brief(QUICKSTART)
    areas = brief.areas.model_copy(update={"postcode": "postcode"})
    kept = {"partners": tables, "areas": areas, "monitored": ()}
    return brief.model_copy(update={**kept, **more})


def with_sources(brief: Brief) -> Brief:
    """The same brief with two source sets beside the core."""
    words = {"nl": "bron", "en": "source"}
    tables = {
        "survey-only": ["survey"],
        "everything-else": ["cases", "streets", "visits"],
    }
    sources = tuple(
        SourceSet.model_validate({"name": name, "label": words, "tables": mine})
        for name, mine in tables.items()
    )
    return brief.model_copy(update={"core": ("parents",), "sources": sources})


def streams(seed: int = 1, **redrawn: int) -> Callable[[str], np.random.Generator]:
    """Named streams; those named in `redrawn` have another seed."""

    def stream(name: str) -> np.random.Generator:
        own = redrawn.get(name.replace(" ", "_"), seed)
        digest = hashlib.sha256(f"{own} {name}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest, "big"))

    return stream


def a_block(
    brief: Brief,
    size: int = 2_000,
    *,
    name: str = "train",
    first: int = 0,
    seed: int = 1,
    streams_: Callable[[str], np.random.Generator] | None = None,
) -> Block:
    """Complete households, drawn from the marginals and associations of a brief."""
    drawn = {
        c.name: c
        for p in brief.partners
        if not p.is_area
        for c in p.columns
        if c.marginal is not None
    }
    names = [*drawn, STANDING]
    root = np.linalg.cholesky(latent_matrix(names, latent_pairs(brief.partners)))
    noise = np.random.default_rng(seed).standard_normal((size, len(names)))
    scores = pd.DataFrame(noise @ root.T, columns=names)
    repeated = [
        c.name
        for p in brief.partners
        if p.is_repeated
        for c in p.columns
        if c.name in drawn
    ]
    rows = pd.DataFrame(
        {
            n: c.marginal.values(scores[n].to_numpy())
            for n, c in drawn.items()
            if c.marginal is not None and n not in repeated
        }
    )
    # Neighbourhoods of 20, two to a postcode area, five to a district, by standing.
    place = scores[STANDING].rank(method="first").to_numpy(dtype=int) - 1
    rows["neighbourhood"] = [f"Buurt {n // 20}" for n in place]
    rows["postcode"] = [f"0{n // 40:03d}" for n in place]
    rows["district"] = [f"Wijk {n // 100}" for n in place]
    scores[STANDING] = (place // 20 + 0.5) / (size // 20) - 0.5
    rows[STANDING] = scores[STANDING]
    rows = derive(rows, brief)
    return Block(name, first, rows, scores[repeated], streams_ or streams(seed))


def places_of(block: Block) -> pd.DataFrame:
    """One row per neighbourhood of a block."""
    names = ["municipality", "neighbourhood", "postcode", STANDING]
    return block.rows[names].drop_duplicates("neighbourhood")


def counted(values: pd.Series) -> Mapping[Any, float]:
    """Share of each value that is not missing."""
    return values.value_counts(normalize=True).to_dict()
