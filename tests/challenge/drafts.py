"""Sources of drafts, and folders that hold them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from challenge.errors import DraftRefusedError
from challenge.schema.drafting import Draft, taken_names, write_drafts

from ..factories import QUICKSTART


def csv_of(
    place: Path, columns: dict[str, list[Any]], *, sep: str = ",", code: str = "utf-8"
) -> Path:
    lines = [sep.join(columns)]
    lines += [sep.join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    place.write_text("\n".join(lines) + "\n", code)
    return place


def marginals(draft: Draft) -> dict[str, dict[str, Any]]:
    return {column.name: dict(column.marginal) for column in draft.columns}


def with_drafts(
    folder: Path, make: Callable[..., Sequence[Draft] | Draft], source: Path
) -> Path:
    """Make a quickstart with the drafts of a source, as the command does."""
    place = shutil.copytree(QUICKSTART, folder / "quickstart")
    made = make(source, taken=taken_names(place / "partners"))
    write_drafts([made] if isinstance(made, Draft) else made, place / "partners")
    return place


def refused(path: Path, make: Callable[[Path], object]) -> list[tuple[str, str]]:
    with pytest.raises(DraftRefusedError) as caught:
        make(path)
    assert all(fault.problem and fault.repair for fault in caught.value.faults)
    return [(fault.slug, fault.key) for fault in caught.value.faults]
