"""The audit of one release: everything that was found, and what a gate says to it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from challenge.brief.sections import Gate
from challenge.schema import Words
from challenge.synthesis.audit import gate as gates
from challenge.synthesis.audit.records import (
    AssociationFinding,
    BetweenFinding,
    CellFinding,
    CoverageFinding,
    GapFinding,
    MarginalFinding,
    Provenance,
    Record,
    SetFinding,
)
from challenge.synthesis.audit.rounding import public_figures
from challenge.synthesis.audit.truths import (
    CeilingFinding,
    LikenessFinding,
    PowerFinding,
    Sealed,
    ValueFinding,
    VerdictFinding,
)
from challenge.synthesis.disclosure.findings import Disclosure


class Audit(Record):
    """What was found in one build.

    Attributes
    ----------
    challenge : str
        Slug.
    title, target : Words
        Of the challenge, and of what models estimate.
    rehearsal : bool
        Whether anybody can repeat the build.
    is_public : bool
        Whether figures are rounded and the sealed part is left out.
    sets : tuple of SetFinding
        The target in each row set.
    features : int
        Columns of the feature frame.
    provenance : Provenance
        On what declared figures rest.
    marginals, associations, between, coverage, gaps, cells
        Declared against got, see `challenge.synthesis.audit.records`.
    stray : float
        Largest rank correlation between columns that declare none, in [0, 1].
    repeated : int
        Complete households that are alike in every column.
    power, ceilings, values, likeness
        About the target, see `challenge.synthesis.audit.truths`.
    verdicts : tuple of VerdictFinding
        What the policy says of the best models on `value_set`.
    value_set : str
        Row set on which `values` are measured.
    disclosures : dict of str to Disclosure or None
        By table that was learned from real rows; None where no checks came with it.
    sealed : Sealed or None
        What only organiser and auditor see.
    """

    challenge: str
    title: Words
    target: Words
    rehearsal: bool
    is_public: bool = False
    sets: tuple[SetFinding, ...]
    features: int
    provenance: Provenance
    marginals: tuple[MarginalFinding, ...]
    associations: tuple[AssociationFinding, ...]
    between: tuple[BetweenFinding, ...]
    coverage: tuple[CoverageFinding, ...]
    gaps: tuple[GapFinding, ...]
    cells: tuple[CellFinding, ...]
    stray: float
    repeated: int
    power: tuple[PowerFinding, ...]
    ceilings: tuple[CeilingFinding, ...]
    verdicts: tuple[VerdictFinding, ...] = ()
    values: tuple[ValueFinding, ...]
    value_set: str
    likeness: tuple[LikenessFinding, ...]
    disclosures: dict[str, Disclosure | None] = Field(default={})
    sealed: Sealed | None = None

    def breaches(self, gate: Gate) -> tuple[gates.Breach, ...]:
        """List where the release does not keep to the thresholds.

        Parameters
        ----------
        gate : Gate
            Of the brief.

        Returns
        -------
        tuple of Breach
            The worst of each kind first; none where it keeps to all.
        """
        return gates.breaches(self, gate)

    def objections(
        self, gate: Gate, *, rehearsal: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """Say what stands in the way of publishing.

        Parameters
        ----------
        gate : Gate
            Of the brief.
        rehearsal : bool
            Whether it would be published as one; with a typed seed it can be
            published as nothing else.

        Returns
        -------
        tuple of (str, str)
            Reason and what to do, in English; empty where nothing stands in the way.
        """
        excused = rehearsal or self.rehearsal
        return tuple(
            breach.sentences
            for breach in self.breaches(gate)
            if not (excused and breach.is_excused)
        )

    def sentences(self, gate: Gate) -> tuple[str, ...]:
        """Say in English what was found, for the datasheet.

        Parameters
        ----------
        gate : Gate
            Of the brief.

        Returns
        -------
        tuple of str
            One sentence each, with unit and direction.
        """
        return gates.sentences(self, gate)

    def public(self) -> Self:
        """Leave out what is sealed, and round what hidden rows had a part in.

        Returns
        -------
        Audit
            Without the mechanism, rounded by
            `challenge.synthesis.audit.rounding.public_figures`.
        """
        known = {**self.model_dump(exclude={"sealed"}), "is_public": True}
        return type(self).model_validate(public_figures(known))
