"""Gradient boosted trees; the number of trees is chosen on whole buurten held out.

Run ``python baselines/lightgbm/train.py PUBLIC_FOLDER BUNDLE.zip``.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from challenge.client import package

if len(sys.argv) != 3:
    sys.exit("usage: train.py PUBLIC_FOLDER BUNDLE.zip")
public, bundle = map(Path, sys.argv[1:])
facts = json.loads((public / "manifest.json").read_text(encoding="utf-8"))
children = pd.read_parquet(public / "train.parquet")
groups = pd.read_parquet(public / "groups.parquet").set_index(facts["key"])
features, labels = children[facts["features"]], children[facts["target"]]
buurt = groups.loc[children[facts["key"]], facts["cluster"]]

words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
trees = LGBMClassifier(
    learning_rate=0.05,
    num_leaves=7,
    min_child_samples=100,
    reg_lambda=10.0,
    colsample_bytree=0.5,
    random_state=0,
    n_jobs=1,
    verbose=-1,
)
pipeline = make_pipeline(
    make_column_transformer(
        (words, make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas"),
    trees,
)
search = GridSearchCV(
    pipeline,
    {"lgbmclassifier__n_estimators": [50, 100, 150, 250]},
    scoring="neg_brier_score",
    cv=GroupKFold(3),
).fit(features, labels, groups=buurt)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(search.best_estimator_, features, bundle, card=card)
