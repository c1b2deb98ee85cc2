"""Rows from SDV's Gaussian copula; the only importer of sdv and rdt.

Used through its public API: transformers that know the declared marginals
(``update_transformers``), normal scores handed over after ``preprocess``, and
``fit_processed_data``. Letting SDV learn marginals and dependence from values
instead shrinks the correlations of discrete columns to about half.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from challenge.schema import Marginal
from challenge.synthesis.declare import COMPANION, Declaration

BATCH = 20_000
"""Rows per call, so that progress can be told and memory stays bounded."""

_SDTYPES = {
    "string": "categorical",
    "boolean": "boolean",
    "integer": "numerical",
    "number": "numerical",
}


def sdv_version() -> str:
    """Tell which SDV generates here.

    Returns
    -------
    str
        Version of the installed distribution, without importing it.
    """
    return version("sdv")


def sample(
    declaration: Declaration,
    scores: pd.DataFrame,
    rows: int,
    *,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Fit the copula to a seed frame and draw rows from it.

    Parameters
    ----------
    declaration : Declaration
        Columns with their marginals.
    scores : DataFrame
        Seed frame of `challenge.synthesis.declare.seed_scores`.
    rows : int
        How many to draw.
    progress : callable, optional
        Called with the number of rows so far.

    Returns
    -------
    DataFrame
        One column per declared column, floats and str, in the order drawn.
    """
    synthesizer = _fitted(declaration, scores)
    parts: list[pd.DataFrame] = []
    for start in range(0, rows, BATCH):
        drawn = synthesizer.sample(min(BATCH, rows - start))
        parts.append(drawn["rows"][declaration.names])
        if progress is not None:
            progress(min(start + BATCH, rows))
    whole = pd.concat(parts, ignore_index=True)
    return whole.astype(dict.fromkeys(_booleans(declaration), np.float64))


def _fitted(declaration: Declaration, scores: pd.DataFrame) -> Any:
    """Fit a synthesizer to the seed frame's scores."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    companions = [name for name in scores if str(name).startswith(COMPANION)]
    values = declaration.values(scores).astype(
        dict.fromkeys(_booleans(declaration), bool)
    )
    seed = pd.concat([values, scores[companions]], axis=1)
    kinds = {name: _SDTYPES[kind] for name, kind in declaration.kinds.items()}
    kinds |= dict.fromkeys(companions, "numerical")
    metadata = Metadata.load_from_dict(
        {
            "METADATA_SPEC_VERSION": "V1",
            "tables": {
                "rows": {"columns": {n: {"sdtype": kind} for n, kind in kinds.items()}}
            },
            "relationships": [],
        }
    )
    synthesizer = GaussianCopulaSynthesizer(
        metadata,
        numerical_distributions=dict.fromkeys(seed.columns, "norm"),
        enforce_min_max_values=False,
        enforce_rounding=False,
    )
    synthesizer.auto_assign_transformers({"rows": seed})
    synthesizer.update_transformers(
        {name: _transformer(m) for name, m in declaration.marginals.items()}
    )
    processed = synthesizer.preprocess({"rows": seed})["rows"].copy()
    processed[list(scores.columns)] = scores.to_numpy()
    synthesizer.fit_processed_data({"rows": processed})
    return synthesizer


def _booleans(declaration: Declaration) -> list[str]:
    """List the columns that SDV wants to see as booleans."""
    return [name for name, kind in declaration.kinds.items() if kind == "boolean"]


def _transformer(marginal: Marginal) -> Any:
    """Make the transformer between values and normal scores of one marginal.

    The class is made here because its base class comes with the slow import.
    """
    from rdt.transformers.base import BaseTransformer

    class DeclaredMarginal(BaseTransformer):
        """A declared marginal at RDT's extension point; nothing is learned."""

        INPUT_SDTYPE = "numerical"
        SUPPORTED_SDTYPES = ("numerical", "categorical", "boolean")

        def _fit(self, data: pd.Series) -> None:
            self.output_properties = {
                None: {"sdtype": "float", "next_transformer": None}
            }

        def _transform(self, data: pd.Series) -> pd.Series:
            # What comes out is replaced by the seed frame's own scores.
            return pd.Series(np.zeros(len(data)), index=data.index, name=data.name)

        def _reverse_transform(self, data: Any) -> pd.Series:
            scores = np.asarray(data, dtype=np.float64).ravel()
            return pd.Series(marginal.values(scores))

    return DeclaredMarginal()
