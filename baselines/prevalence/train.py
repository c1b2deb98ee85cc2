"""The constant: every child gets the share found in the training rows.

Run ``python baselines/prevalence/train.py PUBLIC_FOLDER BUNDLE.zip``.
"""

import sys
from pathlib import Path

import pandas as pd
from sklearn.dummy import DummyClassifier

from challenge.client import package

public, bundle = Path(sys.argv[1]), Path(sys.argv[2])
children = pd.read_parquet(public / "train.parquet").set_index("child_id")
target = children.columns[-1]
features, labels = children.drop(columns=target), children[target]

model = DummyClassifier(strategy="prior").fit(features, labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, features, bundle, card=card)
