"""The same sandbox for a worker that is not root."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import challenge

pytestmark = pytest.mark.sandbox

ORDINARY = 12345  # no account has it; the kernel does not mind
WORKER = """
import os, sys, tempfile
from pathlib import Path
import pandas as pd
from challenge.records import Limits
from challenge.sandbox import open_sandbox

file = tempfile.NamedTemporaryFile()
file.write(sys.stdin.buffer.read())
file.flush()
rows = pd.DataFrame({"share": [0.25, 0.75]})
outcome = open_sandbox().run(
    Path(file.name), practice=rows, hidden=rows, limits=Limits(), on_stage=str
)
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
