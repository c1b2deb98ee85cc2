"""Threads of a process that serves share two heaps."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from challenge.arenas import ARENAS

# glibc tells its heaps itself, as XML (malloc_info(3)).
HEAPS = """
import ctypes, sys, threading
from challenge.arenas import limit_arenas
if sys.argv[1] == "limited":
    limit_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
here = threading.Barrier(6)
def need():
    libc.malloc(100_000)
    here.wait()
threads = [threading.Thread(target=need) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_six_threads_share_two_heaps_where_they_had_one_each() -> None:
    def heaps(way: str) -> int:
        command = [sys.executable, "-c", HEAPS, way]
        told = subprocess.run(command, capture_output=True, env={}, check=True).stdout
        return told.count(b"<heap nr=")

    assert heaps("limited") == ARENAS
    assert heaps("as it is") > ARENAS
