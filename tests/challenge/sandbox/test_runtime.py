"""What is installed for models, and what a bundle asks for besides."""

from __future__ import annotations

import importlib.metadata
import io
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from challenge.sandbox import inspect_bundle
from challenge.sandbox.runtime import (
    Installed,
    compare,
    compare_python,
    missing,
    runtime_packages,
)

ROOT = Path(__file__).parents[3]
HERE = Installed("3.11.7", {"numpy": "2.4.0", "scikit-learn": "1.9.1"})


def test_every_package_of_the_runtime_has_the_version_of_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [
        Requirement(line) for line in re.findall(r"^[\w.-]+==[^\\\n]+", lock, re.M)
    ]
    locked = {
        re.sub(r"[-_.]+", "-", line.name).lower(): line.specifier
        for line in lines
        if line.marker is None or line.marker.evaluate()
    }
    runtime = runtime_packages().packages

    assert {
        f"{name} {version}, locked {locked[name]}"
        for name, version in runtime.items()
        if name in locked and version not in locked[name]
    } == set()
    assert {"numpy", "pandas", "scikit-learn", "lightgbm", "mlflow"} <= set(runtime)


def test_the_runtime_is_this_environment_without_the_service() -> None:
    found = runtime_packages()

    assert found.python == platform.python_version()
    assert found.packages["numpy"] == importlib.metadata.version("numpy")
    assert "kansrijk" not in found.packages
    assert list(found.packages) == sorted(found.packages)


def test_the_list_can_be_installed_elsewhere(tmp_path: Path) -> None:
    text = runtime_packages().as_requirements()
    pins = [Requirement(line) for line in text.splitlines() if line[0] != "#"]

    assert {pin.name: f"{pin.specifier}"[2:] for pin in pins} == dict(
        runtime_packages().packages
    )
    assert compare(text, runtime_packages()) == ()


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("", ()),
        ("# numpy==1\n\n", ()),
        ("numpy", ()),
        ("NumPy==2.4.0", ()),
        ("scikit_learn >= 1.5, < 2  # as trained", ()),
        ("numpy==2.4.0 --hash=sha256:ab", ()),
        ("numpy==2.4.0 \\\n    --hash=sha256:ab", ()),
        ("numpy[extra]==2.4.*", ()),
        ('xgboost==3; sys_platform == "win32"', ()),
        ('numpy==1; python_version < "3"', ()),
        ("numpy==1.26.0", ("numpy==1.26.0; 2.4.0 is installed",)),
        ("numpy<2 ; python_version > '3'", ("numpy<2; 2.4.0 is installed",)),
        ("numpy===2.4", ("numpy===2.4; 2.4.0 is installed",)),
        ("xgboost==3.1.0", ("xgboost==3.1.0; it is not installed",)),
        ("Cat_Boost", ("cat-boost; it is not installed",)),
        (
            "numpy==1\nxgboost",
            ("numpy==1; 2.4.0 is installed", "xgboost; it is not installed"),
        ),
        ("-r other.txt", ("'-r other.txt', which is not used",)),
        ("-e .", ("'-e .', which is not used",)),
        ("--index-url x", ("'--index-url x', which is not used",)),
        ("numpy @ file:///x", ("'numpy @ file:///x', which is not used",)),
        ("./wheel.whl", ("'./wheel.whl', which is not used",)),
        ("numpy==", ("'numpy==', which is not used",)),
        ("\x1b[31mred", ("'red', which is not used",)),
        ("numpy===\u202e1", ("numpy===1; 2.4.0 is installed",)),
        ("x" * 301, (f"{'x' * 60!r}, which is not used",)),
        ("n; " + "(" * 200 + "x", ("which is not used",)),
    ],
)
def test_what_is_missing_or_conflicts_is_told_by_name_and_version(
    declared: str, told: tuple[str, ...]
) -> None:
    found = compare(declared, HERE)

    assert len(found) == len(told)
    for sentence, part in zip(found, told, strict=True):
        assert part in sentence
        assert sentence.isprintable()
        assert sentence.endswith(".")


def test_a_long_list_of_differences_is_cut_and_counted() -> None:
    found = compare("\n".join(f"absent{n}" for n in range(30)), HERE)

    assert len(found) == 21
    assert found[-1] == "requirements.txt has 10 more such lines."


def test_what_is_missing_is_named_once_and_only_for_this_machine() -> None:
    declared = 'numpy==1\nXGBoost\nxgboost==3\n-e .\nwin; os_name == "nt"\ncatboost\n'

    assert missing(declared, HERE) == ("xgboost", "catboost")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("python: 3.11.2\nbuild_dependencies:\n- pip", False),
        ("python: '3.11'\n", False),
        ("", False),
        ("python: newest\n", False),
        ("dependencies:\n- python: 3.9.1\n", False),
        ("python: 3.9.1\n", True),
        ("name: x\npython: 3.12\n", True),
        ("python: 3.1\n", True),
    ],
)
def test_another_minor_version_of_python_is_told(declared: str, told: bool) -> None:
    found = compare_python(declared, HERE)

    assert len(found) == told
    assert all("asks for Python 3." in each and "3.11.7" in each for each in found)


PARTS = (
    "numpy",
    "xgboost",
    "==",
    "<2,>",
    "1.26.*",
    "===\u202e",
    " ; ",
    "(",
    ")",
    '"3"',
)
PARTS += ("python_version", " in ", "extra", "[", "]", "@ file:x", "\\\n", "\n", "-e")


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=30).map("".join))
def test_no_text_breaks_the_comparison(declared: str) -> None:
    for sentence in (*compare(declared, HERE), *compare_python(declared, HERE)):
        assert sentence.isprintable()


def bundle(**files: bytes) -> io.BytesIO:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("MLmodel", "flavors:\n  python_function: {}\n")
        for name, content in files.items():
            archive.writestr(name.replace("_txt", ".txt"), content)
    return written


def test_a_bundle_with_other_requirements_is_accepted_with_warnings() -> None:
    facts = inspect_bundle(
        bundle(requirements_txt=b"xgboost==3.1.0\nnumpy==1.26.0\n"), runtime=HERE
    )

    assert facts.warnings == (
        "requirements.txt asks for xgboost==3.1.0; it is not installed here.",
        "requirements.txt asks for numpy==1.26.0; 2.4.0 is installed here.",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe", "not UTF-8"), (b"#" * 300_000, "larger than 256 KiB")],
    ids=["no-text", "large"],
)
def test_requirements_that_cannot_be_read_are_a_warning(
    content: bytes, told: str
) -> None:
    (warning,) = inspect_bundle(bundle(requirements_txt=content)).warnings

    assert "requirements.txt cannot be read" in warning
    assert told in warning


def test_nothing_is_ever_installed_for_a_model() -> None:
    """The comparison imports no installer and starts no process."""
    code = (
        "import subprocess, sys\n"
        "def refuse(event, args):\n"
        "    if event in ('subprocess.Popen', 'os.exec', 'os.posix_spawn',"
        " 'socket.connect'):\n"
        "        raise SystemExit(event)\n"
        "sys.addaudithook(refuse)\n"
        "from challenge.sandbox.runtime import compare, runtime_packages\n"
        "compare('absent==1\\n-e .\\nabsent @ https://x/y', runtime_packages())\n"
        "assert 'pip' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
