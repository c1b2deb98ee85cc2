"""Checking a challenge folder before anything is built of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from challenge.brief import Report, check, read_brief
from challenge.errors import ChallengeMissingError, ContentRefusedError
from challenge.synthesis.audit import planned_power
from challenge.synthesis.audit.truths import PowerFinding
from challenge.synthesis.disclosure.reading import read_disclosures


def require_folder(path: Path, content: Path) -> None:
    """Refuse a path of something else, and say which folder was probably meant.

    Parameters
    ----------
    path : Path
        As a person typed it.
    content : Path
        Where challenges are looked for by name.

    Raises
    ------
    ChallengeMissingError
        If a challenge folder stands near, and this is none.
    """
    near = path.parent if path.is_file() else content / path.name
    if not path.is_dir() and (near / "brief.toml").is_file():
        raise ChallengeMissingError(str(path), meant=f"Did you mean {near}?")


def folder_of(slug: str, content: Path) -> Path:
    """Find a challenge by its name.

    Parameters
    ----------
    slug : str
        As a person typed it.
    content : Path
        Where challenges are looked for by name.

    Returns
    -------
    Path
        The challenge's folder, whether it is there or not.

    Raises
    ------
    ChallengeMissingError
        If it is a path, with the name that is probably meant.
    """
    name = Path(slug).name
    if name != slug:
        meant = f"`challenge build` takes the name: {name}."
        raise ChallengeMissingError(slug, meant=meant)
    return content / slug


def check_folder(folder: Path) -> tuple[Report, tuple[PowerFinding, ...]]:
    """Check everything that a build would read, and tell what its sizes can show.

    Parameters
    ----------
    folder : Path
        Challenge folder.

    Returns
    -------
    report : Report
        With the faults of disclosure records too.
    power : tuple of PowerFinding
        What the policy can see in sets of these sizes; empty if there are faults.

    Raises
    ------
    ChallengeMissingError
        If there is no such folder.
    """
    report = check(folder)
    try:
        read_disclosures(folder)
    except ContentRefusedError as refused:
        report = replace(report, faults=(*report.faults, *refused.faults))
    if report.faults:
        return report, ()
    return report, planned_power(report.sets, read_brief(folder))
