"""The same sandbox for a worker that is not root."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import challenge

pytestmark = pytest.mark.sandbox

ORDINARY = 12345  # no account has it; the kernel does not mind
OPTIONS = [
    "tests/hostile",
    *("-q", "-n", "2", "-m", "not full", "-p", "no:cacheprovider"),
    "--ignore=tests/hostile/test_ordinary_user.py",
]
WORKER = """
import os, sys, tempfile
from pathlib import Path
import pandas as pd
from challenge.records import Job, Loader
from challenge.sandbox import open_sandbox
from challenge.sandbox.handoff import write_rows
from challenge.shelf import Folder

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "bundle.zip").write_bytes(sys.stdin.buffer.read())
    write_rows(pd.DataFrame({"share": [0.25, 0.75]}), folder / "rows.arrow")
    rows = Path("rows.arrow")
    job = Job(Path("bundle.zip"), Loader.PYFUNC, rows, 2, rows)
    with open_sandbox(shelf=Folder(folder)) as sandbox:
        outcome = sandbox.run(job, on_stage=str)
print(os.getuid(), outcome.refusal, outcome.log.strip(), outcome.hidden.tolist())
"""


def find_interpreter() -> tuple[str, dict[str, str]]:
    """Find a Python that an ordinary user may start, with this one's packages."""
    packages = [path for path in sys.path if path.endswith("-packages")]
    source = str(Path(challenge.__file__).parents[1])
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([*packages, source]),
    }
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}"):
        try:
            subprocess.run(
                [candidate, "-c", "import pandas, pyarrow, challenge.sandbox"],
                env=environment,
                check=True,
                capture_output=True,
                user=ORDINARY,
                group=ORDINARY,
                extra_groups=[],
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate, environment
    pytest.skip("No interpreter and packages here are readable by an ordinary user.")


@pytest.mark.skipif(os.geteuid() != 0, reason="Every other test here runs this way.")
def test_an_ordinary_user_needs_no_stage(write_bundle: Callable[..., Path]) -> None:
    python, environment = find_interpreter()
    bundle = write_bundle(
        "import os\ndef predict(rows): print(os.getuid()); return rows['share']"
    )

    done = subprocess.run(
        [python, "-c", WORKER],
        env=environment,
        check=False,
        capture_output=True,
        input=bundle.read_bytes(),
        user=ORDINARY,
        group=ORDINARY,
        extra_groups=[],
    )

    assert done.stderr.decode() == ""
    assert done.stdout.decode() == f"{ORDINARY} None 65534 [0.25, 0.75]\n"


@pytest.mark.full
@pytest.mark.skipif(os.geteuid() != 0, reason="This is such a run.")
def test_every_attack_ends_as_well_for_an_ordinary_user() -> None:
    python, environment = find_interpreter()
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, ORDINARY, ORDINARY)

        done = subprocess.run(
            [python, "-m", "pytest", *OPTIONS, "--basetemp", f"{home}/tests"],
            cwd=root,
            env=environment | {"HOME": home, "TMPDIR": home, "NUMBA_CACHE_DIR": home},
            check=False,
            capture_output=True,
            text=True,
            user=ORDINARY,
            group=ORDINARY,
            extra_groups=[],
        )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    assert "skipped" not in done.stdout
