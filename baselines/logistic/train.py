"""Logistic regression on every feature, missing values marked and filled.

Run ``python baselines/logistic/train.py PUBLIC_FOLDER BUNDLE.zip``.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from challenge.client import package

if len(sys.argv) != 3:
    sys.exit("usage: train.py PUBLIC_FOLDER BUNDLE.zip")
public, bundle = map(Path, sys.argv[1:])
facts = json.loads((public / "manifest.json").read_text(encoding="utf-8"))
children = pd.read_parquet(public / "train.parquet")
features, labels = children[facts["features"]], children[facts["target"]]

numbers = make_pipeline(
    SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
    StandardScaler(),
)
words = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
model = make_pipeline(
    make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (words, make_column_selector(dtype_exclude="number")),
    ),
    LogisticRegression(C=0.1, max_iter=1000),
).fit(features, labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, features, bundle, card=card)
