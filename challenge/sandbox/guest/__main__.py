"""One run, or one self-test, inside the sandbox."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import resource
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from .answering import ShapeError, WordsError, answer_rows
from .loading import load_bundle
from .protocol import (
    HEADER,
    LOAD_FAILED,
    MEMORY_OUT,
    PREDICT_FAILED,
    READY,
    SHAPE_WRONG,
    WORDS_GIVEN,
    fall_silent,
    receive,
    take_channel,
    wait_for_the_end,
)
from .selftest import find_ways_out
from .warming import warm_up

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

T = TypeVar("T")


def main() -> NoReturn:
    """Serve one run, or one self-test, and never return.

    ``argv[1]`` is JSON: ``packages``, folders to import from; ``loader``, what to
    warm up before the model's clock starts, or null; ``nice``, by how much others go
    first meanwhile, more than 0 if nobody waits for us; ``alone``, whether there is
    no sandbox to end us with our parent.
    """
    settings = json.loads(sys.argv[1])
    sys.argv[1:] = []
    os.nice(settings["nice"])
    if settings["alone"]:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.path += settings["packages"]
    channel = take_channel()
    # A model that is ended leaves what it printed, and in order with its errors.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    # Expected here: without /proc and semaphores joblib runs serially, as we want.
    warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")
    # The service's engine and not a model's: scikit-learn would import it if it
    # could, which costs a second and fails without /proc.
    sys.modules.update(dict.fromkeys(("dask", "distributed")))  # type: ignore[arg-type]
    if settings["loader"]:
        warm_up(settings["loader"], thoroughly=settings["nice"] > 0)
    _flush()
    channel.sendall(READY)
    request, files = receive(channel)
    if "probe" in request:
        channel.sendall(json.dumps(find_ways_out(request["probe"])).encode())
    else:
        _run(channel, request, files)
    wait_for_the_end(channel)


def _run(channel: socket.socket, request: dict[str, Any], files: list[int]) -> NoReturn:
    """Load the model, then answer every handoff of rows."""
    bundle, rows = files
    _bind_limits(request["limits"])
    predict = _attempt(channel, LOAD_FAILED, lambda: load_bundle(bundle))

    def answer() -> None:
        values = answer_rows(predict, rows)
        _flush()
        channel.sendall(HEADER.pack(len(values)) + values.tobytes())

    while True:
        if request["silent"]:
            fall_silent()
        _attempt(channel, PREDICT_FAILED, answer)
        request, (rows,) = receive(channel)


def _bind_limits(limits: dict[str, int]) -> None:
    """Bound this process, for good: hard limits cannot be raised again."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    # What the warm-up used is not the model's.
    cpu = int(usage.ru_utime + usage.ru_stime) + 1 + limits["cpu_seconds"]
    # The soft limit sends SIGXCPU, which the parent can tell from other ends.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    for name, kind in (
        ("memory_bytes", resource.RLIMIT_AS),
        ("file_bytes", resource.RLIMIT_FSIZE),
        ("open_files", resource.RLIMIT_NOFILE),
        ("threads", resource.RLIMIT_NPROC),
        ("signals", resource.RLIMIT_SIGPENDING),
        ("core_bytes", resource.RLIMIT_CORE),
    ):
        if name in limits:
            resource.setrlimit(kind, (limits[name], limits[name]))


def _attempt(channel: socket.socket, code: int, step: Callable[[], T]) -> T:
    """Run one step of the model's; if it fails, say which one and nothing else."""
    try:
        return step()
    except MemoryError:
        code = MEMORY_OUT
        _explain()
    except ShapeError:
        code = SHAPE_WRONG
        _explain()
    except WordsError:
        code = WORDS_GIVEN
        _explain()
    except BaseException:  # SystemExit and KeyboardInterrupt are the model's too
        _explain()
    _flush()
    channel.sendall(HEADER.pack(code))
    wait_for_the_end(channel)


def _explain() -> None:
    with contextlib.suppress(BaseException):
        traceback.print_exc()


def _flush() -> None:
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    main()
