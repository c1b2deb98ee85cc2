"""Models that use all they can get, and what is left of them afterwards."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.records import Limits, Outcome, Reason
from challenge.sandbox.session import LOG_BYTES

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

MIB = 1024 * 1024

# Gives itself a name that can be found from outside.
NAMED = """
import ctypes, os, time
ctypes.CDLL(None).prctl(15, {name!r}.encode())
"""


def test_a_fork_bomb_has_no_first_child(attack: Attack) -> None:
    """Limits of memory are per process, so there is one process."""
    name = secrets.token_hex(6)
    code = """
def predict(rows):
    for attempt in range(1000):
        try:
            if os.fork() == 0:
                time.sleep(3600)
        except OSError as error:
            print(error.errno)
            return rows["share"]
"""

    outcome = attack(NAMED.format(name=name) + code)

    assert outcome.refusal is None
    assert int(outcome.log) == errno.EPERM
    assert find_processes(name) == []


def test_memory_cannot_be_had_beside_the_limit(attack: Attack) -> None:
    """A memory file is no part of the address space until it is mapped."""
    code = """
import os
def predict(rows):
    try:
        file = os.memfd_create("memory")
        while True:
            os.write(file, bytes(1 << 20))
    except OSError as error:
        print(error.errno)
    return rows["share"]
"""

    outcome = attack(code)

    assert int(outcome.log) == errno.EPERM


def test_a_full_disk_is_the_size_that_was_given(attack: Attack) -> None:
    code = """
import errno

def fill(folder):
    written = 0
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                while size := file.write(bytes(1 << 20)):
                    written += size
                    if file.tell() >= 4 << 20:
                        break
    except OSError as error:
        assert error.errno in (errno.ENOSPC, errno.EFBIG)
    return written

def predict(rows):
    print(fill("/tmp"), fill("/dev/shm"))
    return rows["share"]
"""

    outcome = attack(code, limits=Limits(memory_mib=2048, scratch_mib=16))

    in_scratch, in_shared = map(int, outcome.log.split())
    assert 8 * MIB < in_scratch <= 16 * MIB
    assert 8 * MIB < in_shared <= 16 * MIB


def test_a_bundle_that_bursts_when_unpacked_is_a_load_error(attack: Attack) -> None:
    outcome = attack("def predict(rows): return rows['share']", zeros=bytes(64 * MIB))

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.LOAD_ERROR


def test_a_flood_of_words_is_cut_and_the_model_still_scored(attack: Attack) -> None:
    code = """
import sys
def predict(rows):
    for _ in range(64):
        sys.stdout.write("flood " * 100_000)
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is None
    assert outcome.log.endswith("[log cut at 64 KiB]\n")
    assert LOG_BYTES <= len(outcome.log) < LOG_BYTES + 100


def test_a_flood_of_numbers_is_not_read(attack: Attack) -> None:
    code = """
import os
def predict(rows):
    while True:
        os.write(3, b"\\1" * (1 << 20))
"""

    outcome = attack(code)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.WRONG_COUNT


def test_signals_and_a_patched_numpy_change_nothing_outside(attack: Attack) -> None:
    code = """
import os, signal
np.asarray = lambda *arguments, **names: 1 / 0
def predict(rows):
    for number in (1, os.getppid(), -1):
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(number, kind)
            except OSError:
                pass
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.PREDICT_ERROR


def test_the_worker_is_as_before_after_every_kind_of_end(attack: Attack) -> None:
    name = secrets.token_hex(6)
    named = NAMED.format(name=name)
    attack("raise ValueError")  # what is made once is made
    before = count_own()

    for end in (
        "return rows['share']",
        "os._exit(1)",
        "time.sleep(3600)",
    ):
        attack(
            f"{named}\ndef predict(rows): {end}",
            limits=Limits(limit_seconds=2.0, memory_mib=2048, scratch_mib=16),
        )

    assert count_own() == before
    assert find_processes(name) == []


def test_a_sandbox_dies_with_a_killed_worker(
    write_bundle: Callable[..., Path],
) -> None:
    name = secrets.token_hex(6)
    bundle = write_bundle(
        NAMED.format(name=name) + "def predict(rows): time.sleep(3600)"
    )
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(bundle)])
    wait_until(lambda: find_processes(name) != [])

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    wait_until(lambda: find_processes(name) == [])


WORKER = """
import sys
from pathlib import Path

import pandas as pd

from challenge.records import Limits
from challenge.sandbox import open_sandbox

rows = pd.DataFrame({"share": [0.5]})
open_sandbox().run(
    Path(sys.argv[1]), practice=rows, hidden=rows, limits=Limits(), on_stage=print
)
"""


def find_processes(name: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/comm"):
        try:
            if file.read_text().strip() == name:
                found.append(file.parent.name)
        except OSError:  # it ended while we looked
            continue
    return found


def count_own() -> tuple[int, int, int]:
    """Open files, threads and children of this process."""
    mine = str(os.getpid())
    children = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            children += file.read_text().rpartition(")")[2].split()[1] == mine
        except OSError:
            continue
    return (
        len(list(Path("/proc/self/fd").iterdir())),
        threading.active_count(),
        children,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen within a minute.")
