"""The guest's own loaders against MLflow's, in one process."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from challenge.client import package
from challenge.sandbox.guest.loading import find_loader, load_model

# MLflow's own, while importing and while saving.
pytestmark = pytest.mark.filterwarnings("ignore")

GENERATOR = np.random.default_rng(7)
NUMBERS = pd.DataFrame(GENERATOR.normal(size=(300, 3)), columns=["a", "b", "c"])
NUMBERS = NUMBERS.mask(GENERATOR.random(NUMBERS.shape) < 0.1)
LABELS = (NUMBERS["a"].fillna(0) > 0).to_numpy()
ROWS = NUMBERS.assign(
    count=np.arange(300) % 5, kind=np.where(LABELS, "yes", None), seen=LABELS[::-1]
)
# As a release adds columns, or writes them in another order.
ROWS_AS_GIVEN = ROWS.iloc[:, ::-1].assign(more=1.0)


def save_estimator(form: str) -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        import mlflow.sklearn

        mlflow.sklearn.save_model(
            fit(LogisticRegression()),
            folder,
            serialization_format=form,
            pyfunc_predict_fn="predict_proba",
            signature=mlflow.models.infer_signature(ROWS, LABELS),
            skops_trusted_types=["numpy.dtype"] if form == "skops" else None,
            pip_requirements=["scikit-learn"],
        )

    return save


def save_booster(folder: Path) -> None:
    import mlflow.lightgbm

    data = lightgbm.Dataset(NUMBERS, LABELS)
    model = lightgbm.train({"objective": "binary", "verbose": -1}, data, 5)
    signature = mlflow.models.infer_signature(NUMBERS, LABELS)
    mlflow.lightgbm.save_model(
        model, folder, signature=signature, pip_requirements=["lightgbm"]
    )


def save_classifier(folder: Path) -> None:
    import mlflow.lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(NUMBERS, LABELS)
    signature = mlflow.models.infer_signature(NUMBERS, LABELS)
    mlflow.lightgbm.save_model(
        model, folder, signature=signature, pip_requirements=["lightgbm"]
    )


def save_with_package(folder: Path) -> None:
    model = fit(lightgbm.LGBMClassifier(n_estimators=3, verbose=-1))
    # `package` declares every number as a release has it, and MLflow converts none.
    path = package(model, ROWS, folder.with_suffix(".zip"))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)


def fit(model: Any) -> Any:
    prepare = make_column_transformer(
        (SimpleImputer(), ["a", "b", "c", "count"]),
        (OneHotEncoder(handle_unknown="ignore"), ["kind", "seen"]),
    )
    return make_pipeline(prepare, model).fit(ROWS, LABELS)


@pytest.mark.parametrize(
    ("save", "loader"),
    [
        (save_estimator("pickle"), "sklearn"),
        (save_estimator("cloudpickle"), "sklearn"),
        (save_estimator("skops"), "sklearn"),
        (save_booster, "booster"),
        (save_classifier, "sklearn"),
        (save_with_package, "sklearn"),
    ],
    ids=["pickle", "cloudpickle", "skops", "booster", "lgbm-classifier", "package"],
)
def test_the_answer_is_that_of_mlflow_to_the_last_bit(
    save: Callable[[Path], None], loader: str, tmp_path: Path
) -> None:
    import mlflow.pyfunc

    save(tmp_path / "model")
    rows = ROWS_AS_GIVEN
    if save is save_with_package:
        rows = rows.astype({"count": float, "seen": float})
    expected = mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(rows)

    answer = load_model(tmp_path / "model")(rows)

    facts = yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())
    assert find_loader(facts) == loader
    np.testing.assert_array_equal(answer, expected)


@pytest.mark.parametrize("required", [True, False])
def test_a_column_that_is_missing_is_named_if_it_is_required(
    tmp_path: Path, required: bool
) -> None:
    """As MLflow does; a column with gaps in a team's sample is declared optional."""
    save_booster(tmp_path / "model")
    path = tmp_path / "model" / "MLmodel"
    facts = yaml.safe_load(path.read_text())
    columns = json.loads(facts["signature"]["inputs"])
    columns.append({"name": "z", "type": "double", "required": required})
    facts["signature"]["inputs"] = json.dumps(columns)
    path.write_text(yaml.safe_dump(facts))
    predict = load_model(tmp_path / "model")

    if required:
        with pytest.raises(KeyError, match="no column 'z'"):
            predict(NUMBERS)
    else:
        assert len(predict(NUMBERS)) == len(NUMBERS)


SKLEARN = {"loader_module": "mlflow.sklearn", "model_path": "model.pkl"}
BOOSTER = {"loader_module": "mlflow.lightgbm"}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        "words",
        {"flavors": []},
        {"flavors": {"python_function": {"loader_module": "mlflow.pyfunc.model"}}},
        {"flavors": {"python_function": SKLEARN}},
        {"flavors": {"python_function": {**SKLEARN, "code": "code"}, "sklearn": {}}},
        {"flavors": {"python_function": {**SKLEARN, "config": {}, "code": ["x"]}}},
        {
            "flavors": {
                "python_function": {**SKLEARN, "predict_fn": "score"},
                "sklearn": {},
            }
        },
        {
            "flavors": {
                "python_function": SKLEARN,
                "sklearn": {"serialization_format": "another"},
            }
        },
        {
            "flavors": {"python_function": SKLEARN, "sklearn": {}},
            "signature": {"inputs": '[{"type": "tensor"}]'},
        },
        {
            "flavors": {"python_function": SKLEARN, "sklearn": {}},
            "signature": {"inputs": "no JSON"},
        },
        {
            "flavors": {"python_function": BOOSTER, "lightgbm": {}},
            "metadata": {"mlflow.model.isExternal": True},
        },
        {"flavors": {"python_function": {**BOOSTER, "predict_fn": "other"}}},
        {
            "flavors": {
                "python_function": BOOSTER,
                "lightgbm": {"model_class": "x.Y", "serialization_format": "z"},
            }
        },
    ],
    ids=range(14),
)
def test_whatever_is_odd_goes_through_mlflow(facts: object) -> None:
    assert find_loader(facts) == "pyfunc"
