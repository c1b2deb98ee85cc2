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
import tempfile
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from challenge.errors import SandboxUnavailableError
from challenge.records import Reason
from challenge.sandbox.guest import protocol
from challenge.sandbox.log import Log
from challenge.sandbox.process import RUNS, GuestProcess, has_ended, rank_session
from challenge.sandbox.verdict import read_code, read_end

# Imports take long on a loaded machine, and are not the model's fault.
_START_SECONDS = 120.0
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_CHUNK = 1 << 16


class Session:
    """One started sandbox; leaving its ``with`` block ends every process in it.

    Start it from a thread that lives as long as the run: the kernel ends the
    sandbox when the thread that started it ends.

    Parameters
    ----------
    command : sequence of str
        What starts the guest, with a socket as its standard input.
    files : sequence of int
        Descriptors that the command names; it gets them under the same numbers.
    environment : mapping of str to str
        All that the command sees of the environment.
    trusted : TemporaryDirectory or None
        The guest's own folder where nothing isolates it: it starts in there, and
        may run as root. It is removed at the end.

    Attributes
    ----------
    log : Log
        What is printed until `Log.close`.
    is_trusted : bool
        Whether nothing isolates the guest.

    Raises
    ------
    OSError
        If the program does not exist or may not run.
    """

    def __init__(
        self,
        command: Sequence[str],
        files: Sequence[int] = (),
        *,
        environment: Mapping[str, str] | None = None,
        trusted: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self._guest: GuestProcess | None = None
        self._trusted, self.is_trusted = trusted, trusted is not None
        self._channel, theirs = socket.socketpair()
        # From here on the kernel attaches to what we read who wrote it.
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        ours, their_pipe = os.pipe()
        self.log = Log(ours)
        try:
            self._outer = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=their_pipe,
                stderr=their_pipe,
                pass_fds=files,
                env=environment or {"PATH": os.defpath},
                cwd=trusted.name if trusted else None,
                start_new_session=True,  # Ctrl-C in our terminal is not for the guest
            )
        except BaseException:
            self._channel.close()
            self.log.close()
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
    def is_alive(self) -> bool:
        """Whether the guest is there."""
        guest = self._guest
        return guest is not None and not has_ended(guest.grip, limit_seconds=0.0)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the guest since `take`, as far as it could be read."""
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
        try:
            first, attached, _, _ = self._channel.recvmsg(len(protocol.READY), size)
        except ConnectionResetError:
            first = b""
        if first != protocol.READY:
            raise self._fail("The sandbox did not start.")
        ((_, _, credentials),) = attached
        process, user, _ = _CREDENTIALS.unpack(credentials)
        if user == 0 and not self.is_trusted:
            raise self._fail("The sandbox runs as root.")
        try:
            self._guest = GuestProcess(process, has_namespace=not self.is_trusted)
        except OSError as error:
            raise self._fail("The sandbox ended at once.") from error

    def wait_its_turn(self, *, nice: int = RUNS) -> None:
        """Let others go first, by so much."""
        rank_session(self._outer.pid, nice=nice)

    def take(self) -> None:
        """Begin the run: from here on time, words and use are the model's."""
        self.wait_its_turn()
        self.log.cut((0, False))
        if self._guest is not None:
            self._guest.begin()

    def interrupt(self) -> None:
        """Let whoever waits for the guest in another thread give up and end it."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def send(self, request: Mapping[str, object], files: Sequence[int] = ()) -> None:
        """Hand over a JSON text and open files.

        Parameters
        ----------
        request : mapping
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
        return self._channel.recv(protocol.MESSAGE_BYTES).decode(errors="replace")

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
        header = self._read(protocol.HEADER.size, deadline)
        if isinstance(header, Reason):
            return header
        (announced,) = protocol.HEADER.unpack(header)
        if announced < 0:
            return read_code(announced)
        if announced != count:
            return Reason.WRONG_COUNT
        body = self._read(8 * count, deadline)
        if isinstance(body, Reason):
            return body
        return np.frombuffer(body, dtype="<f8").astype(np.float64)

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
            if self.log.pipe is not None:
                selector.register(self.log.pipe, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ready = {key.fileobj for key, _ in selector.select(left)}
                if self.log.pipe in ready and not self.log.drain():
                    selector.unregister(self.log.pipe)
                if ready - {self.log.pipe}:
                    return True
        return False

    def _find_cause_of_end(self) -> Reason:
        self._end(patience_seconds=1.0)
        return read_end(self._outer.returncode)

    def _fail(self, sentence: str) -> SandboxUnavailableError:
        """End the sandbox, and say what bubblewrap or Python printed."""
        self._end()
        said = " ".join(self.log.text.split())[-500:]
        return SandboxUnavailableError(f"{sentence} {said}".strip())

    def _end(self, patience_seconds: float = 0.0) -> None:
        """End every process in the sandbox and close everything of ours."""
        if self._outer.returncode is not None:
            return
        if self._guest is not None:
            self._guest.note_use()
        outer = os.pidfd_open(self._outer.pid)
        if not has_ended(outer, limit_seconds=patience_seconds):
            signal.pidfd_send_signal(outer, signal.SIGKILL)
        os.close(outer)
        if self._guest is not None:
            self._guest.end()
        if self.is_trusted:
            # Until the first of the group is waited for, its number is its own.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._outer.pid, signal.SIGKILL)
        self._outer.wait()
        self.log.close()
        self._channel.close()
        if self._trusted:
            self._trusted.cleanup()
