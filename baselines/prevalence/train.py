"""The constant: every child gets the share found in the training rows.

Run ``python baselines/prevalence/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

from sklearn.dummy import DummyClassifier

from challenge.client import explained, open_data, package

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train

model = DummyClassifier(strategy="prior").fit(train.features, train.labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, train.features, sys.argv[2], card=card)
