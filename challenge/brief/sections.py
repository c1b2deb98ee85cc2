"""The sections of a brief: target, row sets, attributes, shift, rubric and so on."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from challenge.schema import Content, Words, refusal
from challenge.schema.conditions import Tilt
from challenge.schema.limits import MOST_HOUSEHOLDS

ALL = "all"
"""The source set of a team that gets every table."""


class Evidence(Content):
    """What is known before the data are opened.

    Attributes
    ----------
    indicator : str
        Column or circumstance that it is about, in free words; nothing checks it.
    kind : {"literature", "experience"}
        Both count.
    finding : Words
        One sentence.
    reference : str
        Where it can be read, or who told it.
    """

    indicator: str
    kind: Literal["literature", "experience"]
    finding: Words
    reference: str


class Target(Content):
    """What models estimate the chance of.

    Attributes
    ----------
    name : str
        Column name of the target in the public rows.
    label, definition : Words
        What it is called, and what it means.
    prevalence : float
        Share of children in (0, 1), over all internal rows together.
    prediction_month, target_month : float
        Age of the child in months when the estimate is made, and to which the
        target refers.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Words
    definition: Words
    prevalence: float = Field(gt=0, lt=1)
    prediction_month: float = 6
    target_month: float = 24


class Keys(Content):
    """Names of the columns that link tables.

    Attributes
    ----------
    household, child : str
        One household has one child here.
    """

    household: str = "hh_id"
    child: str = "child_id"


class Areas(Content):
    """Which columns hold areas, and how large the fictional ones are.

    Attributes
    ----------
    municipality, district, neighbourhood : str
        Audit columns; district is a *wijk*, neighbourhood a *buurt*.
    neighbourhood_size : int
        Households in a neighbourhood, about.
    district_size : int
        Neighbourhoods in a district.
    held_out : tuple of str
        Municipalities that only the external set has.
    postcode : str
        Link column with a fictional postcode area; empty if no table is by postcode.
    postcode_size : int
        Neighbourhoods in a postcode area.
    """

    municipality: str
    district: str
    neighbourhood: str
    neighbourhood_size: int = Field(default=100, ge=5)
    district_size: int = Field(default=10, ge=1)
    held_out: tuple[str, ...] = Field(min_length=1)
    postcode: str = ""
    postcode_size: int = Field(default=5, ge=1)

    @property
    def columns(self) -> tuple[str, str, str]:
        """Municipality, district and neighbourhood column."""
        return self.municipality, self.district, self.neighbourhood


class Sets(Content):
    """How many rows each set has.

    Attributes
    ----------
    train, practice : int
        Public, with labels.
    board, final : int
        Hidden, from the same municipalities.
    external : int
        Hidden, from the municipalities held out.
    """

    train: int = Field(ge=50, le=MOST_HOUSEHOLDS)
    practice: int = Field(ge=50, le=MOST_HOUSEHOLDS)
    board: int = Field(ge=50, le=MOST_HOUSEHOLDS)
    final: int = Field(ge=50, le=MOST_HOUSEHOLDS)
    external: int = Field(ge=50, le=MOST_HOUSEHOLDS)


class Shift(Content):
    """How the external municipalities differ, beyond their names.

    Attributes
    ----------
    prevalence_odds : float
        Odds of the target among all households outside, relative to inside; what
        `strength` and `tilt` do to the prevalence is in it, not on top of it.
    strength : float
        Every effect of the mechanism is this many times as strong; areas differ as
        much as inside.
    tilt : tuple of Tilt
        Other marginals.
    """

    prevalence_odds: float = Field(default=1, gt=0)
    strength: float = Field(default=1, ge=0)
    tilt: tuple[Tilt, ...] = ()


class External(Content):
    """The external set.

    Attributes
    ----------
    shift : Shift
        Declared difference.
    """

    shift: Shift = Shift()


class Metrics(Content):
    """What the board shows.

    Attributes
    ----------
    primary : str
        What ranks.
    capacity : float
        Share of households for the recall at capacity; nobody is selected.
    """

    primary: Literal["scaled_brier"] = "scaled_brier"
    capacity: float = Field(default=0.10, gt=0, lt=1)


class Quota(Content):
    """What a team may use per day.

    Attributes
    ----------
    scored_per_day, uploads_per_day : int
        Scored runs, and uploads of any kind.
    """

    scored_per_day: int = Field(default=10, ge=1)
    uploads_per_day: int = Field(default=100, ge=1)


class Team(Content):
    """A team that the brief names beforehand.

    Attributes
    ----------
    name : str
        As it stands on the board.
    sources : str
        Name of its source set.
    """

    name: str = Field(min_length=1)
    sources: str = ALL


class SourceSet(Content):
    """Partner tables that some teams get beside the core.

    Attributes
    ----------
    name : str
        Short name, also of its folder in a release.
    label : Words
        What people read.
    tables : tuple of str
        Names of partner tables.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    label: Words
    tables: tuple[str, ...] = Field(min_length=1)


class Gate(Content):
    """What a release must keep to before a person may publish it.

    Attributes
    ----------
    marginal_error : float
        Largest difference between a declared and a drawn distribution function.
    association_error : float
        Largest difference between a declared and a drawn rank correlation.
    prevalence_error : float
        Largest difference between the declared and the mean true risk inside.
    minimum_cell : int
        Smallest number of households in a level of an audited attribute, per set.
    """

    marginal_error: float = Field(default=0.02, gt=0, lt=1)
    association_error: float = Field(default=0.05, gt=0, lt=1)
    prevalence_error: float = Field(default=0.01, gt=0, lt=1)
    minimum_cell: int = Field(default=10, ge=1)


class Criterion(Content):
    """One criterion of the jury.

    Attributes
    ----------
    slug : str
        Stable name.
    label : Words
        What people read.
    anchors : dict of str to Words
        What each of 1 to 5 points means.
    """

    slug: str = Field(pattern=r"^[a-z][a-z-]*$")
    label: Words
    anchors: dict[str, Words]

    @field_validator("anchors")
    @classmethod
    def _one_to_five(cls, anchors: dict[str, Any]) -> dict[str, Any]:
        if list(anchors) != ["1", "2", "3", "4", "5"]:
            raise refusal(
                "anchors-incomplete",
                "The points are not 1 to 5.",
                "Describe 1, 2, 3, 4 and 5.",
            )
        return anchors
