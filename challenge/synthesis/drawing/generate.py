"""Rows from SDV's Gaussian copula; the only importer of sdv and rdt.

Used through its public API: a transformer that knows the declared marginals
(``update_transformers``), normal scores handed over after ``preprocess``, and
``fit_processed_data``. Letting SDV learn marginals and dependence from values
instead shrinks the correlations of discrete columns to about half.
"""

from __future__ import annotations

import functools
import pickle
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from challenge.synthesis.drawing.declare import Declaration, seed_scores
from challenge.synthesis.drawing.rotation import GROUP, independent

BATCH = 20_000
"""Rows per call at the most, a multiple of `GROUP`. SDV copies a batch several times,
which is quickest while it fits in the processor's cache (measured at 81 columns: 19 us
a row, against 25 at 50,000 and 37 at 5,000)."""

LEAST = 10
"""Rows per column in a call at the least, so that the scatter of its rows can be
replaced; a smaller release takes the first rows of it."""

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
    declaration: Declaration, rows: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw rows from the copula that a declaration amounts to.

    Not to be called from several threads at once: SDV's random numbers are the
    process's own.

    Parameters
    ----------
    declaration : Declaration
        Columns with their marginals and correlation.
    rows : int
        How many to draw.
    generator : Generator
        From the secret; the same one gives the same rows.

    Returns
    -------
    DataFrame
        One column per declared column: floats, str, or normal scores.
    """
    # Not in a team's installation, which only reads releases.
    from threadpoolctl import threadpool_limits

    size = _batch_size(rows, len(declaration.names))
    # One thread: sums come out the same on any number of processors, and the matrices
    # are too small for more.
    with threadpool_limits(1):
        synthesizer, transformer = _fitted(pickle.dumps(declaration))
        synthesizer.reset_sampling()
        transformer.generator = generator
        batches = [
            synthesizer.sample(size)["rows"][declaration.names]
            for _ in range(0, rows, size)
        ]
    whole = pd.concat(batches, ignore_index=True).head(rows)
    return whole.astype(dict.fromkeys(_booleans(declaration), np.float64))


def _batch_size(rows: int, columns: int) -> int:
    """Divide rows evenly over calls, none of which is too small."""
    calls = max(1, -(-rows // BATCH))
    size = max(-(-rows // calls), LEAST * columns)
    return -(-size // GROUP) * GROUP


@functools.lru_cache(maxsize=4)
def _fitted(pickled: bytes) -> tuple[Any, Any]:
    """Fit a synthesizer to the seed frame; partitions of one build share it."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    # Our own bytes, from the same process: they only say which fit is meant.
    declaration: Declaration = pickle.loads(pickled)  # noqa: S301
    scores = seed_scores(declaration)
    seed = scores.assign(**declaration.values(scores)).astype(
        dict.fromkeys(_booleans(declaration), bool)
    )
    kinds = dict.fromkeys(scores.columns, "numerical")
    kinds |= {name: _SDTYPES[kind] for name, kind in declaration.kinds.items()}
    columns = {name: {"sdtype": kind} for name, kind in kinds.items()}
    metadata = Metadata.load_from_dict(
        {
            "METADATA_SPEC_VERSION": "V1",
            "tables": {"rows": {"columns": columns}},
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
    transformer = _transformer(declaration)
    synthesizer.update_transformers({tuple(declaration.names): transformer})
    processed = synthesizer.preprocess({"rows": seed})["rows"].copy()
    processed[list(scores.columns)] = scores.to_numpy()
    synthesizer.fit_processed_data({"rows": processed})
    return synthesizer, transformer


def _booleans(declaration: Declaration) -> list[str]:
    """List the columns that SDV wants to see as booleans."""
    return [name for name, kind in declaration.kinds.items() if kind == "boolean"]


def _transformer(declaration: Declaration) -> Any:
    """Make the transformer between normal scores and values.

    One for all columns: rdt copies its frame for each transformer, so one per column
    would take three times as long. The class is made here because its base class
    comes with the slow import.
    """
    from rdt.transformers.base import BaseMultiColumnTransformer

    root = np.asarray(np.linalg.cholesky(declaration.correlation), dtype=np.float64)

    class DeclaredMarginals(BaseMultiColumnTransformer):
        """Declared marginals at RDT's extension point; nothing is learned."""

        SUPPORTED_SDTYPES = ("numerical", "categorical", "boolean")
        generator: np.random.Generator

        @classmethod
        def _validate_sdtypes(cls, columns_to_sdtypes: dict[str, str]) -> None:
            """Take any: a marginal knows its values."""

        def _get_prefix(self) -> None:
            """Keep the names of the columns."""

        def _fit(self, data: pd.DataFrame) -> None:
            kind = {"sdtype": "float", "next_transformer": None}
            self.output_properties = dict.fromkeys(self.columns, kind)

        def _transform(self, data: pd.DataFrame) -> pd.DataFrame:
            # What comes out is replaced by the seed frame's own scores.
            return pd.DataFrame(0.0, index=data.index, columns=self.columns)

        def _reverse_transform(self, data: pd.DataFrame) -> pd.DataFrame:
            names = declaration.names
            scores = independent(data[names].to_numpy(), root, self.generator)
            return declaration.values(pd.DataFrame(scores, columns=names))

    return DeclaredMarginals()
