"""What a team's sources add, as the public report of the release says it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from challenge.brief import Brief
from challenge.brief.sections import ALL
from challenge.synthesis import Release
from challenge.synthesis.audit import Audit
from challenge.synthesis.audit.truths import CeilingFinding, ValueFinding


@dataclass(frozen=True, slots=True)
class SourceValue:
    """What can be reached with a set of sources, and what each table of it tells.

    Attributes
    ----------
    own : CeilingFinding or None
        The best that was found with this set; None where the report has none.
    everything : CeilingFinding or None
        With all sources; None where that is the same set.
    tables : tuple of ValueFinding
        Of this set, most telling first.
    core : frozenset of str
        Tables that every set has.
    """

    own: CeilingFinding | None
    everything: CeilingFinding | None
    tables: tuple[ValueFinding, ...]
    core: frozenset[str]


def source_value(release: Release, brief: Brief, source: str) -> SourceValue | None:
    """Look up what a source set adds, from what everybody may read.

    Parameters
    ----------
    release : Release
        The published one. Only its public report is read: it is rounded.
    brief : Brief
        Says which tables belong to the set.
    source : str
        One of ``brief.source_names``.

    Returns
    -------
    SourceValue or None
        None where the release has no such report.
    """
    audit = public_report(release)
    if audit is None:
        return None
    ceilings = {c.source: c for c in audit.ceilings if c.set == audit.value_set}
    mine = set(brief.tables_of(source))
    tables = [
        one for one in audit.values if one.table in mine and one.name == one.table
    ]
    if not tables:
        return None
    return SourceValue(
        own=ceilings.get(source),
        everything=None if source == ALL else ceilings.get(ALL),
        tables=tuple(sorted(tables, key=lambda one: -one.alone.value)),
        core=frozenset(brief.core),
    )


def public_report(release: Release) -> Audit | None:
    """Read what a release's public report says; nothing here opens the sealed one.

    Parameters
    ----------
    release : Release
        Which one.

    Returns
    -------
    Audit or None
        None where there is none that can be read.
    """
    return _read(release.path / "public" / "report.json")


# A release never changes.
@lru_cache(maxsize=8)
def _read(report: Path) -> Audit | None:
    try:
        return Audit.model_validate_json(report.read_text("utf-8"))
    except (OSError, ValidationError):
        return None
