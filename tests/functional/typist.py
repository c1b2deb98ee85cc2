"""Somebody at a terminal: a shell with a screen, and answers to what it asks."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

# What the shell says when a command is done; typed in two parts, so that the echo of
# what was typed does not look like it.
_DONE = re.compile(rb"<done:(\d+)>")
_TYPED = "printf '<%s:%s>' done $?"
# A question stands at the end of what is on the screen, waiting.
_QUESTION = re.compile(rb"([^\r\n]+): $")


class Typist:
    """A shell in a folder, with a home of its own and nothing of this environment.

    Parameters
    ----------
    folder : Path
        Where it works.
    home : Path
        Where programs keep what is somebody's own.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        # Ours stays open: a terminal that nobody has open yet cannot be read.
        self._screen, self._keys = os.openpty()
        name = os.ttyname(self._keys)
        # A session that opens a terminal first has it: passwords are asked there.
        self._shell = subprocess.Popen(
            ["sh", "-c", f"exec sh -s <{name} >{name} 2>&1"],
            cwd=folder,
            env=_surroundings(home),
            start_new_session=True,
        )

    def __enter__(self) -> Typist:
        return self

    def __exit__(self, *error: object) -> None:
        # Whatever still runs in it hears that the terminal is gone.
        os.close(self._screen)
        os.close(self._keys)
        self._shell.kill()
        self._shell.wait(10)

    def type(
        self, line: str, answers: Mapping[str, str], *, limit_seconds: float
    ) -> tuple[int, str, float]:
        """Type a command; give its exit code, what it showed, and its seconds."""
        begun, shown, answered = time.monotonic(), b"", 0
        self._send(f"{line}; {_TYPED}")
        while not (done := _DONE.search(shown, answered)):
            left = begun + limit_seconds - time.monotonic()
            ready, _, _ = select.select([self._screen], [], [], max(left, 0))
            assert ready, f"`{line}` takes too long:\n{shown.decode(errors='replace')}"
            shown += os.read(self._screen, 1 << 16)
            asked = _QUESTION.search(shown, answered)
            for question, answer in answers.items():
                if asked and question.encode() in asked[1]:
                    answered = len(shown)
                    self._send(answer)
        seconds = time.monotonic() - begun
        return int(done[1]), shown.decode(errors="replace"), seconds

    def _send(self, line: str) -> None:
        os.write(self._screen, f"{line}\n".encode())


def _surroundings(home: Path) -> dict[str, str]:
    """Keep how packages are found on this machine, and nothing of who runs the test."""
    ours = re.compile(r"CHALLENGE_|PYTHON|VIRTUAL_ENV|XDG_|CI_|COV_|DBUS_")
    kept = {key: value for key, value in os.environ.items() if not ours.match(key)}
    # A machine's caches are warm after the first time, as an organiser's mirror is.
    kept.setdefault("PIP_CACHE_DIR", str(Path.home() / ".cache/pip"))
    venv = str(Path(sys.prefix) / "bin")
    paths = [path for path in kept.get("PATH", "").split(":") if path != venv]
    paths.insert(0, str(Path(sys.base_prefix) / "bin"))
    return kept | {"HOME": str(home), "PATH": ":".join(paths), "TERM": "dumb"}
