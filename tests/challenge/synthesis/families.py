"""A partner's real table, as far as a test can have one: skewed, mixed, with gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from challenge.schema import PartnerSchema

SOURCE = {"status": "assumed", "reference": "test"}


def field(name: str, kind: str = "number", **more: Any) -> dict[str, Any]:
    """One column as a partner writes it; keyword ``x_use`` means ``x-use``."""
    told = {"x-use": "feature", "x-source": dict(SOURCE)}
    told |= {key.replace("_", "-"): value for key, value in more.items()}
    return {"name": name, "type": kind, "x-label": {"nl": name, "en": name}} | told


def levels(*names: str) -> dict[str, Any]:
    """Equal shares of the levels: what a partner that knows nothing yet declares."""
    return {"proportions": {name: 1 / len(names) for name in names}}


FIELDS = [
    field("hh_id", "string", x_use="link"),
    field("note", "string", x_use="audit"),
    field(
        "town", "string", x_use="audit", x_marginal=levels("Noord", "Oost", "Zuid")
    ),
    field(
        "origin", "string", x_use="audit", x_sensitive=True,
        x_marginal=levels("NL", "EU", "elsewhere"),
    ),
    field(
        "income",
        x_marginal={"distribution": "lognormal", "median": 3e4, "sd_log": 0.4}
        | {"decimals": 2},
    ),
    field("debt", x_sensitive=True),
    field(
        "children", "integer",
        x_marginal={"distribution": "counts", "mean": 2, "cap": 12},
    ),
    field("education", "string", x_marginal=levels("low", "middle", "high")),
    field("benefit", "boolean", x_sensitive=True, x_marginal={"share": 0.1}),
    field(
        "stress", "integer", x_sensitive=True,
        x_marginal={"proportions": dict.fromkeys(range(10), 0.1)},
    ),
    field("sleep", "string", x_marginal=levels("never", "sometimes", "often")),
    field("contacts", "integer"),
    field("low_income", "boolean"),
]  # fmt: skip


def document(**more: Any) -> dict[str, Any]:
    """A partner schema as a partner writes it."""
    return {
        "name": "families",
        "title": "Gezinnen",
        "x-partner": "Voorbeeld",
        "x-legal-basis": "test",
        "x-may-leave": "aggregate",
        "schema": {"primaryKey": "hh_id", "fields": FIELDS},
        "x-constraints": [
            {"column": "low_income", "when": {"column": "income", "below": 16_000}}
        ],
    } | more


def schema(**more: Any) -> PartnerSchema:
    """The schema itself."""
    return PartnerSchema.model_validate(document(**more))


def real_rows(rows: int, seed: int) -> pd.DataFrame:
    """Rows as they stand in a partner's Parquet file, identifying columns and all."""
    generator = np.random.default_rng(seed)
    load = np.array([0.7, -0.5, 0.2, 0.5, -0.5, -0.6, -0.4, 0.3])
    z = generator.standard_normal((rows, 1)) * load
    z += generator.standard_normal((rows, 8)) * np.sqrt(1 - load**2)

    def cut(scores: Any, cuts: list[float], names: list[str]) -> pd.Series:
        return pd.Series(names, dtype=object)[np.searchsorted(cuts, scores)].array

    frame = pd.DataFrame({"hh_id": [f"real-{seed}-{i}" for i in range(rows)]})
    frame["town"] = cut(generator.normal(size=rows), [0, 1], ["Noord", "Oost", "Zuid"])
    frame["origin"] = cut(z[:, 7], [-1.2, -0.9], ["elsewhere", "EU", "NL"])
    frame["income"] = np.round(np.exp(10.3 + 0.5 * z[:, 0]), 2)
    debt = np.exp(7 + 1.3 * z[:, 1])
    frame["debt"] = np.round(np.where(z[:, 1] < 0.3, 0, debt), 2)
    frame["children"] = np.minimum(generator.poisson(np.exp(0.5 + z[:, 2] / 4)), 12)
    frame["education"] = cut(z[:, 3], [-1.1, 0.1], ["low", "middle", "high"])
    frame["benefit"] = z[:, 4] > 1.5
    frame["stress"] = np.clip(np.round(4 + 2 * z[:, 5]), 0, 9)
    frame["sleep"] = cut(z[:, 6], [-0.2, 0.7], ["never", "sometimes", "often"])
    frame["contacts"] = generator.negative_binomial(4, 0.45, rows).astype(float)
    frame["low_income"] = frame["income"] < 16_000
    stressed = z[:, 5] > 1
    frame["stress"] = frame["stress"].mask(generator.random(rows) < 0.1 + stressed / 5)
    away = generator.random(rows) < 0.12
    for name in ("sleep", "contacts"):
        frame[name] = frame[name].mask(away)
    return frame


def write(folder: Path, rows: pd.DataFrame, **more: Any) -> tuple[Path, Path]:
    """Write rows and schema where a partner keeps them."""
    source, described = folder / "rows.parquet", folder / "families.yaml"
    rows.to_parquet(source)
    described.write_text(yaml.safe_dump(document(**more), sort_keys=False), "utf-8")
    return source, described
