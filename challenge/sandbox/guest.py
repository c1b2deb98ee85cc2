"""The one file of ours that enters the sandbox; nothing it says is trusted.

It runs beside the model in one process, so a model can forge whatever leaves
here. It therefore speaks in numbers alone, over one socket, and the parent
checks each of them:

1. one byte `READY`, once the preloaded modules are in;
2. for each of two handoffs an int64: the number of float64 probabilities that
   follow, or a negative code for the step that failed.

A handoff is a small JSON text with file descriptors: first the bundle and the
public rows, then the hidden rows. Words (tracebacks, what the model prints) go
to the log until the public rows are answered, and nowhere after that.

It imports nothing of ours and only the standard library at the top, so that the
parent can take its constants and a bare interpreter can run the self-test.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import mmap
import os
import resource
import socket
import struct
import sys
import traceback
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

READY = b"R"
LOAD_FAILED, PREDICT_FAILED, SHAPE_WRONG, MEMORY_OUT, WORDS_GIVEN = range(-1, -6, -1)
HEADER = struct.Struct("<q")
MESSAGE_BYTES = 4096

T = TypeVar("T")


class _ShapeError(ValueError):
    """The model's answer is not one number per row."""


class _WordsError(ValueError):
    """The model's answer is words, like the names of classes."""


def main() -> NoReturn:
    """Serve one run, or one self-test, and never return.

    ``argv[1]`` is JSON: ``packages``, folders to import from, and ``preload``,
    modules to import before the model's clock starts.
    """
    settings = json.loads(sys.argv[1])
    sys.argv[1:] = []
    sys.path += settings["packages"]
    channel = _take_channel()
    # Expected here: without /proc and semaphores joblib runs serially, as we want.
    warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode")
    for name in settings["preload"]:
        importlib.import_module(name)
    channel.sendall(READY)
    request, files = _receive(channel)
    if "probe" in request:
        channel.sendall(json.dumps(_probe(request["probe"])).encode())
    else:
        _run(channel, request, files)
    _wait_for_the_end(channel)


def _take_channel() -> socket.socket:
    """Move the socket from standard input to descriptor 3 and close the rest."""
    os.dup2(0, 3, inheritable=False)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(4, 1024)
    return socket.socket(fileno=3)


