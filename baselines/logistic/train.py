"""Logistic regression on every feature: bends for numbers, missing values marked.

Run ``python baselines/logistic/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

from sklearn.compose import make_column_transformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

from challenge.client import explained, open_data, package

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train
features = train.features

numbers = features.select_dtypes("number").columns
words = [column for column in features if column not in numbers]
# Counts and yes or no stay straight lines; a curve needs values to bend at.
curved = [column for column in numbers if features[column].nunique() > 20]
straight = [column for column in numbers if column not in curved]


def filled():
    """Fill with the median; a column that is missing everywhere stays, as zeros."""
    return SimpleImputer(strategy="median", keep_empty_features=True)


bends = SplineTransformer(
    n_knots=4, knots="quantile", extrapolation="linear", include_bias=False
)
model = make_pipeline(
    make_column_transformer(
        (make_pipeline(filled(), StandardScaler(), bends), curved),
        (make_pipeline(filled(), StandardScaler()), straight),
        (MissingIndicator(features="all"), list(numbers)),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20), words),
    ),
    LogisticRegression(C=0.1, max_iter=2000),
).fit(features, train.labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, features, sys.argv[2], card=card)
