"""What can still be read of a file with faults, so that they are told together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from challenge.schema.content import Content, meant_key

Record = TypeVar("Record", bound=Content)


def salvage(
    record: type[Record],
    data: Mapping[str, Any],
    error: ValidationError,
    *,
    lists: Iterable[tuple[str, ...]],
    stand_ins: Mapping[str, Any],
) -> Record | None:
    """Validate again what is left without the parts at fault.

    Nothing is left out on which other checks depend: they would tell faults that
    are none.

    Parameters
    ----------
    record : type of Content
        What the file should hold.
    data : mapping
        The file.
    error : ValidationError
        What was found in it.
    lists : iterable of tuple of str
        Paths of lists whose items may be left out one by one.
    stand_ins : mapping of str to object
        Top-level keys on which nothing depends, and what may stand there instead.

    Returns
    -------
    Content or None
        None if a part is at fault that cannot be done without.
    """
    details = error.errors()
    bad = [detail["loc"] for detail in details]
    needless = {d["loc"] for d in details if _is_needless(d, record, stand_ins)}
    sound = {key: value for key, value in data.items() if (key,) not in needless}
    faulty = {loc[0] for loc in bad if loc}
    sound |= {key: value for key, value in stand_ins.items() if key in faulty}
    for path in lists:
        sound = _without(sound, path, {w[len(path)] for w in bad if _below(w, path)})
    try:
        return record.model_validate(sound)
    except ValidationError:
        return None


def _is_needless(
    detail: Any, record: type[Content], stand_ins: Mapping[str, Any]
) -> bool:
    """Tell whether a key is unknown and none that matters was meant."""
    if detail["type"] != "extra_forbidden":
        return False
    meant = meant_key(detail, record)
    return meant is None or meant[-1] in stand_ins


def _below(where: tuple[str | int, ...], path: tuple[str, ...]) -> bool:
    return len(where) > len(path) and where[: len(path)] == path


def _without(data: Any, path: tuple[str, ...], positions: set[str | int]) -> Any:
    """Copy nested mappings, leaving items out of the list at the end of a path."""
    if not positions:
        return data
    if path:
        key, *rest = path
        return {**data, key: _without(data[key], tuple(rest), positions)}
    return [item for index, item in enumerate(data) if index not in positions]
