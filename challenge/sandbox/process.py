"""The guest's process as the kernel shows it: alive or not, what it used, its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from pathlib import Path

# How far behind others a guest stays that nobody waits for yet (`os.nice`), and one
# that runs a model: pages come first, and an idle core is its own in any case.
BEHIND, RUNS = 10, 5
_END_SECONDS = 10.0


class GuestProcess:
    """A grip on a guest, and on the first process of its namespace if it has one.

    The grips are process descriptors: unlike numbers, they never come to mean
    another process.

    Parameters
    ----------
    number : int
        The guest's process number here, as the kernel attested it.
    has_namespace : bool
        Whether the process above it is the first of a namespace of its own. Without,
        that process is ours.

    Attributes
    ----------
    grip : int
        Descriptor that becomes readable when the guest ends.
    cpu_seconds : float
        Processor time of the guest since `begin`, as last read.
    memory_bytes : int
        Peak resident memory of the guest, as last read.

    Raises
    ------
    OSError
        If it has ended already.
    """

    def __init__(self, number: int, *, has_namespace: bool = True) -> None:
        self._facts = Path("/proc", str(number))
        self._cpu_before = 0.0
        self.cpu_seconds = 0.0
        self.memory_bytes = 0
        self.grip = os.pidfd_open(number)
        try:
            first = self._read_status("PPid") if has_namespace else number
            self._first = os.pidfd_open(first)
        except BaseException:
            os.close(self.grip)
            raise

    def begin(self) -> None:
        """Count its time from here on, and let it go before those that only wait.

        It made itself wait for others while it warmed up. Only root may undo that;
        elsewhere it stays as far behind whoever else wants the processor.
        """
        with contextlib.suppress(OSError, LookupError, ValueError):
            self._cpu_before = self._read_cpu_seconds()
            for thread in (self._facts / "task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), RUNS)

    def note_use(self) -> None:
        """Read what the guest used, while it is there to be asked.

        Not from its end: bubblewrap leaves before it has counted its children,
        and the peak memory that `os.wait4` tells includes the parent's own, which
        a new process inherits from the one that makes it.
        """
        if has_ended(self.grip, limit_seconds=0.0):
            return
        with contextlib.suppress(OSError, LookupError, ValueError):
            self.memory_bytes = self._read_status("VmHWM") * 1024
            self.cpu_seconds = self._read_cpu_seconds() - self._cpu_before

    def end(self) -> None:
        """End the guest and whatever else runs in its sandbox, and wait for it."""
        # The first process takes its whole namespace along, and only then counts
        # as ended itself.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)
        has_ended(self._first, limit_seconds=_END_SECONDS)
        os.close(self.grip)
        os.close(self._first)

    def _read_cpu_seconds(self) -> float:
        # Past the name in brackets: fields 14 and 15 are user and system time.
        fields = (self._facts / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read_status(self, name: str) -> int:
        for line in (self._facts / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise LookupError(name)


def rank_session(number: int, *, nice: int) -> None:
    """Rank a whole session of processes behind others, or less so.

    Where the kernel groups processes by session, `os.nice` ranks only within one.

    Parameters
    ----------
    number : int
        A process of the session.
    nice : int
        From 0, beside others, to 19, behind all of them.

    References
    ----------
    Linux: sched(7), "The autogroup feature".
    """
    with contextlib.suppress(OSError):  # no such feature, or asked too often
        Path("/proc", str(number), "autogroup").write_text(str(nice))


def has_ended(grip: int, *, limit_seconds: float) -> bool:
    """Wait a while for a process to end.

    Parameters
    ----------
    grip : int
        Its process descriptor.
    limit_seconds : float
        How long to wait, in seconds; 0 only looks.

    Returns
    -------
    bool
        Whether it has ended.
    """
    # Not `select.select`, which takes no descriptor above 1023.
    waiting = select.poll()
    waiting.register(grip, select.POLLIN)
    return bool(waiting.poll(1000 * limit_seconds))
