"""Gradient boosted trees; what they say is set right on buurten they did not see.

Run ``python baselines/lightgbm-calibrated/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from challenge.client import explained, open_data, package

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train

# Words become numbers; missing values are left to the trees.
words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
trees = LGBMClassifier(
    n_estimators=130,  # what `lightgbm` found best in a rehearsal, like the leaves
    learning_rate=0.05,
    num_leaves=4,
    min_child_samples=100,
    colsample_bytree=0.5,
    reg_lambda=10.0,
    random_state=0,
    n_jobs=1,
    verbose=-1,
)
uncalibrated = make_pipeline(
    make_column_transformer(
        (words, make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas"),
    trees,
)
# Five times: trees grow on four fifths of the buurten, and a curve from what they say
# to how often it came true is drawn on the fifth. The five are averaged.
fifths = GroupKFold(5).split(train.features, train.labels, groups=train.clusters)
model = CalibratedClassifierCV(uncalibrated, method="sigmoid", cv=list(fifths))
model.fit(train.features, train.labels)
model.cv = None  # who was in which fifth is of no use to anybody now
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, train.features, sys.argv[2], card=card)
