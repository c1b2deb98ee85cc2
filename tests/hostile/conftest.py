"""A real sandbox, and bundles that are up to something."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits, Outcome
from challenge.sandbox import Sandbox, open_sandbox

ML_MODEL = """
flavors:
  python_function:
    loader_module: bundled
    code: code
    python_version: 3.11.0
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


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    try:
        return open_sandbox()
    except SandboxUnavailableError as error:
        if os.environ.get("CI_SANDBOX_REQUIRED") == "1":
            pytest.fail(f"CI needs a sandbox. {error}")
        pytest.skip(str(error))


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
def attack(
    sandbox: Sandbox, write_bundle: Callable[..., Path]
) -> Callable[..., Outcome]:
    """Run a bundle around some source code on 40 public and 60 hidden rows."""

    def run(code: str, *, limits: Limits | None = None, **files: bytes) -> Outcome:
        return sandbox.run(
            write_bundle(code, **files),
            practice=frame(40),
            hidden=frame(60),
            limits=limits or Limits(memory_mib=2048, scratch_mib=16),
            on_stage=lambda _: None,
        )

    return run


def frame(rows: int) -> pd.DataFrame:
    """Features whose first column is itself a good answer."""
    return pd.DataFrame(
        {"share": np.linspace(0.1, 0.9, rows), "kind": ["a", None] * (rows // 2)}
    )
