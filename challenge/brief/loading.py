"""Loading a challenge folder as far as it can be read.

A file that cannot be read makes everything that names its columns look wrong too.
`Loaded` keeps faults of one file apart from faults between files, and leaves out
the second kind where they only follow from the first.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from challenge.brief.agreement import brief_faults
from challenge.brief.consistency import partner_faults
from challenge.brief.definition import Brief
from challenge.errors import ChallengeMissingError, ContentRefusedError, Fault
from challenge.schema import (
    Document,
    PartnerSchema,
    faults_of,
    parse_partner,
    read_toml,
    read_yaml,
)
from challenge.schema.parsing import broken_columns
from challenge.schema.salvage import salvage
from challenge.schema.wording import wording_faults

ABSENCES = {
    "area-column",
    "area-postcode",
    "association-column",
    "column-unknown",
    "levels-missing",
    "link-column",
    "link-missing",
    "link-table",
    "rule-column",
    "table-unknown",
}
"""Faults that say that a column or table is not there; where it is only unread, its
own fault says so."""

_LISTS = (("protected",), ("monitored",), ("teams",), ("rubric",))
_STAND_INS: dict[str, Any] = {
    "title": {"nl": "", "en": ""},
    "question": {"nl": "", "en": ""},
    "evidence": [],
    "metrics": {},
    "policy": {},
    "event": {},
    "phases": [],
    "quota": {},
    "gate": {},
}
"""What nothing else depends on, if it cannot be read itself."""


@dataclass(slots=True)
class Loaded:
    """What a challenge folder holds, as far as it can be read.

    Attributes
    ----------
    brief : Brief or None
        With its sound partners; None if it is unreadable.
    faults : list of Fault
        Inside one file.
    between : list of Fault
        Between the files; some only follow from a fault inside one.
    broken : set of str
        Columns and tables that are written down and could not be read.
    unknown : bool
        Whether there may be more columns than anybody can tell.
    """

    brief: Brief | None
    faults: list[Fault]
    between: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    unknown: bool = False

    def lacks(self, names: Set[str] | None) -> None:
        """Note what could not be read.

        Parameters
        ----------
        names : set of str or None
            Columns or tables; None if nobody can tell which.
        """
        self.broken |= names or set()
        self.unknown |= names is None

    @property
    def causes(self) -> tuple[Fault, ...]:
        """Every fault but those that only say that something unread is not there."""
        return (*self.faults, *(f for f in self.between if not self._follows(f)))

    def _follows(self, fault: Fault) -> bool:
        named = set(re.findall(r"\w+", fault.problem))
        return fault.slug in ABSENCES and (self.unknown or bool(named & self.broken))


def load(folder: Path) -> Loaded:
    """Read what is sound in the brief and the partners; list what is not.

    Parameters
    ----------
    folder : Path
        Holds ``brief.toml`` and ``partners/*.yaml``.

    Returns
    -------
    Loaded
        The mechanism is not read: it depends on the columns.

    Raises
    ------
    ChallengeMissingError
        If there is no such folder, or it holds challenges and is none.
    """
    inside = sorted(path.parent for path in folder.glob("*/brief.toml"))
    if inside and not (folder / "brief.toml").exists():
        names = " or ".join(map(str, inside[:5]))
        meant = f"{folder} holds challenges and is none. Name {names}."
        raise ChallengeMissingError(str(folder), meant=meant)
    if not folder.is_dir():
        raise ChallengeMissingError(str(folder))
    brief, document, faults = _load_brief(folder)
    loaded = Loaded(brief, faults)
    documents, partners = _load_partners(folder, loaded)
    if brief is not None and document is not None:
        loaded.brief = brief.model_copy(update={"partners": tuple(partners)})
        loaded.between += brief_faults(document, loaded.brief)
        loaded.faults += _folder_faults(document, brief.slug, folder)
    loaded.between += partner_faults(documents, partners, loaded.brief)
    missing = [f.key for f in loaded.between if f.slug == "marginal-missing"]
    loaded.lacks({key.rpartition(".")[2] for key in missing})
    return loaded


def _load_partners(
    folder: Path, loaded: Loaded
) -> tuple[list[Document], list[PartnerSchema]]:
    """Read the partners' schemas that are sound, in alphabetical order."""
    documents, partners = [], []
    paths = sorted((folder / "partners").glob("*.yaml"))
    absent = _absence_faults(folder / "partners")
    if absent:
        loaded.lacks(None)
        loaded.faults += absent
    tables = {path.stem for path in paths}
    for path in paths:
        try:
            document = read_yaml(path, root=folder)
        except ContentRefusedError as refused:
            loaded.lacks(None)
            loaded.faults += refused.faults
            continue
        partner, found = parse_partner(document)
        if partner is not None and partner.name in tables - {path.stem}:
            # What it shares with the table that it is a copy of only follows.
            found, partner = [_copy_fault(document, path.stem)], None
        loaded.faults += found
        loaded.lacks(broken_columns(document, partner))
        if partner is None:
            loaded.lacks({path.stem})
        else:
            documents.append(document)
            partners.append(partner)
    return documents, partners


def _absence_faults(folder: Path) -> list[Fault]:
    """List schemas that are not read for their ending, or that there is none."""
    place, whole = folder.name, "(the whole file)"
    problem = "Only a schema that ends in .yaml is read."
    faults = [
        Fault(
            f"{place}/{path.name}", None, whole, "name-differs",
            problem, f"Rename it to {path.stem}.yaml.",
        )
        for path in sorted(folder.glob("*.yml"))
    ]  # fmt: skip
    if not faults and not any(folder.glob("*.yaml")):
        problem, repair = "There is no partner schema.", "Add partners/NAME.yaml."
        faults = [Fault(place, None, "*.yaml", "partners-missing", problem, repair)]
    return faults


def _copy_fault(document: Document, name: str) -> Fault:
    """Say that a file bears the name of a table that has a file of its own."""
    problem = f"The table {document.data['name']} has a file of its own."
    repair = f"Write `name: {name}`, and give its columns names of their own."
    return document.fault(("name",), "name-differs", problem, repair)


def _folder_faults(document: Document, slug: str, folder: Path) -> list[Fault]:
    """List that a folder is called otherwise than its challenge."""
    name = folder.resolve().name
    if slug == name:
        return []
    problem = f"The challenge is called {slug} and its folder {name}."
    repair = "Give both one name: commands find a challenge by its folder."
    return [document.fault(("slug",), "slug-differs", problem, repair)]


def _load_brief(folder: Path) -> tuple[Brief | None, Document | None, list[Fault]]:
    """Read the brief alone."""
    try:
        document = read_toml(folder / "brief.toml", root=folder)
    except ContentRefusedError as refused:
        return None, None, list(refused.faults)
    document, faults = _raised(document)
    faults += wording_faults(document)
    try:
        return Brief.model_validate(document.data), document, faults
    except ValidationError as error:
        sound = salvage(Brief, document.data, error, lists=_LISTS, stand_ins=_STAND_INS)
        return sound, document, faults_of(document, error, Brief) + faults


def _raised(document: Document) -> tuple[Document, list[Fault]]:
    """Read `core` as if it stood above the sections, and tell if it stands in one."""
    for where in document.lines:
        if where[1:] and where[-1] == "core":
            problem = "core stands below a section, so it is read as a key of it."
            repair = "Write it above the first [section]."
            data: Any = copy.deepcopy(document.data)
            section = data
            for step in where[:-1]:
                section = section[step]
            data = {"core": section.pop("core")} | data
            fault = document.fault(where, "key-misplaced", problem, repair)
            return replace(document, data=data), [fault]
    return document, []
