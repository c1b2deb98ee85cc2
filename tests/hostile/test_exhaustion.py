"""Models that use all they can get of memory, disk, threads and words."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable

import pytest

from challenge.records import Limits, Outcome, Reason
from challenge.sandbox.log import LOG_BYTES

from .processes import NAMED, find_processes

pytestmark = pytest.mark.sandbox

Attack = Callable[..., Outcome]

MIB = 1024 * 1024


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


def test_an_error_without_end_is_cut(attack: Attack) -> None:
    outcome = attack("def predict(rows): raise ValueError('row ' * (1 << 24))")

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.PREDICT_ERROR
    assert outcome.log.endswith("[log cut at 64 KiB]\n")
    assert len(outcome.log) < LOG_BYTES + 100


def test_what_acts_on_a_terminal_is_taken_out_of_the_log(attack: Attack) -> None:
    code = r"""
def predict(rows):
    if len(rows) == 40 and rows["share"].is_monotonic_increasing:
        print("\033[2J\033]0;owned\a\033]8;;http://x\033\\ here\rgone\b\u202eback")
        print("\x9b31m \x00 done")
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is None, outcome.log
    assert "here" in outcome.log
    assert "done" in outcome.log
    assert not {"\033", "\a", "\b", "\r", "\0", "\x9b", "\u202e"} & set(outcome.log)


def test_a_thread_bomb_ends_at_the_limit(attack: Attack) -> None:
    code = """
import threading
THREADS = []

def predict(rows):
    threading.stack_size(1 << 16)
    wait = threading.Event()
    try:
        for _ in range(10_000):
            thread = threading.Thread(target=wait.wait, daemon=True)
            thread.start()
            THREADS.append(thread)
    except RuntimeError:
        print(len(THREADS), flush=True)
    wait.set()
    return rows["share"]
"""

    outcome = attack(code)

    assert outcome.refusal is None, outcome.log
    assert 4 <= int(outcome.log) < 64


def test_a_folder_of_too_many_files_takes_too_long(
    sandbox_of_files: Callable[[int], Outcome],
) -> None:
    outcome = sandbox_of_files(60_000)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.TIME_LIMIT


@pytest.mark.full
def test_a_folder_of_a_million_files_takes_too_long(
    sandbox_of_files: Callable[[int], Outcome],
) -> None:
    outcome = sandbox_of_files(1_000_000)

    assert outcome.refusal is not None
    assert outcome.refusal.reason is Reason.TIME_LIMIT


@pytest.fixture
def sandbox_of_files(attack: Attack) -> Callable[[int], Outcome]:
    """Run a bundle with so many tiny files; an upload of it would be refused."""

    def run(count: int) -> Outcome:
        files = {f"data/{number}": b"x" for number in range(count)}
        limits = Limits(limit_seconds=0.5, memory_mib=2048, scratch_mib=512)
        return attack("def predict(rows): return rows['share']", limits=limits, **files)

    return run
