"""What is to be built: read, checked, and told apart from every other plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from challenge.brief import Brief, read_brief, set_sizes
from challenge.brief.mechanism import Mechanism, read_mechanism
from challenge.brief.organiser import Organiser, read_organiser
from challenge.brief.sections import Sets
from challenge.errors import ContentRefusedError, Fault
from challenge.schema import Document, faults_of, read_toml
from challenge.synthesis.disclosure.findings import Disclosure
from challenge.synthesis.disclosure.reading import read_disclosures, record_paths
from challenge.synthesis.drawing.generate import sdv_version
from challenge.synthesis.release import digest
from challenge.synthesis.secret import Secret


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be built, checked and complete.

    Attributes
    ----------
    folder : Path
        Challenge folder.
    brief : Brief
        Free of faults.
    sets : dict of str to int
        Rows of each set.
    mechanism : Mechanism
        As declared.
    source : Path
        File of the mechanism.
    organiser : Organiser
        What the organiser wrote for the documents.
    disclosures : dict of str to Disclosure
        Checks that came with tables learned from real rows.
    """

    folder: Path
    brief: Brief
    sets: dict[str, int]
    mechanism: Mechanism
    source: Path
    organiser: Organiser
    disclosures: dict[str, Disclosure]

    @property
    def is_shipped(self) -> bool:
        """Whether the mechanism says what one says that everybody can read."""
        shipped = self.folder.resolve().parent.glob("*/mechanism.toml")
        return any(_says(place, self.mechanism) for place in shipped)

    @property
    def schema_hashes(self) -> dict[str, str]:
        """Hex digest of the brief, each schema and what comes with it, by path."""
        partners = sorted((self.folder / "partners").glob("*.yaml"))
        records = record_paths(self.folder)
        paths = [self.folder / "brief.toml", *partners, *records]
        return {p.relative_to(self.folder).as_posix(): digest(p) for p in paths}

    @property
    def identity(self) -> str:
        """Hex digest of everything that decides the rows, but the secret."""
        parts = {
            "schemas": self.schema_hashes,
            "mechanism": digest(self.source),
            "sets": self.sets,
            "versions": [version("kansrijk"), sdv_version()],
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def secret(self, seed: int | None) -> Secret:
        """Make the secret of a new build.

        Parameters
        ----------
        seed : int or None
            Makes a rehearsal that anybody can repeat; None: random.

        Returns
        -------
        Secret
            Of this build alone.

        Raises
        ------
        ContentRefusedError
            If a hidden set is too small for a real event.
        """
        if seed is None:
            _require_enough(self.brief, self.sets)
        return Secret.make(seed)


def read_plan(
    folder: Path,
    *,
    rows: Mapping[str, int] | None = None,
    mechanism: Path | None = None,
) -> Plan:
    """Read everything that people wrote, or refuse.

    Parameters
    ----------
    folder : Path
        Challenge folder: brief, mechanism and partner schemas.
    rows : mapping of str to int, optional
        Other sizes than the brief's, for some sets.
    mechanism : Path, optional
        Private mechanism of a real event; default: the one in the folder.

    Returns
    -------
    Plan
        Free of faults.

    Raises
    ------
    ContentRefusedError
        If the folder has faults.
    """
    brief = read_brief(folder)
    source = mechanism or folder / "mechanism.toml"
    sets = brief.sets | dict(rows or {})
    try:
        Sets.model_validate(sets)
    except ValidationError as error:
        faults = faults_of(Document("rows", sets), error, Sets)
        raise ContentRefusedError(faults) from error
    declared = read_mechanism(source, brief, root=source.parent)
    return Plan(
        folder=folder,
        brief=brief,
        sets=sets,
        mechanism=declared,
        source=source,
        organiser=read_organiser(folder),
        disclosures=read_disclosures(folder),
    )


def _says(place: Path, mechanism: Mechanism) -> bool:
    """Tell whether a file declares the same mechanism, in whatever words and order."""
    try:
        other = Mechanism.model_validate(read_toml(place).data)
    except (ContentRefusedError, ValidationError):
        return False
    return other.essence == mechanism.essence


def _require_enough(brief: Brief, sets: Mapping[str, int]) -> None:
    """Refuse hidden sets that cannot carry a ranking."""
    faults = [
        Fault(
            "brief.toml",
            None,
            f"sets.{size.name}",
            "set-too-small",
            f"{size.clusters} neighbourhoods with {size.positives:.0f} expected"
            " positives cannot carry a ranking.",
            "Give it 40 neighbourhoods and 500 positives, or add `--seed 1` to"
            " rehearse.",
        )
        for size in set_sizes(brief, sets)
        if not size.is_enough
    ]
    if faults:
        raise ContentRefusedError(faults)
