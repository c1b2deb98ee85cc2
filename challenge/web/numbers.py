"""Whole numbers in an address, no larger than the database holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

LARGEST = 2**63 - 1
"""Most that a whole number of the database can be."""

Key = Annotated[int, Path(ge=1, le=LARGEST)]
"""Which row is meant, at the end of an address or inside it."""
