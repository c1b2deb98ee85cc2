"""Checking a challenge folder before anything is built of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from challenge.brief import Report, check, read_brief
from challenge.errors import ContentRefusedError
from challenge.synthesis.audit import planned_power
from challenge.synthesis.audit.truths import PowerFinding
from challenge.synthesis.disclosure.reading import read_disclosures


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
