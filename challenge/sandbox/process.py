"""The guest's process as the kernel shows it: alive or not, what it used, its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from pathlib import Path

_END_SECONDS = 10.0


class GuestProcess:
    """A grip on a guest, and on the first process of its namespace.

    The grips are process descriptors: unlike numbers, they never come to mean
    another process.

    Parameters
    ----------
    number : int
        The guest's process number here, as the kernel attested it.

    Attributes
    ----------
    grip : int
        Descriptor that becomes readable when the guest ends.
    cpu_seconds : float
        Processor time of the guest, as last read.
    memory_bytes : int
        Peak resident memory of the guest, as last read.

    Raises
    ------
    OSError
        If it has ended already.
    """

    def __init__(self, number: int) -> None:
        self._facts = Path("/proc", str(number))
        self.cpu_seconds = 0.0
        self.memory_bytes = 0
        self.grip = os.pidfd_open(number)
        try:
            self._init = os.pidfd_open(self._read_status("PPid"))
        except BaseException:
            os.close(self.grip)
            raise

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
            # Past the name in brackets: fields 14 and 15 are user and system time.
            fields = (self._facts / "stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            self.cpu_seconds = ticks / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End the guest and whatever else runs in its sandbox, and wait for it."""
        # The first process takes its whole namespace along, and only then counts
        # as ended itself.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._init, signal.SIGKILL)
        has_ended(self._init, limit_seconds=_END_SECONDS)
        os.close(self.grip)
        os.close(self._init)

    def _read_status(self, name: str) -> int:
        for line in (self._facts / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise LookupError(name)


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
    return bool(select.select([grip], [], [], limit_seconds)[0])
