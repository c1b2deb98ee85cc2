"""What SDMetrics says of two draws of one law, and of the declared shift.

Where schemas are the only source there are no real rows, so nothing can be said
about likeness to them. What can be compared are rows with rows: two halves of the
training rows (chance), training with practice rows (other neighbourhoods, drawn from
a secret seed frame of their own), and training with external rows (the declared
shift).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from challenge.brief.definition import Brief
from challenge.synthesis.audit.population import AuditRows
from challenge.synthesis.audit.truths import LikenessFinding

ROWS, COLUMNS = 2_000, 12
"""Rows and columns compared: the cost rises with the square of the columns
(measured: 0.3 CPU seconds a comparison)."""

_KEY = "row"
PAIRS = (("train", "train"), ("train", "practice"), ("train", "external"))


def likeness_findings(
    rows: AuditRows, brief: Brief, generator: np.random.Generator
) -> tuple[LikenessFinding, ...]:
    """Compare row sets by SDMetrics' quality and diagnostic reports.

    Parameters
    ----------
    rows : AuditRows
        What is audited.
    brief : Brief
        Its features.
    generator : Generator
        Decides which rows are compared.

    Returns
    -------
    tuple of LikenessFinding
        Halves of train, then train with practice and with external.
    """
    names = _fullest(rows.frame, brief)
    results = []
    for first, second in PAIRS:
        one, other = _drawn(rows, first, second, generator)
        if len(names) > 1 and len(one) > 1:
            results.append(
                _compared(rows.frame[names], brief, (first, one), (second, other))
            )
    return tuple(results)


def _fullest(frame: pd.DataFrame, brief: Brief) -> list[str]:
    """List the features with the fewest values missing that are not constant."""
    missing = frame.isna().mean()
    names = [n for n in brief.feature_names if frame[n].nunique() > 1]
    return sorted(names, key=lambda n: (missing[n], brief.feature_names.index(n)))[
        :COLUMNS
    ]


def _drawn(
    rows: AuditRows, first: str, second: str, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw equally many rows of both sets; of one set, two halves."""
    one = generator.permutation(np.flatnonzero(rows.sets == first))
    if first == second:
        half = min(len(one) // 2, ROWS)
        return one[:half], one[half : 2 * half]
    other = generator.permutation(np.flatnonzero(rows.sets == second))
    size = min(len(one), len(other), ROWS)
    return one[:size], other[:size]


def _compared(
    frame: pd.DataFrame,
    brief: Brief,
    one: tuple[str, np.ndarray],
    other: tuple[str, np.ndarray],
) -> LikenessFinding:
    """Run both reports on one table."""
    # Imported here: an audit is made once, and SDMetrics is slow to import.
    from sdmetrics.reports import (  # type: ignore[import-untyped]
        DiagnosticReport,
        QualityReport,
    )

    metadata = _metadata(frame, brief)
    tables = [
        {"rows": frame.iloc[place].assign(**{_KEY: np.arange(len(place))})}
        for _, place in (one, other)
    ]
    quality, diagnostic = QualityReport(), DiagnosticReport()
    with warnings.catch_warnings():
        # Constant samples of rare columns are scored as they are.
        warnings.simplefilter("ignore")
        quality.generate(*tables, metadata, verbose=False)
        diagnostic.generate(*tables, metadata, verbose=False)
    pairs = quality.get_details("Column Pair Trends")["Score"]
    return LikenessFinding(
        first=one[0],
        second=other[0],
        rows=len(one[1]),
        columns=frame.shape[1],
        validity=float(diagnostic.get_properties()["Score"].iloc[0]),
        shapes=float(quality.get_properties()["Score"].iloc[0]),
        trends=float(pairs.mean()) if pairs.notna().any() else None,
    )


def _metadata(frame: pd.DataFrame, brief: Brief) -> dict[str, Any]:
    """Describe the table as SDMetrics asks."""
    texts = {feature.name for feature in brief.features if feature.is_text}
    kinds = {n: "categorical" if n in texts else "numerical" for n in frame}
    columns = {_KEY: "id", **kinds}
    table = {
        "primary_key": _KEY,
        "columns": {name: {"sdtype": kind} for name, kind in columns.items()},
    }
    return {
        "METADATA_SPEC_VERSION": "V1",
        "tables": {"rows": table},
        "relationships": [],
    }
