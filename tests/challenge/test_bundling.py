"""From a trained model to a bundle, or a refusal before anything is uploaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.bundling import package
from challenge.errors import PackagingRefusedError
from challenge.sandbox import inspect_bundle


class Fixed:
    """A model that answers what it is told to."""

    def __init__(self, answer) -> None:
        self.answer = answer

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        if isinstance(self.answer, Exception):
            raise self.answer
        return np.full((len(frame), 2), self.answer)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"age": [30.0, None], "home": ["rent", None]})


def test_the_same_model_gives_the_same_card_and_passes_inspection(
    bundle: Path,
) -> None:
    facts = inspect_bundle(bundle)
    assert (facts.flavour, facts.title, facts.baseline) == ("sklearn", "Honest", None)
    assert "intended_use" in facts.card


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (object(), "has no predict_proba"),
        (Fixed(ValueError("no such column")), "no such column"),
        (Fixed(1.5), "one probability in"),
        (Fixed(np.nan), "one probability in"),
    ],
    ids=["no probabilities", "an error", "outside [0, 1]", "missing values"],
)
def test_what_the_server_would_refuse_is_refused_before_upload(
    model, told: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(PackagingRefusedError, match=told) as refused:
        package(model, frame, tmp_path / "model.zip")
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_card_of_ones_own_is_put_in_unchanged(
    train, pipeline, tmp_path: Path
) -> None:
    features, labels = train
    card = "---\ntitle: Own\nbaseline: example\n---\n\nWords.\n"
    path = package(
        pipeline().fit(features, labels), features, tmp_path / "m.zip", card=card
    )
    facts = inspect_bundle(path)
    assert facts.card == card
    assert (facts.title, facts.baseline) == ("Own", "example")
