"""Files of estimators that run a shell when they are read, by every way of reading."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import cloudpickle
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from challenge.records import Job, Limits, Loader, Outcome, Reason
from challenge.sandbox import Sandbox, inspect_bundle
from challenge.sandbox.handoff import write_rows

from .conftest import PICKLED, Code, frame, one_each

pytestmark = pytest.mark.sandbox

# Says what the shell answered, so that silence is no proof of safety.
SHELL = """
import os
print("asked", os.system("echo a-shell-ran"))
def predict(rows): return rows["share"]
"""


class Reducer:
    """What is called the moment that it is read: nothing but a shell."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo a-shell-ran",)


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Outcome]:
    """Run a bundle with the loader that its `MLmodel` asks for, or another."""

    def run(bundle: Path, loader: Loader | None = None) -> Outcome:
        write_rows(frame(40), tmp_path / "proof.arrow")
        write_rows(frame(60), tmp_path / "hidden.arrow")
        job = Job(
            bundle=bundle,
            loader=loader or inspect_bundle(bundle).loader,
            proof=tmp_path / "proof.arrow",
            proof_count=40,
            hidden=tmp_path / "hidden.arrow",
            limits=Limits(memory_mib=2048, scratch_mib=16),
        )
        return sandbox.run(job, on_stage=lambda _: None)

    return run


def skops_file() -> bytes:
    file = io.BytesIO()
    skops.io.dump(FunctionTransformer(os.system), file)
    return file.getvalue()


FILES = {
    "a-pickle": (pickle.dumps(Reducer()), PICKLED),
    "a-cloudpickle": (
        cloudpickle.dumps(Reducer()),
        PICKLED.replace("format: pickle", "format: cloudpickle"),
    ),
    "a-skops-file-that-names-whom-to-trust": (
        skops_file(),
        PICKLED.replace("format: pickle", "format: skops")
        + "    skops_trusted_types: [posix.system]\n",
    ),
    "a-skops-file-that-names-nobody": (
        skops_file(),
        PICKLED.replace("format: pickle", "format: skops"),
    ),
}


@pytest.mark.parametrize(
    "name", one_each(FILES, "a-pickle", "a-skops-file-that-names-whom-to-trust")
)
def test_a_file_that_runs_a_shell_is_no_model(
    run: Callable[..., Outcome], write_pickle: Callable[..., Path], name: str
) -> None:
    model, about = FILES[name]

    bundle = write_pickle(model, about)
    outcome = run(bundle)

    assert inspect_bundle(bundle).loader is Loader.SKLEARN
    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.LOAD_ERROR
    assert "a-shell-ran" not in outcome.log


WARMED_UP = {
    "in-a-sandbox-for-boosters": Loader.BOOSTER,
    "in-a-sandbox-with-mlflow": Loader.PYFUNC,
}


@pytest.mark.parametrize("name", one_each(WARMED_UP, "in-a-sandbox-for-boosters"))
def test_a_shell_is_refused_whatever_was_warmed_up(
    run: Callable[..., Outcome], write_pickle: Callable[..., Path], name: str
) -> None:
    outcome = run(write_pickle(pickle.dumps(Code(SHELL))), WARMED_UP[name])

    assert outcome.refusal is None, outcome.log
    assert "asked " in outcome.log
    assert "asked 0" not in outcome.log
    assert "a-shell-ran" not in outcome.log


def test_a_bundle_that_tells_us_less_than_mlflow_gains_nothing(
    run: Callable[..., Outcome], write_pickle: Callable[..., Path]
) -> None:
    """A merge key means nothing to the parser outside, and code to the one inside."""
    about = PICKLED.replace("flavors:", "base: &base\n  code: code\nflavors:").replace(
        "python_function:\n", "python_function:\n    <<: *base\n"
    )
    files = {"code/elsewhere.py": b"import os\nos.system('echo a-shell-ran')\n"}
    code = "import elsewhere\ndef predict(rows): return rows['share']\n"

    bundle = write_pickle(pickle.dumps(Code(code)), about, **files)
    outcome = run(bundle)

    assert inspect_bundle(bundle).loader is Loader.SKLEARN
    assert outcome.refusal is None, outcome.log
    assert "a-shell-ran" not in outcome.log
