"""System calls made by a model, past the C library and past Python."""

from __future__ import annotations

import errno
import json
import platform
from collections.abc import Callable

import numpy as np
import pytest

from challenge.records import Outcome, Reason
from challenge.sandbox.seccomp import list_pretended, list_refused

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

GETPID = {"x86_64": 39, "aarch64": 172}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3, CACHESTAT = 435, 451
X32 = 0x40000000
SIGCHLD = 17

# One argument for all: what `clone` takes for a new process. Others find nonsense
# in it, and would say so with another error than EPERM, were they let through.
CODE = """
import ctypes, json, os
library = ctypes.CDLL(None, use_errno=True)

def call(number):
    me = os.getpid()
    ctypes.set_errno(0)
    answer = library.syscall(ctypes.c_long(number), {first}, 0, 0, 0, 0)
    if os.getpid() != me:
        os._exit(0)
    return ctypes.get_errno() if answer == -1 else 0

def predict(rows):
    print(json.dumps({{name: call(n) for name, n in {calls!r}.items()}}))
    return rows["share"]
"""


@pytest.fixture(scope="module")
def answers(attack: Attack) -> dict[str, int]:
    """The error that each call ends with; 0 if it works."""
    machine = platform.machine()
    calls = list_refused(machine) | list_pretended(machine)
    calls |= {
        "clone": CLONE[machine],
        "clone3": CLONE3,
        "cachestat": CACHESTAT,
        "x32": X32 | GETPID[machine],
        "getpid": GETPID[machine],
    }
    outcome = attack(CODE.format(calls=calls, first=SIGCHLD))
    assert outcome.refusal is None, outcome.log
    return dict(json.loads(outcome.log))


@pytest.mark.parametrize("name", [*list_refused(platform.machine()), "clone", "x32"])
def test_the_call_is_refused(answers: dict[str, int], name: str) -> None:
    assert answers[name] == errno.EPERM


@pytest.mark.parametrize("name", list_pretended(platform.machine()))
def test_the_call_is_not_made_and_said_to_be(
    answers: dict[str, int], name: str
) -> None:
    """The descriptor that it is given is not open, and that goes unnoticed."""
    assert answers[name] == 0


@pytest.mark.parametrize("name", ["clone3", "cachestat"])
def test_the_call_is_said_not_to_exist(answers: dict[str, int], name: str) -> None:
    """Flags of the one lie where a filter cannot look; libraries ask the old one."""
    assert answers[name] == errno.ENOSYS


def test_an_ordinary_call_works(answers: dict[str, int]) -> None:
    assert answers["getpid"] == 0


@pytest.mark.skipif(platform.machine() != "x86_64", reason="Of x86 only.")
def test_the_door_of_32_bit_programs_is_closed(attack: Attack) -> None:
    code = """
import ctypes, mmap

def predict(rows):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000" "cd80" "c3"))  # eax = getpid; int 0x80; ret
    place = ctypes.addressof(ctypes.c_char.from_buffer(page))
    print(ctypes.CFUNCTYPE(ctypes.c_int)(place)())
    return rows["share"]
"""

    outcome = attack(code)

    # A kernel without that door ends the process.
    ended = outcome.refusal is not None and outcome.refusal.reason is Reason.CRASHED
    assert ended or int(outcome.log) == -errno.EPERM


def test_threads_work(attack: Attack) -> None:
    code = """
import threading
from concurrent.futures import ThreadPoolExecutor

def predict(rows):
    with ThreadPoolExecutor(4) as threads:
        doubled = list(threads.map(lambda value: value / 2, rows["share"]))
    print(len(threads._threads), threading.current_thread().name)
    return doubled
"""

    outcome = attack(code)

    assert outcome.refusal is None, outcome.log
    assert outcome.log == "4 MainThread\n"
    np.testing.assert_allclose(outcome.practice, np.linspace(0.05, 0.45, 40))


def test_a_model_may_bring_a_database_and_a_table(attack: Attack) -> None:
    """They lock their files and say how they will read them; neither is needed."""
    code = """
import sqlite3
import pandas as pd

def predict(rows):
    rows.to_parquet("/tmp/rows.parquet")
    with sqlite3.connect("/tmp/rows.db") as database:
        table = pd.read_parquet("/tmp/rows.parquet")
        table.to_sql("kept", database, index=False, if_exists="replace")
        return pd.read_sql("select share from kept", database)["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is None, outcome.log
    np.testing.assert_array_equal(outcome.practice, np.linspace(0.1, 0.9, 40))


def test_a_parallel_model_runs_in_one_process(attack: Attack) -> None:
    """Scikit-learn asks joblib for what `n_jobs` says; it may not fail for that."""
    code = """
from sklearn.ensemble import RandomForestClassifier

def predict(rows):
    model = RandomForestClassifier(8, n_jobs=2, random_state=0)
    model.fit(rows[["share"]], rows["share"] > 0.5)
    return model.predict_proba(rows[["share"]])[:, 1] * 0.5
"""

    outcome = attack(code)

    assert outcome.refusal is None, outcome.log
