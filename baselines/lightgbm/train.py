"""Gradient boosted trees, tuned; they stop growing by whole buurten held out.

Run ``python baselines/lightgbm/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

import lightgbm
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from challenge.client import explained, open_data, package

# Slow learning, and half the columns for each tree: fewer rows fit by chance.
SETTINGS = {
    "learning_rate": 0.05,
    "colsample_bytree": 0.5,
    "min_child_samples": 100,
    "reg_lambda": 10.0,
    "n_jobs": 1,
    "verbose": -1,
}
LEAVES, MOST_TREES = (4, 8), 400

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train

# Words become numbers; missing values are left to the trees.
words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
to_numbers = make_column_transformer(
    (words, make_column_selector(dtype_exclude="number")),
    remainder="passthrough",
    verbose_feature_names_out=False,
).set_output(transform="pandas")
X, y = to_numbers.fit_transform(train.features), train.labels
# Neighbours stand on one side: what holds in one buurt need not hold in the next.
thirds = list(GroupKFold(3).split(X, y, groups=train.clusters))


def grow(leaves):
    """Give the loss on buurten held out, the number of trees, and of their leaves."""
    options = {**SETTINGS, "objective": "binary", "num_leaves": leaves, "seed": 0}
    losses = lightgbm.cv(
        options,
        lightgbm.Dataset(X, y),
        num_boost_round=MOST_TREES,
        folds=thirds,
        callbacks=[lightgbm.early_stopping(30, verbose=False)],
    )["valid binary_logloss-mean"]
    return losses[-1], len(losses), leaves


loss, count, leaves = min(map(grow, LEAVES))
print(f"{count} trees of {leaves} leaves: log loss {loss:.4f} on buurten held out.")
best = {**SETTINGS, "n_estimators": count, "num_leaves": leaves, "random_state": 0}
model = make_pipeline(to_numbers, lightgbm.LGBMClassifier(**best).fit(X, y))
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, train.features, sys.argv[2], card=card)
