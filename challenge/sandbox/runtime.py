"""What is installed where models run, and what a bundle asks for besides.

A bundle runs with what the sandbox has: nothing is ever installed for it. So what
there is can be read by everyone, and what a bundle declares is compared with it when
it arrives. A difference is a warning: often the model runs all the same, and the
proof run tells.
"""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from challenge.sandbox.printable import strip_invisible

# Models cannot import it: only what stands beside it in the environment.
_OURS = "kansrijk"
# What MLflow writes has a dozen lines; what it freezes, a few hundred.
_MOST_LINES = 400
# Markers nest, and versions are matched with patterns: both are kept short.
_MOST_LINE = 300
_MOST_WARNINGS = 20
_SHOWN = 60
# As MLflow writes it; a YAML parser would cost more than the line tells.
_PYTHON = re.compile(r"^python: *['\"]?((\d{1,3}\.\d{1,3})(?:\.\w{1,16})?)", re.M)
# Comments, and options such as hashes.
_NOISE = re.compile(r"(?:^|\s+)#.*|\s--\w.*")


@dataclass(frozen=True, slots=True)
class Installed:
    """What a model can import.

    Attributes
    ----------
    python : str
        Version of the interpreter, such as ``"3.11.7"``.
    packages : mapping of str to str
        Version of each package, by its canonical name, in order.
    """

    python: str
    packages: Mapping[str, str]

    def as_requirements(self) -> str:
        """Write what is installed as a requirements file.

        Returns
        -------
        str
            A comment with Python's version, then one pinned package a line.

        Examples
        --------
        >>> print(Installed("3.11.7", {"numpy": "2.4.0"}).as_requirements(), end="")
        # Python 3.11.7
        numpy==2.4.0
        """
        pins = (f"{name}=={version}\n" for name, version in self.packages.items())
        return f"# Python {self.python}\n{''.join(pins)}"


@functools.cache
def runtime_packages() -> Installed:
    """List what the models on this machine can import.

    Read once: what is installed later reaches no sandbox that waits already.

    Returns
    -------
    Installed
        The environment of this process, which every sandbox shows to its model.
    """
    found: dict[str, str] = {}
    for each in importlib.metadata.distributions():
        # In the order of the path: what comes first is what is imported.
        found.setdefault(canonicalize_name(each.name), each.version)
    found.pop(_OURS, None)
    return Installed(platform.python_version(), dict(sorted(found.items())))


def compare(declared: str, runtime: Installed) -> tuple[str, ...]:
    """Say which declared packages are missing or of another version.

    Parameters
    ----------
    declared : str
        Text of a ``requirements.txt``.
    runtime : Installed
        From `runtime_packages`.

    Returns
    -------
    tuple of str
        A sentence each, with both versions; lines that declare no package by name
        are named as not used. Empty if all is as declared.

    Examples
    --------
    >>> compare("numpy==1.26.0", Installed("3.11.7", {"numpy": "2.4.0"}))
    ('requirements.txt asks for numpy==1.26.0; 2.4.0 is installed here.',)
    """
    found = [
        sentence
        for line in _read_lines(declared)
        if (sentence := _judge(line, runtime)) is not None
    ]
    rest = len(found) - _MOST_WARNINGS
    if rest > 0:
        found[_MOST_WARNINGS:] = [f"requirements.txt has {rest} more such lines."]
    return tuple(found)


def compare_python(declared: str, runtime: Installed) -> tuple[str, ...]:
    """Say that a model was saved by another Python.

    Parameters
    ----------
    declared : str
        Text of a ``python_env.yaml``; only its line ``python`` is looked for.
    runtime : Installed
        From `runtime_packages`.

    Returns
    -------
    tuple of str
        One sentence if the minor versions differ, since what one pickles the other
        need not read; empty otherwise.
    """
    asked = _PYTHON.search(declared)
    if asked is None or asked[2] == runtime.python.rpartition(".")[0]:
        return ()
    return (
        f"python_env.yaml asks for Python {asked[1]};"
        f" {runtime.python} is installed here.",
    )


def missing(declared: str, runtime: Installed) -> tuple[str, ...]:
    """Name the declared packages that are not installed at all.

    Parameters
    ----------
    declared : str
        Text of a ``requirements.txt``.
    runtime : Installed
        From `runtime_packages`.

    Returns
    -------
    tuple of str
        Canonical names, in their order, each once.
    """
    asked = (_parse(line) for line in _read_lines(declared))
    names = [canonicalize_name(each.name) for each in asked if each and _counts(each)]
    return tuple(dict.fromkeys(n for n in names if n not in runtime.packages))


def _read_lines(declared: str) -> list[str]:
    """Split a requirements file in lines, without comments and pip's options."""
    joined = declared.replace("\\\r\n", " ").replace("\\\n", " ")
    lines = (_NOISE.sub("", line).strip() for line in joined.splitlines())
    return [line for line in lines if line][:_MOST_LINES]


def _parse(line: str) -> Requirement | None:
    """Read one line; None if it does not ask for a package by its name."""
    if len(line) > _MOST_LINE:
        return None
    try:
        asked = Requirement(line)
    except (InvalidRequirement, RecursionError):
        return None
    return None if asked.url else asked


def _counts(asked: Requirement) -> bool:
    """Whether its marker, if it has one, means this machine."""
    try:
        return asked.marker is None or asked.marker.evaluate()
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError, RecursionError):
        return True


def _judge(line: str, runtime: Installed) -> str | None:
    """Say in a sentence what is wrong with one line; None if nothing is."""
    asked = _parse(line)
    if asked is None:
        return (
            f"requirements.txt has the line {_show(line)!r}, which is not used:"
            " nothing is installed for a model."
        )
    if not _counts(asked):
        return None
    name = canonicalize_name(asked.name)
    wanted = _show(f"{name}{asked.specifier}")
    version = runtime.packages.get(name)
    if version is None:
        return f"requirements.txt asks for {wanted}; it is not installed here."
    if asked.specifier.contains(version, prereleases=True):
        return None
    return f"requirements.txt asks for {wanted}; {version} is installed here."


def _show(text: str) -> str:
    return strip_invisible(text)[:_SHOWN]
