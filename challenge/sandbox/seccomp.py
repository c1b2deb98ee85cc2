"""Which system calls a model may not make, as a program for the kernel.

Limits of memory are per process and count what is mapped. So a model stays one
process (threads it may have) and gets no memory that is not mapped: then its
address space and the sized /tmp and /dev/shm bound all of it. Nor may it lock, watch,
touch, mark, wait at or drop from memory the library files and devices that all
sandboxes share, or count what the kernel counts for all of them together: another
sandbox would see that, and print what one had spelt from hidden rows. The other calls
refused here do nothing for a model, and much for whoever looks for a hole.

The program is classic BPF (linux/filter.h) over `struct seccomp_data`
(linux/seccomp.h). What it does not name is allowed: scientific libraries make too
many calls for a list of what is good.
"""

from __future__ import annotations

import errno
import struct

from challenge.errors import SandboxUnavailableError

# struct sock_filter: operation, jump if true, jump if false, operand.
_STEP = struct.Struct("=HBBI")
_LOAD, _RETURN = 0x20, 0x06  # BPF_LD | BPF_W | BPF_ABS; BPF_RET | BPF_K
_IS, _IS_AT_LEAST, _HAS_BIT = 0x15, 0x35, 0x45  # BPF_JMP | BPF_JEQ, JGE, JSET
# Places; both machines: low half first.
_NUMBER, _AUDIT, _FIRST_ARGUMENT, _SECOND_ARGUMENT, _THIRD_ARGUMENT = 0, 4, 16, 24, 32
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_REFUSE, _PRETEND_ABSENT = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS
_PRETEND_DONE, _PRETEND_CHANGED = _ERROR, _ERROR | errno.EAGAIN

# AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h, by `platform.machine`.
_AUDIT_CODES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # __X32_SYSCALL_BIT of asm/unistd.h: another table of numbers
_CLONE_THREAD = 0x00010000  # linux/sched.h

# Numbers: asm/unistd_64.h for x86_64, asm-generic/unistd.h for aarch64.
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_FCNTL = {"x86_64": 72, "aarch64": 25}
_FUTEX = {"x86_64": 202, "aarch64": 98}
_UTIMENSAT = {"x86_64": 280, "aarch64": 88}
_MADVISE = {"x86_64": 28, "aarch64": 233}
# Linux 5.16 and later, from futex_waitv on: libraries do without.
_LATE = 449
# Of asm-generic/fcntl.h: F_SETLK, F_SETLKW, F_OFD_SETLK and F_OFD_SETLKW; of
# linux/fcntl.h: F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ, F_SET_RW_HINT, F_SET_FILE_RW_HINT.
_LOCKS, _WATCHES = (6, 7, 37, 38), (1024, 1026, 1031, 1036, 1038)
# Of linux/futex.h: FUTEX_WAIT and FUTEX_WAIT_BITSET, plain and by the clock on the
# wall; FUTEX_WAKE; FUTEX_PRIVATE_FLAG.
_WAITS, _WAKE, _PRIVATE = (0, 9, 0x100, 0x109), 1, 0x80
_DROPS = (20, 21)  # asm-generic/mman-common.h: MADV_COLD and MADV_PAGEOUT
# Answered with success and not made: libraries ask for these, and nothing in a
# sandbox of one process depends on what they do.
_PRETENDED = {
    "x86_64": {
        "flock": 73,
        "fadvise64": 221,
        "readahead": 187,
        "sync": 162,
        "syncfs": 306,
    },
    "aarch64": {
        "flock": 32,
        "fadvise64": 223,
        "readahead": 213,
        "sync": 81,
        "syncfs": 267,
    },
}
# From number 424 on every machine has the same.
_REFUSED_EVERYWHERE = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "mount_setattr": 442,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "memfd_secret": 447,
}
# fmt: off
_REFUSED = {
    "x86_64": {
        "socket": 41, "socketpair": 53, "fork": 57, "vfork": 58,
        "memfd_create": 319, "shmget": 29, "semget": 64, "msgget": 68,
        "mq_open": 240, "ptrace": 101, "process_vm_readv": 310,
        "process_vm_writev": 311, "add_key": 248, "request_key": 249,
        "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
        "mount": 165, "umount2": 166, "pivot_root": 155, "unshare": 272,
        "setns": 308, "splice": 275, "tee": 276, "vmsplice": 278, "mincore": 27,
        "preadv2": 327, "inotify_init": 253, "inotify_init1": 294,
        "fanotify_init": 300, "syslog": 103,
        "sendmsg": 46, "sendmmsg": 307, "sysinfo": 99, "ustat": 136,
        "io_setup": 206, "utime": 132, "utimes": 235, "futimesat": 261,
    },
    "aarch64": {  # has neither fork nor vfork: its C library asks clone for both
        "socket": 198, "socketpair": 199,
        "memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186,
        "mq_open": 180, "ptrace": 117, "process_vm_readv": 270,
        "process_vm_writev": 271, "add_key": 217, "request_key": 218,
        "keyctl": 219, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
        "mount": 40, "umount2": 39, "pivot_root": 41, "unshare": 97,
        "setns": 268, "vmsplice": 75, "splice": 76, "tee": 77, "mincore": 232,
        "preadv2": 286, "inotify_init1": 26, "fanotify_init": 262, "syslog": 116,
        "sendmsg": 211, "sendmmsg": 269, "sysinfo": 179, "io_setup": 0,
    },
}
# fmt: on


