"""Everything for a laptop on a USB stick, for a venue without a network."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from challenge.errors import ExportRefusedError
from challenge.kit.folder import About, starter
from challenge.kit.steps import (
    ENVIRONMENT,
    EVALUATE,
    SUBMIT,
    TRAIN,
    WINDOWS,
    log_in,
)
from challenge.kit.wheel import NAME, Wheel
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL

PROGRAM, KITS, SUMS = "program", "kits", "SHA256SUMS"
EXTRAS = "team,notebooks"
"""What a team may want to install of ours."""
_README = {"LEESMIJ.txt": "stick.nl.txt.j2", "README.txt": "stick.en.txt.j2"}
_TERMS = {"VOORWAARDEN.txt": "nl", "TERMS.txt": "en"}


@dataclass(frozen=True, slots=True)
class Errand:
    """Who makes a stick of what.

    Attributes
    ----------
    about : About
        What the kits are for.
    terms : mapping of str to sequence of str
        Of the release, by language.
    by : str
        Who takes responsibility for who gets it.
    day : date
        When.
    """

    about: About
    terms: Mapping[str, Sequence[str]]
    by: str
    day: date


def fetch_wheels(wheel: Wheel, folder: Path) -> list[Path]:
    """Fetch the wheels of all that a team installs, for this machine's system.

    Parameters
    ----------
    wheel : Wheel
        Our own, which says what it needs.
    folder : Path
        Where they go, our own with them.

    Returns
    -------
    list of Path
        All of them.

    Raises
    ------
    ExportRefusedError
        If pip is not there, or cannot fetch one of them.

    Notes
    -----
    For another system pip would decide by the circumstances of this one what is
    needed there; so a stick is made on a laptop like those that it is for.
    """
    own = folder / wheel.name
    own.write_bytes(wheel.content)
    words = ["download", "--quiet", "--only-binary=:all:", "--dest", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, f"{own}[{EXTRAS}]"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ExportRefusedError(
            f"pip could not fetch what the program needs: {last}.",
            hint="Try again where there is a network, or leave out --wheels.",
        )
    return sorted(folder.glob("*.whl"))


def write_stick(
    place: Path,
    wheels: Sequence[Path],
    kits: Mapping[str, Path],
    errand: Errand,
    *,
    sign: Callable[[], None],
) -> Path:
    """Write everything into one folder of the stick; it appears whole or not at all.

    Parameters
    ----------
    place : Path
        The stick: a folder that is there.
    wheels : sequence of Path
        Our own, and those that it needs if they go along.
    kits : mapping of str to Path
        Folder in the zip to the zip; one a source set.
    errand : Errand
        Who makes it of what.
    sign : callable
        Called when all is written, before it appears.

    Returns
    -------
    Path
        The folder; an earlier one of the same release is replaced.

    Raises
    ------
    ExportRefusedError
        If the stick is not there or has no room.
    """
    files = {f"{PROGRAM}/{path.name}": path for path in wheels}
    files |= {f"{KITS}/{stem}.zip": path for stem, path in kits.items()}
    texts = _texts(errand, next(iter(kits)), wheels)
    _check_room(place, sum(path.stat().st_size for path in files.values()))
    target = place / f"{NAME}-{errand.about.release.replace('/', '-')}"
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=place) as drafts:
        draft = Path(drafts) / target.name
        for name, path in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, draft / name)
        for name, text in texts.items():
            (draft / name).write_text(text, encoding="utf-8")
        (draft / SUMS).write_text(_sums(draft), encoding="utf-8")
        sign()
        if target.exists():
            target.rename(Path(drafts) / "earlier")
        draft.rename(target)
    return target


def _texts(errand: Errand, stem: str, wheels: Sequence[Path]) -> dict[str, str]:
    """Write what a person reads: how it works, and what they keep to."""
    site = errand.about.site or "https://SITE"
    own = next(path.name for path in wheels if path.name.startswith(f"{NAME}-"))
    is_whole = len(wheels) > 1
    offline = f'pip install --no-index --find-links ../{PROGRAM} "{NAME}[team]"'
    online = f'pip install "../{PROGRAM}/{own}[team]"'
    facts = {
        "title": errand.about.title,
        "release": errand.about.release,
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
        "rehearsal": REHEARSAL if errand.about.is_rehearsal else None,
        "by": errand.by,
        "day": f"{errand.day:%Y-%m-%d}",
        "steps": (
            f"python3 -m zipfile -e {KITS}/{stem}.zip .",
            f"cd {stem}",
            *ENVIRONMENT,
            offline if is_whole else online,
            TRAIN,
            EVALUATE,
        ),
        "windows": (f"py -m zipfile -e {KITS}/{stem}.zip .", *WINDOWS),
        "look": rf"certutil -hashfile {KITS}\{stem}.zip SHA256",
        "sending": (log_in(site), SUBMIT),
        "machine": _machine() if is_whole else "",
        "wheel": own,
    }
    written = {
        name: starter().get_template(template).render(facts)
        for name, template in _README.items()
    }
    for name, language in _TERMS.items():
        lines = (f"{n}. {t}" for n, t in enumerate(errand.terms[language], start=1))
        written[name] = "\n".join([errand.about.release, "", *lines]) + "\n"
    return written


def _machine() -> str:
    """Name the system and the Python that the wheels are for."""
    version = platform.python_version_tuple()
    return f"Python {version[0]}.{version[1]}, {sysconfig.get_platform()}"


def _check_room(place: Path, needed: int) -> None:
    if not place.is_dir():
        raise ExportRefusedError(
            f"There is no folder {place}.",
            hint="Put the stick in, and name the folder where it appears.",
        )
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ExportRefusedError(
            f"{place} has {free / 1e6:,.0f} MB free, and this takes"
            f" {needed / 1e6:,.0f} MB.",
            hint="Free some space, take a larger stick, name one source set with"
            " --sources, or leave out --wheels.",
        )


def _sums(folder: Path) -> str:
    """List digest and name of every file, as sha256sum reads it."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                told = hashlib.file_digest(file, "sha256").hexdigest()
            lines.append(f"{told}  {path.relative_to(folder).as_posix()}\n")
    return "".join(lines)
