"""The constant: every child gets the share found in the training rows.

Run ``python baselines/prevalence/train.py PUBLIC_FOLDER BUNDLE.zip``.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from sklearn.dummy import DummyClassifier

from challenge.client import package

if len(sys.argv) != 3:
    sys.exit("usage: train.py PUBLIC_FOLDER BUNDLE.zip")
public, bundle = map(Path, sys.argv[1:])
facts = json.loads((public / "manifest.json").read_text(encoding="utf-8"))
children = pd.read_parquet(public / "train.parquet")
features, labels = children[facts["features"]], children[facts["target"]]

model = DummyClassifier(strategy="prior").fit(features, labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, features, bundle, card=card)