def list_refused(machine: str) -> dict[str, int]:
    """List the calls that are refused whatever their arguments.

    Parameters
    ----------
    machine : str
        ``"x86_64"`` or ``"aarch64"``, as `platform.machine` says.

    Returns
    -------
    dict of str to int
        Name and number of each.

    Raises
    ------
    SandboxUnavailableError
        If this machine's numbers are not known here.
    """
    if machine not in _REFUSED:
        raise SandboxUnavailableError(
            f"The system calls of a machine of kind {machine!r} are not known here."
        )
    return _REFUSED[machine] | _REFUSED_EVERYWHERE


def list_pretended(machine: str) -> dict[str, int]:
    """List the calls that are answered with success and not made.

    Parameters
    ----------
    machine : str
        ``"x86_64"`` or ``"aarch64"``, as `platform.machine` says.

    Returns
    -------
    dict of str to int
        Name and number of each.

    Raises
    ------
    KeyError
        If this machine's numbers are not known here.
    """
    return dict(_PRETENDED[machine])


def write_filter(machine: str) -> bytes:
    """Write the program that the kernel runs at each call of the guest.

    ``clone`` makes threads and processes alike, and says which in a flag; the
    flags of ``clone3`` lie in memory, where a filter cannot look. Told that there
    is no ``clone3``, the C library asks ``clone``.

    Parameters
    ----------
    machine : str
        ``"x86_64"`` or ``"aarch64"``, as `platform.machine` says.

    Returns
    -------
    bytes
        An array of `struct sock_filter`, as bubblewrap's ``--seccomp`` reads it.

    Raises
    ------
    SandboxUnavailableError
        If this machine's numbers are not known here.

    References
    ----------
    Linux: Documentation/userspace-api/seccomp_filter.rst, on why the machine must
    be checked before the number.
    """
    refused = list_refused(machine)
    steps = [
        _step(_LOAD, _AUDIT),
        _step(_IS, _AUDIT_CODES[machine], if_true=1),
        _step(_RETURN, _REFUSE),
        _step(_LOAD, _NUMBER),
        *_answer_if(_IS_AT_LEAST, _X32, _REFUSE),
        *_answer_if(_IS, _CLONE3, _PRETEND_ABSENT),
        *_answer_if(_IS_AT_LEAST, _LATE, _PRETEND_ABSENT),
    ]
    for number in refused.values():
        steps += _answer_if(_IS, number, _REFUSE)
    for number in list_pretended(machine).values():
        steps += _answer_if(_IS, number, _PRETEND_DONE)
    steps += _answer_fcntl(machine)
    steps += _answer_futex(machine)
    steps += _answer_madvise(machine)
    steps += _answer_utimensat(machine)
    steps += [
        _step(_IS, _CLONE[machine], if_true=1),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _FIRST_ARGUMENT),
        *_answer_if(_HAS_BIT, _CLONE_THREAD, _ALLOW),
        _step(_RETURN, _REFUSE),
    ]
    return b"".join(steps)


def _answer_fcntl(machine: str) -> list[bytes]:
    """Pretend to lock files, refuse to watch or mark them, and allow the rest.

    Of larger pipes all sandboxes together may have so many: one would see the others'.
    """
    steps = [_step(_LOAD, _SECOND_ARGUMENT)]
    for commands, answer in ((_LOCKS, _PRETEND_DONE), (_WATCHES, _REFUSE)):
        for command in commands:
            steps += _answer_if(_IS, command, answer)
    steps.append(_step(_RETURN, _ALLOW))
    return [_step(_IS, _FCNTL[machine], if_false=len(steps)), *steps]


def _answer_futex(machine: str) -> list[bytes]:
    """Let nobody wait where another process could wake him, and count who waits.

    That is any page of a library. Of what is common, the C library waits for nothing
    but the end of a thread; told that the value has changed, it looks again.
    """
    steps = [_step(_LOAD, _SECOND_ARGUMENT)]
    steps += _answer_if(_HAS_BIT, _PRIVATE, _ALLOW)
    for operation in _WAITS:
        steps += _answer_if(_IS, operation, _PRETEND_CHANGED)
    steps += _answer_if(_IS, _WAKE, _ALLOW)
    steps.append(_step(_RETURN, _REFUSE))
    return [_step(_IS, _FUTEX[machine], if_false=len(steps)), *steps]


def _answer_madvise(machine: str) -> list[bytes]:
    """Keep in memory what others read there."""
    steps = [_step(_LOAD, _THIRD_ARGUMENT)]
    for advice in _DROPS:
        steps += _answer_if(_IS, advice, _REFUSE)
    steps.append(_step(_RETURN, _ALLOW))
    return [_step(_IS, _MADVISE[machine], if_false=len(steps)), *steps]


def _answer_utimensat(machine: str) -> list[bytes]:
    """Leave the times of files alone: anybody may touch the null device of the host.

    Who asks for now is refused, and makes the file if there is none; who asks for
    other times has copied a file, and is told that it has them.
    """
    steps = [_step(_LOAD, _THIRD_ARGUMENT), *_answer_if(_IS, 0, _REFUSE)]
    steps.append(_step(_RETURN, _PRETEND_DONE))
    return [_step(_IS, _UTIMENSAT[machine], if_false=len(steps)), *steps]


def _answer_if(condition: int, value: int, answer: int) -> list[bytes]:
    return [_step(condition, value, if_false=1), _step(_RETURN, answer)]


def _step(operation: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    """Write one instruction; the jumps say how many to leave out."""
    return _STEP.pack(operation, if_true, if_false, value)
