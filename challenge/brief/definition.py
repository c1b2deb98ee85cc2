"""The definition of a challenge: its brief with the partners' schemas."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from challenge.brief.attributes import Attribute
from challenge.brief.event import Event, Phase, moment
from challenge.brief.features import Feature, features
from challenge.brief.jury import Jury
from challenge.brief.names import folded
from challenge.brief.policy import Limits
from challenge.brief.sections import (
    ALL,
    Areas,
    Criterion,
    Evidence,
    External,
    Gate,
    Keys,
    Metrics,
    Quota,
    Sets,
    SourceSet,
    Target,
    Team,
)
from challenge.schema import Column, Content, PartnerSchema, Words, refusal
from challenge.schema.circumstances import levels_of
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
    event : Event
        Where the clock hangs that phases go by.
    phases : tuple of Phase
        Parts of the day.
    core : tuple of str
        Tables that every team gets.
    sources : tuple of SourceSet
        What some teams get beside the core.
    gate : Gate
        What a release must keep to before it may be published.
    teams : tuple of Team
        Named beforehand; others may register.
    rubric : tuple of Criterion
        What the jury looks at, in the order of the ballot.
    jury : Jury
        How its verdict comes about.
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
    event: Event = Event()
    phases: tuple[Phase, ...] = ()
    quota: Quota = Quota()
    core: tuple[str, ...] = ()
    sources: tuple[SourceSet, ...] = ()
    gate: Gate = Gate()
    teams: tuple[Team, ...] = ()
    rubric: tuple[Criterion, ...] = Field(min_length=1)
    jury: Jury = Jury()
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
    def starts(self) -> dict[str, datetime]:
        """When phases start by themselves, by name; aware UTC."""
        times = ((p.name, p.starts_at) for p in self.phases if p.starts_at)
        found = ((name, moment(at, self.event.clock)) for name, at in times)
        return {name: at for name, at in found if at}

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
        apart = {*self.areas.columns, self.areas.postcode}
        return {
            column.name: column
            for partner in self.partners
            for column in partner.columns
            if column.use != "link" and column.name not in apart
        }

    @property
    def household_columns(self) -> dict[str, Column]:
        """Those of `columns` that have one value per household."""
        elsewhere = {
            column.name
            for partner in self.partners
            if partner.rows is not None
            for column in partner.columns
        }
        return {n: c for n, c in self.columns.items() if n not in elsewhere}

    @property
    def features(self) -> tuple[Feature, ...]:
        """Columns of the feature frame: allowed, and known at the prediction moment."""
        month = self.target.prediction_month
        return tuple(features(self.partners, prediction_month=month))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of `features`, in order."""
        return tuple(feature.name for feature in self.features)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Every source set, the one with all tables first."""
        return (ALL, *(named.name for named in self.sources))

    def prevalence_in(self, name: str) -> float:
        """Tell which share of a row set the target holds for.

        Parameters
        ----------
        name : str
            Of the set.

        Returns
        -------
        float
            In (0, 1); outside, the odds are those inside times the declared shift.
        """
        inside = self.target.prevalence
        if name != "external":
            return inside
        odds = inside / (1 - inside) * self.external.shift.prevalence_odds
        return odds / (1 + odds)

    def source_of(self, team: str) -> str | None:
        """Name the source set of a team.

        Parameters
        ----------
        team : str
            Name of the team, as `folded` compares it.

        Returns
        -------
        str or None
            One of `source_names`; None if there are sets to choose from, and the
            brief does not name the team.
        """
        named = {folded(entry.name): entry.sources for entry in self.teams}
        return named.get(folded(team), None if self.sources else ALL)

    def tables_of(self, source: str) -> tuple[str, ...]:
        """List the tables of a source set.

        Parameters
        ----------
        source : str
            One of `source_names`.

        Returns
        -------
        tuple of str
            In the order of `partners`.

        Raises
        ------
        KeyError
            If there is no such set.
        """
        everything = {partner.name for partner in self.partners}
        tables = {named.name: {*self.core, *named.tables} for named in self.sources}
        mine = everything if source == ALL else tables[source]
        return tuple(p.name for p in self.partners if p.name in mine)

    @property
    def policy(self) -> FairnessPolicy:
        """The fairness policy that the leaderboard applies."""
        # Imported here: checking a schema does not need what scores models.
        from leaderboard import FairnessPolicy

        return FairnessPolicy(
            gate=tuple(a.name for a in self.attributes if a.policy == "gate"),
            report=tuple(a.name for a in self.attributes if a.policy == "report"),
            intersections=self.limits.intersections,
            limit_ratio=self.limits.limit_ratio,
            limit_gap=self.limits.limit_gap,
            minimum_positives=self.limits.minimum_positives,
            level=self.limits.level,
        )

    @property
    def levels(self) -> dict[str, tuple[Value, ...]]:
        """Each household's columns with their levels in order; none for numbers."""
        return {n: levels_of(column) for n, column in self.household_columns.items()}
