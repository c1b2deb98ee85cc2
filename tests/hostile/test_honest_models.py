"""Models that mean well: what a sandbox must not spoil."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from challenge.client import package
from challenge.records import Job, Loader, Outcome, Reason, Stage
from challenge.sandbox import Sandbox, inspect_bundle
from challenge.sandbox.handoff import write_rows

pytestmark = [
    pytest.mark.sandbox,
    # MLflow's own, while importing (hence below) and while saving.
    pytest.mark.filterwarnings("ignore"),
]


def draw(rows: int, *, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    features = pd.DataFrame(generator.normal(size=(rows, 3)), columns=["a", "b", "c"])
    return features.mask(generator.random(features.shape) < 0.1)


PRACTICE, HIDDEN = draw(50, seed=1), draw(400, seed=2)
LABELS = (PRACTICE["a"].fillna(0) > 0).to_numpy()


def fit_pipeline() -> Pipeline:
    return make_pipeline(SimpleImputer(), LogisticRegression()).fit(PRACTICE, LABELS)


def pack(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder))


def run(
    sandbox: Sandbox,
    bundle: Path,
    *,
    loader: Loader = Loader.PYFUNC,
    count: int = len(PRACTICE),
    hidden: pd.DataFrame | None = HIDDEN,
    on_stage: Callable[[Stage], None] = lambda _: None,
) -> Outcome:
    folder = bundle.parent
    write_rows(PRACTICE, folder / "proof.arrow")
    if hidden is not None:
        write_rows(hidden, folder / "hidden.arrow")
    job = Job(
        bundle=bundle,
        loader=loader,
        proof=folder / "proof.arrow",
        proof_count=count,
        hidden=None if hidden is None else folder / "hidden.arrow",
    )
    return sandbox.run(job, on_stage=on_stage)


def test_a_pipeline_gives_the_same_numbers_as_outside(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    import mlflow.sklearn

    model = fit_pipeline()
    mlflow.sklearn.save_model(
        model,
        tmp_path / "model",
        pyfunc_predict_fn="predict_proba",
        input_example=PRACTICE.head(),
        skops_trusted_types=["numpy.dtype"],
        pip_requirements=["scikit-learn"],
    )
    bundle = pack(tmp_path / "model")

    outcome = run(sandbox, bundle, loader=Loader.SKLEARN)

    assert inspect_bundle(bundle).flavour == "sklearn"
    assert outcome.refusal is None, outcome.log
    # The order of the rows changes how sums are vectorised, hence the tolerance.
    for got, rows in ((outcome.practice, PRACTICE), (outcome.hidden, HIDDEN)):
        np.testing.assert_allclose(got, model.predict_proba(rows)[:, 1], rtol=1e-12)


def test_a_booster_gives_the_same_numbers_as_outside(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    import mlflow.lightgbm

    model = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5},
        lightgbm.Dataset(PRACTICE, LABELS),
        num_boost_round=5,
    )
    mlflow.lightgbm.save_model(model, tmp_path / "model", pip_requirements=["lightgbm"])
    bundle = pack(tmp_path / "model")

    outcome = run(sandbox, bundle, loader=Loader.BOOSTER)

    assert inspect_bundle(bundle).flavour == "lightgbm"
    assert outcome.refusal is None, outcome.log
    np.testing.assert_array_equal(outcome.hidden, model.predict(HIDDEN))


def test_a_pickled_pipeline_that_predicts_labels_is_told_how_to_mend_that(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        fit_pipeline(),
        tmp_path / "model",
        serialization_format="cloudpickle",
        pip_requirements=["scikit-learn"],
    )

    outcome = run(sandbox, pack(tmp_path / "model"), loader=Loader.SKLEARN)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.LABELS
    assert 'pyfunc_predict_fn="predict_proba"' in outcome.refusal.hint


def test_a_model_from_code_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    import mlflow.pyfunc

    source = tmp_path / "model_code.py"
    source.write_text(
        "import mlflow.pyfunc\n"
        "import pandas as pd\n"
        "class Model(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input: pd.DataFrame, params=None):\n"
        "        return [[0.25]] * len(model_input)\n"
        "mlflow.models.set_model(Model())\n"
    )
    mlflow.pyfunc.save_model(
        tmp_path / "model", python_model=str(source), pip_requirements=["mlflow"]
    )
    bundle = pack(tmp_path / "model")

    outcome = run(sandbox, bundle)

    assert inspect_bundle(bundle).flavour == "python_function"
    assert outcome.refusal is None, outcome.log
    np.testing.assert_array_equal(outcome.hidden, np.full(400, 0.25))


@pytest.mark.parametrize("loader", [Loader.SKLEARN, Loader.BOOSTER])
def test_a_sandbox_made_for_another_kind_of_model_gives_the_right_answer(
    sandbox: Sandbox, tmp_path: Path, loader: Loader
) -> None:
    """An LGBMClassifier, also where scikit-learn was kept out of LightGBM."""
    model = lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1)
    model = make_pipeline(SimpleImputer(), model).fit(PRACTICE.to_numpy(), LABELS)
    bundle = package(model, PRACTICE, tmp_path / "bundle.zip")

    outcome = run(sandbox, bundle, loader=loader)

    assert outcome.refusal is None, outcome.log
    np.testing.assert_array_equal(outcome.hidden, model.predict_proba(HIDDEN)[:, 1])


def test_a_proof_run_on_its_own_answers_the_public_rows_and_no_more(
    sandbox: Sandbox, write_bundle: Callable[..., Path]
) -> None:
    bundle = write_bundle(
        "def predict(rows): print(len(rows)); return [0.5] * len(rows)"
    )
    stages: list[Stage] = []

    outcome = run(sandbox, bundle, count=20, hidden=None, on_stage=stages.append)

    assert outcome.refusal is None
    assert outcome.log == "50\n"
    assert (len(outcome.practice), outcome.hidden) == (20, None)
    assert stages == [Stage.PROOF]


@pytest.mark.parametrize(
    ("code", "is_steady"),
    [
        ("def predict(rows): return rows['share']", True),
        ("def predict(rows): return np.random.default_rng().random(len(rows))", False),
        ("def predict(rows): return np.linspace(0, 1, len(rows))", False),
    ],
    ids=["steady", "by-chance", "by-place"],
)
def test_an_answer_that_changes_when_asked_again_is_reported_and_counts(
    attack: Callable[..., Outcome], code: str, is_steady: bool
) -> None:
    outcome = attack(code)

    assert outcome.refusal is None
    assert outcome.hidden is not None
    assert (outcome.repeat_difference == 0.0) is is_steady


def test_a_model_that_fails_when_asked_again_is_told_so_at_the_proof_run(
    attack: Callable[..., Outcome],
) -> None:
    code = """
