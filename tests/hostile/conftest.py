"""A real sandbox, and bundles that are up to something."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Job, Limits, Loader, Outcome
from challenge.sandbox import Sandbox, open_sandbox
from challenge.sandbox.handoff import write_rows

ML_MODEL = """
flavors:
  python_function:
    loader_module: bundled
    code: code
    python_version: 3.11.0
"""

PICKLED = """
flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.pkl
  sklearn:
    pickled_model: model.pkl
    serialization_format: pickle
"""

# What MLflow asks of a loader module, around the attack's `predict`.
LOADER = """
import numpy as np

{code}

class Model:
    def predict(self, rows, params=None):
        return predict(rows)

def _load_pyfunc(path):
    return Model()
"""


def one_each(attacks: Iterable[str], *few: str) -> list[object]:
    """Give attacks as parameters; those that end like one of a few are for `full`."""
    return [
        pytest.param(name, marks=[] if name in few else pytest.mark.full)
        for name in attacks
    ]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Where nothing waits: each run starts its own."""
    try:
        sandbox = open_sandbox()
    except SandboxUnavailableError as error:
        if os.environ.get("CI_SANDBOX_REQUIRED") == "1":
            pytest.fail(f"CI needs a sandbox. {error}")
        pytest.skip(str(error))
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def write_bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a bundle of the `python_function` flavour around some source code."""

    def write(code: str, **files: bytes) -> Path:
        path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("MLmodel", ML_MODEL)
            archive.writestr("code/bundled.py", LOADER.format(code=code))
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write


@pytest.fixture(scope="session")
def write_pickle(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a bundle of the `sklearn` flavour around a pickle."""

    def write(model: bytes, about: str = PICKLED, **files: bytes) -> Path:
        path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {
                "MLmodel": about,
                "model.pkl": model,
                **files,
            }.items():
                archive.writestr(name, content)
        return path

    return write


class Code:
    """Source code that, when it is unpickled, runs and becomes a module."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __reduce__(self) -> tuple[object, ...]:
        run = (
            "[module := type(sys)('bundled'), sys.modules.update(bundled=module),"
            " exec(compile(code, 'bundled.py', 'exec'), vars(module))][0]"
        )
        code = f"import numpy as np\n{self._code}"
        return eval, (run, {"sys": Imported(), "code": code})


class Imported:
    """The module `sys` of whoever unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return __import__, ("sys",)


@pytest.fixture(scope="session")
def attack(
    sandbox: Sandbox,
    write_pickle: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Outcome]:
    """Run a bundle around some source code on 40 public and 60 hidden rows.

    The code comes in a pickle, into a sandbox that was made for a booster: any model
    is code whatever it says that it is, and this sandbox is the quickest to start.
    """
    folder = tmp_path_factory.mktemp("rows")
    write_rows(frame(40), folder / "proof.arrow")
    write_rows(frame(60), folder / "hidden.arrow")

    def run(code: str, *, limits: Limits | None = None, **files: bytes) -> Outcome:
        job = Job(
            bundle=write_pickle(pickle.dumps(Code(code)), **files),
            loader=Loader.BOOSTER,
            proof=folder / "proof.arrow",
            proof_count=40,
            hidden=folder / "hidden.arrow",
            limits=limits or Limits(memory_mib=2048, scratch_mib=16),
        )
        return sandbox.run(job, on_stage=lambda _: None)

    return run


def frame(rows: int) -> pd.DataFrame:
    """Features whose first column is itself a good answer."""
    return pd.DataFrame(
        {"share": np.linspace(0.1, 0.9, rows), "kind": ["a", None] * (rows // 2)}
    )
