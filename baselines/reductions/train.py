"""Logistic regressions under a constraint on a gap, by fairlearn's reductions.

Needs fairlearn while training: ``pip install "kansrijk[baselines]"``.
Run ``python baselines/reductions/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

import numpy as np
from fairlearn.reductions import ErrorRate, ExponentiatedGradient
from fairlearn.reductions import TruePositiveRateParity as FoundAlike
from scipy.special import logit
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from challenge.client import explained, open_data, package

ATTRIBUTE = "origin"  # of the groups file: used while training, never a feature
BOUND = 0.02  # how much the share that is found may differ between its groups

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train
filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
words = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
numbers = make_pipeline(filled, StandardScaler())
prepare = make_column_transformer(
    (numbers, make_column_selector(dtype_include="number")),
    (words, make_column_selector(dtype_exclude="number")),
    sparse_threshold=0,
)
X, y = prepare.fit_transform(train.features), train.labels

# To miss a child costs more as the outcome is rarer, or nobody would be found.
rare = float(y.mean())
search = ExponentiatedGradient(
    LogisticRegression(C=0.1, max_iter=1000),
    FoundAlike(difference_bound=BOUND),
    objective=ErrorRate(costs={"fp": rare, "fn": 1 - rare}),
    eps=BOUND,
    max_iter=25,
).fit(X, y, sensitive_features=train.groups[ATTRIBUTE])
# Fairlearn stays here: what travels are its logistic regressions and their weights.
mixed = [(w, search.predictors_[i]) for i, w in search.weights_.items() if w > 0]


def lean(X):
    """Give what the mixture says, as log odds."""
    said = sum(weight * each.predict_proba(X)[:, 1] for weight, each in mixed)
    return logit(np.clip(said, 1e-6, 1 - 1e-6)).reshape(-1, 1)


# Those costs made its chances too high: back to how often it came true.
level = LogisticRegression().fit(lean(X), y)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(
    lambda frame: level.predict_proba(lean(prepare.transform(frame)))[:, 1],
    train.features,
    sys.argv[2],
    card=card,
)
