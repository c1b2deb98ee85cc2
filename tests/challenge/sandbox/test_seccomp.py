"""The filter as the kernel reads it, run here by a small machine of our own."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from challenge.errors import SandboxUnavailableError
from challenge.sandbox.seccomp import list_pretended, list_refused, write_filter

# The kernel's own lists, where its headers are installed.
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}
CLONE = {"x86_64": 56, "aarch64": 220}
READ = {"x86_64": 0, "aarch64": 63}
EXECVE = {"x86_64": 59, "aarch64": 221}
RECVMSG = {"x86_64": 47, "aarch64": 212}
FCNTL = {"x86_64": 72, "aarch64": 25}
FUTEX = {"x86_64": 202, "aarch64": 98}
MADVISE = {"x86_64": 28, "aarch64": 233}
UTIMENSAT = {"x86_64": 280, "aarch64": 88}
CLONE3, FUTEX_WAITV, NOT_YET = 435, 449, 999
# linux/fcntl.h and asm-generic/fcntl.h
F_GETFL, F_DUPFD_CLOEXEC, F_SETLEASE, F_NOTIFY = 3, 1030, 1024, 1026
F_SETPIPE_SZ, F_SET_RW_HINT, F_SET_FILE_RW_HINT = 1031, 1036, 1038
F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW = 6, 7, 37, 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
# What pthread_create and fork of glibc ask of clone.
A_THREAD, A_CHILD = 0x3D0F00, 0x1200011

both = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


def decide(
    program: bytes,
    number: int,
    *,
    audit: int,
    first: int = 0,
    second: int = 0,
    third: int = 0,
    offset: int = 0,
) -> int:
    """Run a classic BPF program as linux/filter.h describes it."""
    data = struct.pack("=iIQ6Q", number, audit, 0, first, second, third, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", program))
    held = 0
    while True:
        code, if_true, if_false, value = steps[offset]
        offset += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (held,) = struct.unpack_from("=I", data, value)
            continue
        holds = {
            0x15: held == value,
            0x35: held >= value,
            0x45: bool(held & value),
        }[code]
        offset += if_true if holds else if_false


@both
def test_every_refused_call_is_answered_with_no(machine: str) -> None:
    program = write_filter(machine)

    refused = list_refused(machine)

    assert {"memfd_create", "ptrace", "socket", "bpf", "io_uring_setup"} <= set(refused)
    assert ("fork" in refused) is (machine == "x86_64")
    for number in refused.values():
        decision = decide(program, number, audit=AUDIT[machine])
        assert decision == ERRNO | errno.EPERM


@both
def test_a_thread_may_be_made_and_a_child_may_not(machine: str) -> None:
    program, audit, clone = write_filter(machine), AUDIT[machine], CLONE[machine]

    assert decide(program, clone, audit=audit, first=A_THREAD) == ALLOW
    assert decide(program, clone, audit=audit, first=A_CHILD) == ERRNO | errno.EPERM
    # In a struct elsewhere, so its flags cannot be read; glibc then asks clone.
    assert decide(program, CLONE3, audit=audit) == ERRNO | errno.ENOSYS


@both
def test_what_libraries_ask_for_and_others_could_see_is_pretended(machine: str) -> None:
    program = write_filter(machine)

    for number in list_pretended(machine).values():
        assert decide(program, number, audit=AUDIT[machine]) == ERRNO


@both
def test_a_file_is_neither_locked_nor_watched(machine: str) -> None:
    program, audit, number = write_filter(machine), AUDIT[machine], FCNTL[machine]

    for command in (F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW):
        assert decide(program, number, audit=audit, second=command) == ERRNO
    marks = (F_SETPIPE_SZ, F_SET_RW_HINT, F_SET_FILE_RW_HINT)
    for command in (F_SETLEASE, F_NOTIFY, *marks):
        answer = decide(program, number, audit=audit, second=command)
        assert answer == ERRNO | errno.EPERM
    for command in (F_GETFL, F_DUPFD_CLOEXEC):
        assert decide(program, number, audit=audit, second=command) == ALLOW


@both
def test_nobody_waits_where_another_process_could_wake_him(machine: str) -> None:
    """Numbers of linux/futex.h; 128 says that only threads of one process meet."""
    program, audit, number = write_filter(machine), AUDIT[machine], FUTEX[machine]

    def answer(operation: int) -> int:
        return decide(program, number, audit=audit, second=operation)

    assert {answer(wait) for wait in (0, 9, 256, 256 | 9)} == {ERRNO | errno.EAGAIN}
    assert {answer(own | 128) for own in (0, 1, 9, 10, 256 | 9)} == {ALLOW}
    assert answer(1) == ALLOW  # there is nobody to wake
    others = {answer(other) for other in (3, 4, 5, 6, 11, 12, 13)}
    assert others == {ERRNO | errno.EPERM}


@both
def test_what_others_read_stays_in_memory(machine: str) -> None:
    program, audit, number = write_filter(machine), AUDIT[machine], MADVISE[machine]

    def answer(advice: int) -> int:
        return decide(program, number, audit=audit, third=advice)

    assert {answer(dropped) for dropped in (20, 21)} == {ERRNO | errno.EPERM}
    assert {answer(own) for own in (0, 4, 8, 14)} == {ALLOW}


@both
def test_no_file_gets_another_time(machine: str) -> None:
    program, audit, number = write_filter(machine), AUDIT[machine], UTIMENSAT[machine]
    now, of_another_file = 0, 0x7FFE1000

    assert decide(program, number, audit=audit, third=now) == ERRNO | errno.EPERM
    assert decide(program, number, audit=audit, third=of_another_file) == ERRNO


@both
def test_calls_that_are_newer_than_this_list_do_not_exist(machine: str) -> None:
    program = write_filter(machine)

    for number in (FUTEX_WAITV, NOT_YET):
        decision = decide(program, number, audit=AUDIT[machine])
        assert decision == ERRNO | errno.ENOSYS


@both
def test_what_a_model_needs_is_allowed(machine: str) -> None:
    program = write_filter(machine)

    for number in (READ[machine], EXECVE[machine], RECVMSG[machine]):
        assert decide(program, number, audit=AUDIT[machine]) == ALLOW


@both
def test_calls_in_another_tongue_are_refused(machine: str) -> None:
    """The same number means another call there."""
    program = write_filter(machine)

    for audit in set(AUDIT.values()) - {AUDIT[machine]}:
        for number in (1, 20, READ[machine]):
            assert decide(program, number, audit=audit) == ERRNO | errno.EPERM
    x32 = 0x40000000
    for number in (x32, x32 | 57, x32 | 512, -1):
        assert decide(program, number, audit=AUDIT[machine]) == ERRNO | errno.EPERM


@both
def test_the_kernel_takes_programs_of_this_length(machine: str) -> None:
    program = write_filter(machine)

    assert len(program) % 8 == 0
    assert len(program) // 8 <= 4096  # BPF_MAXINSNS


@both
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip("The kernel's headers are not installed.")
    lines = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    theirs = {name: int(number) for name, number in lines}

    ours = list_refused(machine) | list_pretended(machine)

    assert ours == {name: theirs[name] for name in ours}


@pytest.mark.parametrize("machine", ["riscv64", "i686", "armv7l", ""])
def test_a_machine_whose_calls_we_do_not_know_has_no_sandbox(machine: str) -> None:
    with pytest.raises(SandboxUnavailableError, match="system calls"):
        write_filter(machine)
