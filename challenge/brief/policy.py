"""The numbers of the fairness policy, and whether its intersections can be made."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from pydantic import Field

from challenge.errors import Fault
from challenge.schema import Content, Document, Location
from challenge.schema.references import raw_items


class Limits(Content):
    """The numbers of the fairness policy.

    Attributes
    ----------
    reference : {"logistic"} or None
        Plain model that a build trains for each source set, and whose gaps are
        subtracted; None: only observed/expected is judged.
    limit_ratio : float
        Observed/expected must lie within [1/limit, limit].
    limit_gap : float
        Largest allowed share not recognised in excess of the reference model's.
    intersections : tuple of tuple of str
        Names of attributes whose combinations are measured and shown too; they
        decide nothing.
    minimum_positives : int
        A group with fewer positives is not judged.
    level : float
        Confidence level.
    """

    reference: Literal["logistic"] | None = None
    limit_ratio: float = Field(default=1.25, gt=1)
    limit_gap: float = Field(default=0.10, gt=0, lt=1)
    intersections: tuple[tuple[str, ...], ...] = ()
    minimum_positives: int = Field(default=50, ge=10)
    level: float = Field(default=0.95, gt=0.5, lt=1)


def policy_faults(document: Document, limits: Limits) -> list[Fault]:
    """List intersections that are none, stand twice, or name no attribute.

    Parameters
    ----------
    document : Document
        ``brief.toml`` as read: an attribute that cannot be read is named all the same.
    limits : Limits
        What the brief's policy says.

    Returns
    -------
    list of Fault
        Empty if all is well.
    """
    known = [
        str(item.get("name"))
        for key in ("protected", "monitored")
        for _, item in raw_items(document, (key,))
    ]
    faults = []
    seen: set[frozenset[str]] = set()
    for index, names in enumerate(limits.intersections):
        where: Location = ("policy", "intersections", index)
        faults += [
            document.fault(where, "attribute-unknown", *_unknown(name, known))
            for name in names
            if name not in known
        ]
        kind = frozenset(names)
        if len(kind) < max(2, len(names)):
            problem = f"{' and '.join(names) or 'Nothing'} is no combination."
            repair = "Name two different attributes or more."
            faults.append(document.fault(where, "intersection-small", problem, repair))
        elif kind in seen:
            problem = f"{' and '.join(names)} are combined elsewhere too."
            repair = "Keep one of the two."
            faults.append(document.fault(where, "name-repeated", problem, repair))
        seen.add(kind)
    return faults


def _unknown(name: str, known: list[str]) -> tuple[str, str]:
    """Say that there is no such attribute, and which was probably meant."""
    near = get_close_matches(name, known, n=1)
    every = f"Name some of {', '.join(known)}."
    return (
        f"There is no attribute {name}.",
        f"Did you mean {near[0]}?" if near else every,
    )
