"""What the two sides agree on, and the guest's end of the socket.

1. one byte `READY`, once the guest has warmed up;
2. for each handoff of rows an int64: the number of float64 probabilities that
   follow, or a negative code for the step that failed.

A handoff is a small JSON text with file descriptors: first the limits, the bundle
and public rows, then nothing but rows. Where ``silent`` is true, words lead nowhere
from then on.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from typing import Any, NoReturn

READY = b"R"
LOAD_FAILED, PREDICT_FAILED, SHAPE_WRONG, MEMORY_OUT, WORDS_GIVEN = range(-1, -6, -1)
HEADER = struct.Struct("<q")
MESSAGE_BYTES = 4096


def take_channel() -> socket.socket:
    """Move the socket from standard input to descriptor 3 and close the rest.

    Returns
    -------
    socket
        The only way to the parent that has a meaning.
    """
    os.dup2(0, 3, inheritable=False)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(4, 1024)
    return socket.socket(fileno=3)


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for one handoff; without a parent the guest ends here.

    Parameters
    ----------
    channel : socket
        From `take_channel`.

    Returns
    -------
    tuple of dict and list of int
        What is asked, and descriptors of sealed memory files.
    """
    text, files, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 4)
    if not text:
        os._exit(0)
    return json.loads(text), files


def fall_silent() -> None:
    """Point the log at nothing; the parent stops reading it as well."""
    nothing = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


def wait_for_the_end(channel: socket.socket) -> NoReturn:
    """Stay until the parent has read our memory use and ends the sandbox.

    Parameters
    ----------
    channel : socket
        From `take_channel`.
    """
    with contextlib.suppress(BaseException):
        while channel.recv(1):
            pass
    os._exit(0)
