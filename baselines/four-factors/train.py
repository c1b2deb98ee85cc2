"""Four circumstances, there or not there: a yardstick that fits on a note.

Run ``python baselines/four-factors/train.py DATA BUNDLE.zip``.
"""

import sys
from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from challenge.client import explained, open_data, package

# Factor -> column of the release, and when it holds; a missing value never does.
FACTORS = {
    "one parent": ("household_type", lambda said: said == "single_parent"),
    "mother without paid work": ("employment_mother", lambda said: said == "none"),
    "home of a housing association": ("tenure", lambda said: said == "social_rent"),
    "mother under 23": ("mother_age_at_birth", lambda years: years < 23),
}

if len(sys.argv) != 3:
    sys.exit("usage: train.py DATA BUNDLE.zip")
with explained():
    train = open_data(sys.argv[1]).train
if "paid_work" in train.features:  # as the quickstart calls it
    FACTORS["mother without paid work"] = ("paid_work", lambda said: said == 0)
used = {column: holds for column, holds in FACTORS.values() if column in train.features}
missing = [name for name, (column, _) in FACTORS.items() if column not in used]
if not used:
    columns = ", ".join(column for column, _ in FACTORS.values())
    sys.exit(f"This release has none of {columns}: take another baseline.")
if missing:
    print(f"No column in this release for: {', '.join(missing)}.", file=sys.stderr)


def hold(frame):
    """Give a column of 0 and 1 for each factor."""
    return pd.DataFrame({c: holds(frame[c]) for c, holds in used.items()}).astype(float)


model = make_pipeline(FunctionTransformer(hold), LogisticRegression())
model.fit(train.features, train.labels)
card = Path(__file__).with_name("CARD.md").read_text(encoding="utf-8")
package(model, train.features, sys.argv[2], card=card)
