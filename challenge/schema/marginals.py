"""Marginals: what a partner declares about one column on its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from challenge.schema.curves import Lognormal, Normal, Quantiles
from challenge.schema.levels import Counts, Proportions, Share

_KINDS = ("share", "proportions", "quantiles")


def _kind(raw: object) -> str:
    """Which marginal is meant, by the key that stands there."""
    if isinstance(raw, dict):
        named = str(raw.get("distribution", ""))
        return next((kind for kind in _KINDS if kind in raw), named)
    return next(
        (k for k in _KINDS if hasattr(raw, k)), getattr(raw, "distribution", "")
    )


Marginal = Annotated[
    Annotated[Share, Tag("share")]
    | Annotated[Proportions, Tag("proportions")]
    | Annotated[Quantiles, Tag("quantiles")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Counts, Tag("counts")],
    Discriminator(
        _kind,
        custom_error_type="marginal-unknown",
        custom_error_message="This is none of share, proportions, quantiles, or"
        " the distributions normal, lognormal and counts",
    ),
]
