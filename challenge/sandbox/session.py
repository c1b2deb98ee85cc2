"""One single-use sandbox seen from outside: what goes in, what comes back.

The parent trusts the kernel and nothing else. Who answers, as which user and
with which process number is what the kernel attests with the first byte; what
the guest says is one count and that many numbers.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from challenge.errors import SandboxUnavailableError
from challenge.records import Reason
from challenge.sandbox import guest
from challenge.sandbox.printable import strip_invisible
from challenge.sandbox.process import GuestProcess, has_ended

LOG_BYTES = 64 * 1024
# Imports take long on a loaded machine, and are not the model's fault.
_START_SECONDS = 120.0
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_CHUNK = 1 << 16

_CODES = {
    guest.LOAD_FAILED: Reason.LOAD_ERROR,
    guest.PREDICT_FAILED: Reason.PREDICT_ERROR,
    guest.SHAPE_WRONG: Reason.WRONG_COUNT,
    guest.MEMORY_OUT: Reason.MEMORY_LIMIT,
    guest.WORDS_GIVEN: Reason.LABELS,
}


class Session:
    """One started sandbox; leaving its ``with`` block ends every process in it.

    Start it from a thread that lives as long as the run: the kernel ends the
    sandbox when the thread that started it ends.

    Parameters
    ----------
    command : sequence of str
        From `challenge.sandbox.isolate.write_command`.
    files : sequence of int
        Descriptors that the command names; it gets them under the same numbers.

    Raises
    ------
    OSError
        If the program does not exist or may not run.
    """

    def __init__(self, command: Sequence[str], files: Sequence[int] = ()) -> None:
        self._guest: GuestProcess | None = None
        self._log = bytearray()
        self._log_is_cut = False
        self._channel, theirs = socket.socketpair()
        # From here on the kernel attaches to what we read who wrote it.
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        pipe, their_pipe = os.pipe()
        os.set_blocking(pipe, False)
        self._pipe: int | None = pipe
        try:
            self._bubblewrap = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=their_pipe,
                stderr=their_pipe,
                pass_fds=files,
                env={"PATH": os.defpath},
                start_new_session=True,  # Ctrl-C in our terminal is not for the guest
            )
        except BaseException:
            self._channel.close()
            os.close(pipe)
            raise
        finally:
            theirs.close()
            os.close(their_pipe)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def log(self) -> str:
        """What was printed before the log was closed: text, at most 64 KiB of it."""
        text = strip_invisible(self._log.decode(errors="replace"))
        cut = f"\n[log cut at {LOG_BYTES // 1024} KiB]\n"
        return text + cut if self._log_is_cut else text

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the guest, as far as it could be read."""
        return self._guest.cpu_seconds if self._guest else 0.0

    @property
    def memory_bytes(self) -> int:
        """Peak resident memory of the guest, as far as it could be read."""
        return self._guest.memory_bytes if self._guest else 0

    def wait_until_ready(self) -> None:
        """Wait for the guest, and let the kernel say who it is.

        Raises
        ------
        SandboxUnavailableError
            If it does not come up, or runs as root.
        """
        if not self._wait(time.monotonic() + _START_SECONDS):
            raise self._fail("The sandbox did not start in time.")
        size = socket.CMSG_SPACE(_CREDENTIALS.size)
        first, attached, _, _ = self._channel.recvmsg(len(guest.READY), size)
        if first != guest.READY:
            raise self._fail("The sandbox did not start.")
        ((_, _, credentials),) = attached
        process, user, _ = _CREDENTIALS.unpack(credentials)
        if user == 0:
            raise self._fail("The sandbox runs as root.")
        try:
            self._guest = GuestProcess(process)
        except OSError as error:
            raise self._fail("The sandbox ended at once.") from error

    def send(self, request: dict[str, object], files: Sequence[int] = ()) -> None:
        """Hand over a JSON text and open files.

        Parameters
        ----------
        request : dict
            What the guest is to do.
        files : sequence of int
            Descriptors of sealed memory files.
        """
        # A guest that has ended is found out by the answer that does not come.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._channel, [json.dumps(request).encode()], files)

    def receive_text(self, *, limit_seconds: float) -> str:
        """Read one short text; only the self-test speaks in words.

        Parameters
        ----------
        limit_seconds : float
            How long to wait, in seconds.

        Returns
        -------
        str
            Empty if nothing came.
        """
        if not self._wait(time.monotonic() + limit_seconds):
            return ""
        return self._channel.recv(guest.MESSAGE_BYTES).decode(errors="replace")

    def receive(
        self, count: int, *, limit_seconds: float
    ) -> NDArray[np.float64] | Reason:
        """Read the guest's answer to one pass: at most ``8 + 8 * count`` bytes.

        Parameters
        ----------
        count : int
            How many numbers there must be.
        limit_seconds : float
            Wall-clock time for the pass, in seconds.

        Returns
        -------
        ndarray of float64, shape (count,), or Reason
            The numbers, unchecked, or why there are none.
        """
        deadline = time.monotonic() + limit_seconds
        header = self._read(guest.HEADER.size, deadline)
        if isinstance(header, Reason):
            return header
        (announced,) = guest.HEADER.unpack(header)
        if announced < 0:
            return _CODES.get(announced, Reason.CRASHED)
        if announced != count:
            return Reason.WRONG_COUNT
        body = self._read(8 * count, deadline)
        if isinstance(body, Reason):
            return body
        return np.frombuffer(body, dtype="<f8").astype(np.float64)

    def close_log(self) -> None:
        """Stop listening to words; do this before hidden rows go in."""
        if self._pipe is not None:
            self._drain_log(self._pipe)
            os.close(self._pipe)
            self._pipe = None

    def _read(self, size: int, deadline: float) -> bytes | Reason:
        """Read exactly `size` bytes, or say why that did not work."""
        data = bytearray()
        while len(data) < size:
            if not self._wait(deadline):
                return Reason.TIME_LIMIT
            most = min(_CHUNK, size - len(data))
            try:
                part = self._channel.recv(most, socket.MSG_DONTWAIT)
            except (BlockingIOError, ConnectionResetError):
                part = b""
            if not part:
                return self._find_cause_of_end()
            data += part
        return bytes(data)

    def _wait(self, deadline: float) -> bool:
        """Wait until the guest spoke or ended, draining its log; False if too late."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            if self._guest is not None:
                selector.register(self._guest.grip, selectors.EVENT_READ)
            if self._pipe is not None:
                selector.register(self._pipe, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ready = {key.fileobj for key, _ in selector.select(left)}
                if self._pipe in ready and not self._drain_log(self._pipe):
                    selector.unregister(self._pipe)
                if ready - {self._pipe}:
                    return True
        return False

    def _drain_log(self, pipe: int) -> bool:
        """Keep the first part of the log and drop the rest; False at its end."""
        for _ in range(16):  # a flood may not keep us here
            try:
                part = os.read(pipe, _CHUNK)
            except BlockingIOError:
                return True
            if not part:
                return False
            room = LOG_BYTES - len(self._log)
            self._log += part[:room]
            self._log_is_cut = self._log_is_cut or len(part) > room
        return True

    def _find_cause_of_end(self) -> Reason:
        """Tell a spent processor limit from every other end of the guest."""
        self._end(patience_seconds=1.0)
        # Bubblewrap passes a signal on as a shell does.
        spent = self._bubblewrap.returncode == 128 + signal.SIGXCPU
        return Reason.TIME_LIMIT if spent else Reason.CRASHED

    def _fail(self, sentence: str) -> SandboxUnavailableError:
        """End the sandbox, and say what bubblewrap or Python printed."""
        self._end()
        said = " ".join(self.log.split())[-500:]
        return SandboxUnavailableError(f"{sentence} {said}".strip())

    def _end(self, patience_seconds: float = 0.0) -> None:
        """End every process in the sandbox and close everything of ours."""
        if self._bubblewrap.returncode is not None:
            return
        if self._guest is not None:
            self._guest.note_use()
        outer = os.pidfd_open(self._bubblewrap.pid)
        if not has_ended(outer, limit_seconds=patience_seconds):
            signal.pidfd_send_signal(outer, signal.SIGKILL)
        os.close(outer)
        if self._guest is not None:
            self._guest.end()
        self._bubblewrap.wait()
        self.close_log()
        self._channel.close()
