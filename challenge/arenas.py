"""How many heaps glibc keeps for the threads of a process that serves for days."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENAS = 2
# Its number in glibc's <malloc.h>; see mallopt(3).
_M_ARENA_MAX = -8


def limit_arenas() -> None:
    """Let the threads of this process share two heaps, which keeps its memory flat.

    By itself glibc gives them up to eight a core, and each keeps what its threads
    needed once. Call it before any thread begins: a limit that glibc took stays. Where
    the C library is another one, nothing happens.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