def _receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for one handoff: a JSON text and its file descriptors."""
    text, files, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 4)
    if not text:
        os._exit(0)
    return json.loads(text), files


def _run(channel: socket.socket, request: dict[str, Any], files: list[int]) -> None:
    """Load the model, answer the public rows, then answer the hidden rows."""
    bundle, practice = files
    _bind_limits(request)
    model = _attempt(channel, LOAD_FAILED, lambda: _load(bundle))
    _attempt(channel, PREDICT_FAILED, lambda: _answer(channel, model, practice))
    _fall_silent()
    _, (hidden,) = _receive(channel)
    _attempt(channel, PREDICT_FAILED, lambda: _answer(channel, model, hidden))


def _bind_limits(request: dict[str, Any]) -> None:
    """Bound this process, for good: hard limits cannot be raised again."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    cpu = used + request["cpu_seconds"]
    # The soft limit sends SIGXCPU, which the parent can tell from other ends.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    for kind, most in (
        (resource.RLIMIT_AS, request["memory_bytes"]),
        (resource.RLIMIT_FSIZE, request["file_bytes"]),
        (resource.RLIMIT_NOFILE, request["open_files"]),
        (resource.RLIMIT_NPROC, request["processes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _attempt(channel: socket.socket, code: int, step: Callable[[], T]) -> T:
    """Run one step of the model's; if it fails, say which one and nothing else."""
    try:
        return step()
    except MemoryError:
        code = MEMORY_OUT
        _explain()
    except _ShapeError:
        code = SHAPE_WRONG
        _explain()
    except _WordsError:
        code = WORDS_GIVEN
        _explain()
    except BaseException:  # SystemExit and KeyboardInterrupt are the model's too
        _explain()
    _flush()
    channel.sendall(HEADER.pack(code))
    _wait_for_the_end(channel)


def _load(bundle: int) -> Any:
    """Unpack and load the model: the first moment that its code runs."""
    import mlflow.pyfunc

    folder = Path("/tmp/model")  # noqa: S108 (a private tmpfs)
    with os.fdopen(bundle, "rb") as file, zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    return mlflow.pyfunc.load_model(str(folder))


def _answer(channel: socket.socket, model: Any, features: int) -> None:
    """Predict the rows behind a descriptor and send one number for each."""
    import numpy as np

    answer = model.predict(_read_rows(features))
    try:
        values = np.asarray(answer, dtype="<f8")
    except (TypeError, ValueError) as error:
        if _is_words(answer):
            raise _WordsError("The answer is words, not probabilities.") from error
        raise _ShapeError("The answer cannot be read as numbers.") from error
    if values.ndim == 2 and values.shape[1] in (1, 2):
        values = values[:, -1]
    if values.ndim != 1:
        raise _ShapeError(
            "Expected one probability per row, as shape (n,), (n, 1) or (n, 2);"
            f" the answer has shape {values.shape}."
        )
    _flush()
    channel.sendall(HEADER.pack(len(values)) + values.tobytes())


def _is_words(answer: Any) -> bool:
    """Whether there is nothing but words in an answer that is no numbers."""
    import numpy as np

    try:
        values = np.asarray(answer, dtype=object).ravel()
    except ValueError:  # rows of different lengths
        return False
    return all(isinstance(value, str) for value in values)


def _read_rows(features: int) -> Any:
    """Read an Arrow file from a sealed memory file into a pandas frame."""
    import pyarrow as pa

    with mmap.mmap(features, 0, prot=mmap.PROT_READ) as memory:
        frame = pa.ipc.open_file(pa.py_buffer(memory)).read_all().to_pandas()
    os.close(features)
    return frame


def _fall_silent() -> None:
    """Point the log at nothing; the parent stops reading it as well."""
    nothing = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


def _explain() -> None:
    with contextlib.suppress(BaseException):
        traceback.print_exc()


def _flush() -> None:
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()


def _wait_for_the_end(channel: socket.socket) -> NoReturn:
    """Stay until the parent has read our memory use and ends the sandbox."""
    with contextlib.suppress(BaseException):
        while channel.recv(1):
            pass
    os._exit(0)


def _probe(targets: dict[str, Any]) -> list[str]:
    """Try what no model may do; return a sentence for each thing that worked."""
    attacks: list[tuple[str, Callable[[], object]]] = [
        ("It sees /proc.", lambda: Path("/proc/self").stat()),
        ("It reads a file of the host.", lambda: Path(targets["file"]).stat()),
        (
            "It reaches the network of the host.",
            lambda: socket.create_connection(("127.0.0.1", targets["port"]), 1),
        ),
        (
            "It reaches a socket of the host.",
            lambda: socket.socket(socket.AF_UNIX).connect("\0" + targets["abstract"]),
        ),
        ("It writes to the root folder.", lambda: Path("/probe").touch()),
        ("It writes to /dev.", lambda: Path("/dev/probe").touch()),
        ("It writes to the packages.", lambda: _touch_beside(targets["package"])),
        ("It signals a process of the host.", lambda: os.kill(targets["pid"], 0)),
        ("It makes a process.", _make_process),
        ("It makes a memory file.", lambda: os.memfd_create("probe")),
        (
            "It imports the service.",
            lambda: importlib.import_module("challenge.errors"),
        ),
    ]
    found = [sentence for sentence, attack in attacks if _works(attack)]
    if 0 in (os.getuid(), os.geteuid()):
        found.append("It runs as root.")
    if not set(os.environ) <= set(targets["variables"]):
        found.append("It sees the environment of the host.")
    return found


def _touch_beside(package: str) -> None:
    (Path(package) / "probe").touch()


def _make_process() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _works(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except (OSError, ImportError):
        return False
    return True


if __name__ == "__main__":
    main()
