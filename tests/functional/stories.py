"""The shell blocks of the documentation, and doing what they say from the first on."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.M | re.S)
# A reader has a second window for this; a script has none, and takes a free port.
SERVE = """challenge serve --port 0 > url.txt &
trap "kill $! && wait $!" EXIT
until [ -s url.txt ]; do sleep 0.1; done
export CHALLENGE_URL="$(cat url.txt)"
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, its language, and what stands in it."""

    page: str
    language: str
    text: str

    def commands(self) -> list[str]:
        """Every command, on one line each, without comments."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        lines = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in joined.split("\n"))
        return [line for line in lines if line]


@dataclass(frozen=True)
class Story:
    """Pages whose blocks are run one after the other, in one new folder.

    `before` is run first; `instead` says what stands in for what a reader types or
    reads off the screen.
    """

    pages: tuple[str, ...]
    before: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)

    def script(self, left_out: Collection[tuple[str, str]] = ()) -> str:
        """Write the commands of all blocks, but for those of a page left out."""
        lines = [
            command
            for page in self.pages
            for block in blocks(page)
            if block.language == "sh"
            for command in block.commands()
            if not any(
                page == where and command.startswith(start) for where, start in left_out
            )
        ]
        script = "\n".join(lines) + "\n"
        for typed, done in self.instead.items():
            script = script.replace(typed, done)
        return self.before + script.replace("challenge serve\n", SERVE)


def pages() -> list[str]:
    """List every page that people read, but for what only records the past."""
    patterns = ("*.md", "docs/**/*.md", "baselines/**/*.md", "datasets/**/*.md")
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    names = {path.relative_to(ROOT).as_posix() for path in found}
    return sorted(names - {"CHANGELOG.md", "docs/decisions.md"})


def blocks(page: str) -> Iterator[Block]:
    """Give the fenced blocks of a page."""
    text = (ROOT / page).read_text("utf-8")
    for indent, language, inside in FENCE.findall(text):
        yield Block(page, language, re.sub(rf"^{indent}", "", inside, flags=re.M))


def words(command: str) -> list[str]:
    """Split one command, without the settings before it and the files after it."""
    found = shlex.split(re.split(r" (?:[<>|&]|2>)", command)[0])
    while found and re.match(r"[A-Z_]+=", found[0]):
        found.pop(0)
    return found


def tell(
    script: str, folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script as somebody who has the environment, but none of our settings."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("CHALLENGE_")}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={
            **own,
            "PATH": f"{Path(sys.executable).parent}:{own['PATH']}",
            "KANSRIJK": str(ROOT),
            # What a command keeps for somebody, it keeps in the folder.
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **variables,
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
