"""The wheel of this very product, made from what is installed.

Nobody has to publish it anywhere: the server that a team talks to hands out the
program that talks to it, so the two always fit. There is one distribution, so its wheel
carries the server's code too; a team installs none of the server's libraries with it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackagePath, distribution, version
from importlib.util import find_spec
from pathlib import Path

NAME = "kansrijk"
PACKAGES = ("challenge", "leaderboard")
TAG = "py3-none-any"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows
# What the product is made of; whatever else lies in a checkout is somebody's own.
_SUFFIXES = {
    *(".py", ".toml", ".yaml", ".mako", ".j2", ".html", ".css", ".js", ".woff2"),
    *(".md", ".LICENSE"),
}
_NAMES = {"package.json", "package-lock.json", "stamp"}
# One of a challenge tells how its outcomes came about, and has no place in here.
_NEVER = {"mechanism.toml"}
# Written by whoever installed it, about that installation.
_KEPT = {"METADATA", "entry_points.txt"}


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel, as it is served.

    Attributes
    ----------
    name : str
        File name, which says to pip what it is.
    content : bytes
        The same for the same files.
    sha256 : str
        Of the content.
    """

    name: str
    content: bytes
    sha256: str


def wheel_name() -> str:
    """Name the wheel without making it.

    Returns
    -------
    str
        File name, such as ``"kansrijk-1.0-py3-none-any.whl"``.
    """
    return f"{NAME}-{version(NAME)}-{TAG}.whl"


@cache
def own_wheel() -> Wheel:
    """Make the wheel of the installed product, once in a process.

    Returns
    -------
    Wheel
        Of the same version, extras and commands; also where the product is installed
        as an editable checkout.

    Raises
    ------
    PackageNotFoundError
        If the product runs without being installed.

    References
    ----------
    Binary distribution format, Python Packaging User Guide (PyPA specifications).
    """
    found = distribution(NAME)
    stem = f"{NAME}-{found.version}"
    info = f"{stem}.dist-info"
    files = _packages(found) | _metadata(found, info) | _shared(found, stem)
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    content = _pack(files)
    sha256 = hashlib.sha256(content).hexdigest()
    return Wheel(wheel_name(), content, sha256)


def _packages(found: Distribution) -> dict[str, bytes]:
    """Read what stands in the packages, from wherever they are imported.

    Everybody may fetch it: so of a checkout only what a product is made of, and of an
    installation only what was installed.
    """
    installed = {file.as_posix() for file in _files(found)}
    is_checkout = f"{PACKAGES[0]}/__init__.py" not in installed
    read = {}
    for package in PACKAGES:
        folder = _folder(package)
        for path in folder.rglob("*"):
            name = path.relative_to(folder.parent)
            known = is_checkout or name.as_posix() in installed
            if known and _is_ours(name) and path.is_file() and not path.is_symlink():
                read[name.as_posix()] = path.read_bytes()
    return read


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No package {package}.", name=package)
    return Path(spec.origin).parent


def _is_ours(name: Path) -> bool:
    """Leave out what running and editing leave behind, and what people park."""
    if any(part == "__pycache__" or part[0] in ".#" for part in name.parts):
        return False
    listed = name.suffix in _SUFFIXES or name.name in _NAMES
    return listed and name.name not in _NEVER


def _metadata(found: Distribution, info: str) -> dict[str, bytes]:
    """Copy name, version, extras, commands and licences, and say what this wheel is."""
    kept = {
        f"{info}/{'/'.join(file.parts[1:])}": _read(file)
        for file in _files(found)
        if file.parts[0].endswith(".dist-info")
        and (file.name in _KEPT or file.parts[1] == "licenses")
    }
    lines = (
        "Wheel-Version: 1.0",
        f"Generator: {NAME} ({found.version})",
        "Root-Is-Purelib: true",
        f"Tag: {TAG}",
    )
    return kept | {f"{info}/WHEEL": ("\n".join(lines) + "\n").encode()}


def _shared(found: Distribution, stem: str) -> dict[str, bytes]:
    """Copy what stands outside the packages: the quickstart."""
    names = {
        file: [part for part in file.parts if part != ".."] for file in _files(found)
    }
    return {
        f"{stem}.data/data/{'/'.join(parts)}": _read(file)
        for file, parts in names.items()
        if parts[0] == "share"
    }


def _files(found: Distribution) -> list[PackagePath]:
    return found.files or []


def _read(file: PackagePath) -> bytes:
    return Path(file.locate()).read_bytes()


def _record(files: dict[str, bytes], own: str) -> bytes:
    """List every file with its digest and size; the list itself has neither."""
    lines = [f"{name},{_digest(files[name])},{len(files[name])}" for name in files]
    return ("\n".join(sorted([*lines, f"{own},,"])) + "\n").encode()


def _digest(content: bytes) -> str:
    told = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={told.decode().rstrip('=')}"


def _pack(files: dict[str, bytes]) -> bytes:
    """Zip them, `.dist-info` last, as the format recommends."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda name: (".dist-info/" in name, name)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return made.getvalue()
