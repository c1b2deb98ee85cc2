"""What is asked of the second road, and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from challenge.synthesis.disclosure import Disclosure
from challenge.synthesis.disclosure.findings import DisclosureRecord
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.walls.fidelity import Fidelity
from challenge.synthesis.walls.fitting import Method


@dataclass(frozen=True, slots=True)
class Order:
    """What a partner asks for.

    Attributes
    ----------
    source : Path
        Parquet file with real rows.
    schema : Path
        The partner's schema of them.
    out : Path
        Folder to be made.
    rows : int or None
        Synthetic rows; None: as many as there are real ones, rounded to five.
    seed : int or None
        Makes the same rows again; None draws a secret that nobody keeps.
    method : {"gaussian-copula", "ctgan"}
        Way of synthesizing.
    accepted : tuple of str
        Risks that are taken although their check fails.
    by : str
        Who takes them.
    """

    source: Path
    schema: Path
    out: Path
    rows: int | None = None
    seed: int | None = None
    method: Method = "gaussian-copula"
    accepted: tuple[str, ...] = ()
    by: str = ""


class Acceptance(BaseModel):
    """A risk that somebody took on.

    Attributes
    ----------
    risk : str
        Slug of the check that failed.
    value, limit : float
        What was measured, and what would have passed.
    by : str
        A named person.
    at : datetime
        Aware UTC.
    """

    model_config = ConfigDict(frozen=True)

    risk: str
    value: float
    limit: float
    by: str
    at: AwareDatetime


class Report(DisclosureRecord):
    """What the report shows, as ``report.json``.

    Attributes
    ----------
    title, partner : str
        From the schema.
    method : str
        Way of synthesizing.
    created_at : datetime
        Aware UTC.
    learned_rows, held_out_rows : int
        Real rows in either half, rounded to five.
    rows : int
        Synthetic rows.
    blanked : dict of str to int
        Synthetic values taken out because their cell was small, by column.
    left_out, empty : tuple of str
        Columns that never leave (texts without levels), and that held too little.
    fidelity : Fidelity
        How much the rows are like the learned figures.
    accepted : tuple of Acceptance
        Risks taken.
    """

    title: str
    partner: str
    method: str
    created_at: AwareDatetime
    learned_rows: int
    held_out_rows: int
    rows: int
    blanked: dict[str, int]
    left_out: tuple[str, ...]
    empty: tuple[str, ...]
    fidelity: Fidelity
    accepted: tuple[Acceptance, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """Risks whose check failed and that nobody took."""
        taken = {acceptance.risk for acceptance in self.accepted}
        return tuple(risk for risk in self.disclosure.failed if risk not in taken)


class Handover(BaseModel):
    """The manifest of what is handed over, as ``manifest.json``.

    Attributes
    ----------
    table, partner : str
        From the schema.
    schema_sha256 : str
        Hex digest of the schema that the rows were held against.
    method, sdv_version : str
        How the rows were made.
    seed_typed : bool
        Whether the seed was a number that somebody typed; the seed itself stays.
    created_at : datetime
        Aware UTC.
    learned_rows, rows : int
        Real rows learned from, rounded to five, and synthetic rows.
    disclosure : Disclosure
        Every check: figure, threshold and outcome.
    accepted : tuple of Acceptance
        Who took which risk, and when.
    files : dict of str to FileFacts
        Every other file, by name.
    """

    model_config = ConfigDict(frozen=True)

    table: str
    partner: str
    schema_sha256: str
    method: str
    sdv_version: str
    seed_typed: bool
    created_at: AwareDatetime
    learned_rows: int
    rows: int
    disclosure: Disclosure
    accepted: tuple[Acceptance, ...]
    files: dict[str, FileFacts]
