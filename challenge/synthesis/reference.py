"""The reference model: what a plain model does to groups, on the same rows.

A perfect model misses some groups more often than others wherever base rates differ.
The policy therefore asks what a submission adds to the gaps of a plain model that saw
the same tables. Its predictions of hidden rows are sealed: beside scores they would
tell labels. Those of practice rows are published: anybody who has the training rows
can make them, and whoever scores practice rows at home needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.brief import Brief
from challenge.errors import ContentRefusedError, Fault
from challenge.synthesis.tables.frame import visible
from leaderboard import quantised

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

LARGEST = 100_000
"""Rows that it is trained on at most: what bounds the memory of a build."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A trained model per source set.

    Attributes
    ----------
    brief : Brief
        Says what each source set sees.
    models : mapping of str to Pipeline
        By name of the source set.
    """

    brief: Brief
    models: Mapping[str, Pipeline]

    def predict(self, frame: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
        """Predict rows as each source set sees them.

        Parameters
        ----------
        frame : DataFrame, shape (n_rows, n_columns)
            Features of every table; other columns may stand beside them.

        Returns
        -------
        dict of str to ndarray of float, shape (n_rows,)
            By source set: probabilities in the form in which submissions are
            scored, see `leaderboard.quantised`.
        """
        # Not in a team's installation, which only reads releases.
        from threadpoolctl import threadpool_limits

        features = frame[list(self.brief.feature_names)]
        # One thread: sums come out the same on any number of processors.
        with threadpool_limits(1):
            return {
                source: quantised(
                    model.predict_proba(visible(features, source, self.brief))[:, 1]
                )
                for source, model in self.models.items()
            }


def train_reference(
    frame: pd.DataFrame, labels: NDArray[np.bool_], brief: Brief
) -> Reference:
    """Train the reference model of every source set.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Training rows with the features of every table.
    labels : ndarray of bool, shape (n_rows,)
        The target.
    brief : Brief
        Says what each source set sees.

    Returns
    -------
    Reference
        The same for the same rows.

    Raises
    ------
    ContentRefusedError
        If all labels are alike: nothing can be learned from such rows.
    """
    if labels.all() or not labels.any():
        problem = f"The target is the same in all {len(labels)} training rows."
        repair = "Give the set more rows."
        fault = Fault(
            "brief.toml", None, "sets.train", "set-too-small", problem, repair
        )
        raise ContentRefusedError((fault,))
    from threadpoolctl import threadpool_limits

    features = frame[list(brief.feature_names)]
    with threadpool_limits(1):
        models = {
            source: plain_model().fit(visible(features, source, brief), labels)
            for source in brief.source_names
        }
    return Reference(brief, models)


def plain_model() -> Pipeline:
    """Make the model that a statistician would start with, not trained yet.

    Missing numbers are marked and filled with the median; rare words go together.
    The baseline `logistic` starts from this one, and lets numbers bend besides.

    Returns
    -------
    Pipeline
        Logistic regression with an L2 penalty.

    References
    ----------
    le Cessie & van Houwelingen (1992), "Ridge estimators in logistic regression",
    Applied Statistics 41(1), 191-201.
    """
    # Slow to import.
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    words = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
    return make_pipeline(
        make_column_transformer(
            (numbers, make_column_selector(dtype_include="number")),
            (words, make_column_selector(dtype_exclude="number")),
        ),
        # Newton steps end where the model is, whatever the machine adds up first.
        LogisticRegression(C=0.1, solver="newton-cholesky", tol=1e-6),
    )
