"""The definition of a challenge: its brief with the partners' schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from challenge.brief.attributes import Attribute
from challenge.brief.sections import (
    Areas,
    Criterion,
    Evidence,
    External,
    Keys,
    Limits,
    Metrics,
    Phase,
    Quota,
    Sets,
    Target,
    Team,
)
from challenge.schema import Column, Content, PartnerSchema, Words, refusal
from challenge.schema.conditions import Value

if TYPE_CHECKING:
    from leaderboard import FairnessPolicy


class Brief(Content):
    """One challenge, readable by everyone.

    Attributes
    ----------
    slug : str
        Name of the challenge and of its folder.
    title, question : Words
        What people read first.
    evidence : tuple of Evidence
        Shown before the data.
    target, keys, areas, rows, external, metrics, limits, quota
        The sections, see `challenge.brief.sections`; `limits` is written ``policy`` and
        `rows` is written ``sets``.
    protected, monitored : tuple of Attribute
        What results are compared by: protected attributes only audit, monitored
        circumstances may be features too.
    phases : tuple of Phase
        Parts of the day.
    teams : tuple of Team
        Named beforehand; others may register.
    rubric : tuple of Criterion
        What the jury looks at, in the order of the ballot.
    partners : tuple of PartnerSchema
        In alphabetical order of their tables; not written in the file.
    """

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Words
    question: Words
    evidence: tuple[Evidence, ...] = ()
    target: Target
    keys: Keys = Keys()
    areas: Areas
    rows: Sets = Field(alias="sets")
    external: External = External()
    metrics: Metrics = Metrics()
    limits: Limits = Field(default=Limits(), alias="policy")
    protected: tuple[Attribute, ...] = Field(min_length=1)
    monitored: tuple[Attribute, ...] = ()
    phases: tuple[Phase, ...] = ()
    quota: Quota = Quota()
    teams: tuple[Team, ...] = ()
    rubric: tuple[Criterion, ...] = Field(min_length=1)
    partners: tuple[PartnerSchema, ...] = ()

    @field_validator("partners", mode="before")
    @classmethod
    def _not_written(cls, value: Any) -> Any:
        raise refusal(
            "key-unknown", "Partners do not stand here.", "Put them in partners/."
        )

    @property
    def sets(self) -> dict[str, int]:
        """Rows of each set, in the order train, practice, board, final, external."""
        return self.rows.model_dump()

    @property
    def capacity(self) -> float:
        """Share of households for the recall at capacity."""
        return self.metrics.capacity

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Protected and monitored attributes together."""
        return self.protected + self.monitored

    @property
    def columns(self) -> dict[str, Column]:
        """Every column that is drawn or derived, links and areas left out."""
        apart = {self.keys.household, self.keys.child, *self.areas.columns}
        return {
            column.name: column
            for partner in self.partners
            for column in partner.columns
            if column.name not in apart
        }

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns of the feature frame: allowed, and known at the prediction moment."""
        return tuple(
            name
            for name, column in self.columns.items()
            if column.use == "feature"
            and column.available_from <= self.target.prediction_month
        )

    @property
    def policy(self) -> FairnessPolicy:
        """The fairness policy that the leaderboard applies."""
        # Imported here: checking a schema does not need scikit-learn.
        from leaderboard import FairnessPolicy

        return FairnessPolicy(
            gate=tuple(a.name for a in self.attributes if a.policy == "gate"),
            report=tuple(a.name for a in self.attributes if a.policy == "report"),
            limit_ratio=self.limits.limit_ratio,
            minimum_positives=self.limits.minimum_positives,
            level=self.limits.level,
        )

    @property
    def levels(self) -> dict[str, tuple[Value, ...]]:
        """Every column with its levels in declared order; none for numbers."""
        return {name: _levels(column) for name, column in self.columns.items()}


def _levels(column: Column) -> tuple[Value, ...]:
    """Levels of one column; a derived column is boolean."""
    if column.marginal is None:
        return (False, True)
    return column.marginal.levels if column.type in {"string", "boolean"} else ()