asked = []
def predict(rows):
    asked.append(len(rows))
    print("asked", len(asked))
    if len(asked) > 1:
        raise ValueError("only once")
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is not None
    assert outcome.refusal.stage is Stage.PROOF
    assert outcome.refusal.reason is Reason.PREDICT_ERROR
    assert "asked 2" in outcome.log
    assert "ValueError: only once" in outcome.log


def test_answers_come_back_in_the_order_of_the_rows(
    attack: Callable[..., Outcome],
) -> None:
    outcome = attack("def predict(rows): return rows['share']")

    np.testing.assert_array_equal(outcome.practice, np.linspace(0.1, 0.9, 40))
    np.testing.assert_array_equal(outcome.hidden, np.linspace(0.1, 0.9, 60))


def test_hidden_rows_go_in_shuffled_and_public_rows_do_not(
    attack: Callable[..., Outcome],
) -> None:
    outcome = attack("def predict(rows): return np.linspace(0, 1, len(rows))")

    assert (np.diff(outcome.practice) > 0).all()
    assert not (np.diff(outcome.hidden) > 0).all()
    np.testing.assert_array_equal(np.sort(outcome.hidden), np.linspace(0, 1, 60))


def test_rows_arrive_as_they_were_without_index_and_with_gaps(
    attack: Callable[..., Outcome],
) -> None:
    code = """
def predict(rows):
    print(list(rows.columns), list(rows.dtypes.astype(str)), list(rows.index[:2]))
    print(rows["kind"].isna().sum(), rows["kind"].iloc[0])
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.log.splitlines() == [
        "['share', 'kind'] ['float64', 'object'] [0, 1]",
        "20 a",
    ]


def test_runs_side_by_side_do_not_mix(attack: Callable[..., Outcome]) -> None:
    shares = [0.2, 0.4, 0.6]

    with ThreadPoolExecutor() as threads:
        outcomes = threads.map(
            attack, [f"def predict(rows): return [{s}] * len(rows)" for s in shares]
        )

    assert [outcome.hidden[0] for outcome in outcomes] == shares


def test_hash_seed_and_threads_are_fixed(attack: Callable[..., Outcome]) -> None:
    code = """
import os
def predict(rows):
    print(hash("a word"), os.environ["OMP_NUM_THREADS"])
    return rows["share"]
"""

    outcome = attack(code)

    expected = subprocess.run(
        [sys.executable, "-c", "print(hash('a word'), 1)"],
        env={"PYTHONHASHSEED": "0"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert outcome.log == expected


def test_stages_are_told_and_use_is_measured_in_powers_of_two(
    sandbox: Sandbox, write_bundle: Callable[..., Path]
) -> None:
    stages: list[Stage] = []

    outcome = run(
        sandbox,
        write_bundle("def predict(rows): b'x' * (300 << 20); return [0.5] * len(rows)"),
        on_stage=stages.append,
    )

    assert stages == [Stage.PROOF, Stage.SCORING]
    assert outcome.memory_mib in (512, 1024)
    assert outcome.cpu_seconds in (1, 2, 4, 8, 16)
