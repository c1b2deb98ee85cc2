"""Synthetic rows from what was learned of real ones.

``gaussian-copula`` draws from the learned figures alone. ``ctgan`` trains a neural
network on real rows whose values were first replaced by the learned marginals' own,
so neither way can bring out a true smallest or largest value or a rare level.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from challenge.errors import SynthesizerMissingError
from challenge.schema import Marginal
from challenge.synthesis.drawing.derive import apply_rules
from challenge.synthesis.drawing.generate import sample
from challenge.synthesis.secret import Secret
from challenge.synthesis.walls.learned import Learned, order_codes

Method = Literal["gaussian-copula", "ctgan"]

Draw = Callable[[Learned, pd.DataFrame, int, Secret], pd.DataFrame]
"""A way of synthesizing: what was learned, the real rows it was learned from, how many
rows to draw, and the secret, to values of the declared columns."""


def way_of(method: Method) -> Draw:
    """Find a way of synthesizing, before any work is done.

    Parameters
    ----------
    method : {"gaussian-copula", "ctgan"}
        As on the command line.

    Returns
    -------
    callable
        Draws rows.

    Raises
    ------
    SynthesizerMissingError
        If ``ctgan`` is asked for and cannot be imported.
    """
    if method == "gaussian-copula":
        return from_figures
    if importlib.util.find_spec("ctgan") is None:
        raise SynthesizerMissingError(method, library="ctgan")
    return from_network


def from_figures(
    learned: Learned, training: pd.DataFrame, rows: int, secret: Secret
) -> pd.DataFrame:
    """Draw rows from the learned figures and from nothing else.

    Parameters
    ----------
    learned : Learned
        What real rows taught.
    training : DataFrame
        Not looked at.
    rows : int
        How many to draw.
    secret : Secret
        Decides everything that is drawn.

    Returns
    -------
    DataFrame
        Declared columns: floats and str.
    """
    return sample(learned.declaration, rows, secret.generator("rows"))


def from_network(
    learned: Learned, training: pd.DataFrame, rows: int, secret: Secret
) -> pd.DataFrame:
    """Draw rows from CTGAN, trained on rows that hold the learned marginals' values.

    Parameters
    ----------
    learned : Learned
        What real rows taught.
    training : DataFrame
        Real rows that it was learned from.
    rows : int
        How many to draw.
    secret : Secret
        Seeds the network.

    Returns
    -------
    DataFrame
        Declared columns: floats and str.

    References
    ----------
    Xu et al. (2019), "Modeling tabular data using conditional GAN", NeurIPS.
    """
    from sdv.metadata import Metadata
    from sdv.single_table import CTGANSynthesizer

    marginals = learned.declaration.marginals
    numeric = {n for n, m in marginals.items() if not m.levels}
    columns = {
        name: {"sdtype": "numerical" if name in numeric else "categorical"}
        for name in marginals
    }
    metadata = Metadata.load_from_dict(
        {
            "METADATA_SPEC_VERSION": "V1",
            "tables": {"rows": {"columns": columns}},
            "relationships": [],
        }
    )
    # Comes with ctgan, so it is no dependency of ours.
    torch = importlib.import_module("torch")
    torch.manual_seed(int(secret.generator("ctgan").integers(2**62)))
    synthesizer = CTGANSynthesizer(metadata, enforce_min_max_values=True)
    synthesizer.fit({"rows": _safe_rows(learned, training)})
    drawn = synthesizer.sample(rows)["rows"]
    for name in numeric:
        decimals = marginals[name].decimals  # type: ignore[union-attr]
        drawn[name] = drawn[name].astype(np.float64).round(decimals)
    return pd.DataFrame(drawn[list(marginals)])


def finished(drawn: pd.DataFrame, learned: Learned, secret: Secret) -> pd.DataFrame:
    """Apply the rules, blank what is missing, and give each row new keys.

    Parameters
    ----------
    drawn : DataFrame
        Declared columns.
    learned : Learned
        Rules of the schema, and missing patterns.
    secret : Secret
        Makes the keys.

    Returns
    -------
    DataFrame
        Columns in the order of the schema; floats, or str and None. A text without
        declared levels is left out.
    """
    schema = learned.schema
    texts = {column.name for column in schema.columns if column.type == "string"}
    drawn = drawn.copy()
    for name in learned.empty:
        blank = None if name in texts else np.nan
        drawn[name] = pd.Series(blank, index=drawn.index, dtype=_dtype(name in texts))
    whole = apply_rules(drawn, [schema])
    for pattern, names in learned.absent.items():
        gone = drawn[pattern].to_numpy() == 1
        for name in names:
            whole[name] = whole[name].mask(gone, None if name in texts else np.nan)
    for column in schema.columns:
        if column.use == "link":
            keys = [secret.pseudonym(column.name, i) for i in range(len(whole))]
            whole[column.name] = pd.Series(keys, dtype=object)
    return whole[[c.name for c in schema.columns if c.name in whole]]


def _dtype(is_text: bool) -> Any:
    return object if is_text else np.float64


def _safe_rows(learned: Learned, training: pd.DataFrame) -> pd.DataFrame:
    """Replace each value by the learned marginal's value at the same rank."""
    safe = {}
    for name, marginal in learned.declaration.marginals.items():
        if name in learned.absent:
            column = learned.absent[name][0]
            safe[name] = training[column].isna().astype(np.float64).to_numpy()
            continue
        safe[name] = marginal.values(_scores(training[name], marginal))
    return pd.DataFrame(safe)


def _scores(values: pd.Series, marginal: Marginal) -> NDArray[np.float64]:
    """Give the normal scores of ranks; a missing value ranks in the middle."""
    from scipy.stats import rankdata  # slow to import

    values = order_codes(values, marginal)
    known = values.notna().to_numpy()
    share = np.full(len(values), 0.5)
    share[known] = (rankdata(values[known]) - 0.5) / known.sum()
    scores: NDArray[np.float64] = ndtri(share)
    return scores
