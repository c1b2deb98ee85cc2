"""Disclosure records in a challenge folder: what a partner's checks said of a table.

``challenge synthesize`` writes ``report.json`` inside a partner's walls. Beside the
learned schema, in ``partners/``, it is called ``<table>.report.json``.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import from_json

from challenge.errors import ContentRefusedError, Fault
from challenge.schema.documents import read_text
from challenge.schema.limits import UNPRINTABLE
from challenge.synthesis.disclosure.findings import RISKS, Disclosure, DisclosureRecord

ENDING = ".report.json"
_REPAIR = "Copy report.json again from the folder that `challenge synthesize` made"
_REPAIR += " of this table, or take this file away."


def record_paths(folder: Path) -> list[Path]:
    """Find the records of a challenge folder.

    Parameters
    ----------
    folder : Path
        Challenge folder.

    Returns
    -------
    list of Path
        In alphabetical order.
    """
    return sorted((folder / "partners").glob(f"*{ENDING}"))


def read_disclosures(folder: Path) -> dict[str, Disclosure]:
    """Read what was found of each table that was learned from real rows.

    Parameters
    ----------
    folder : Path
        Challenge folder.

    Returns
    -------
    dict of str to Disclosure
        By table; whether a table needs one, its schema says.

    Raises
    ------
    ContentRefusedError
        With every record that cannot be read, is of another table than its name
        says, lacks a check or stands beside no schema.
    """
    found: dict[str, Disclosure] = {}
    faults: list[Fault] = []
    for path in record_paths(folder):
        try:
            found[path.name.removesuffix(ENDING)] = _read(path, folder).disclosure
        except ContentRefusedError as refused:
            faults += refused.faults
    if faults:
        raise ContentRefusedError(faults)
    return found


def _read(path: Path, folder: Path) -> DisclosureRecord:
    """Read one record, or refuse it."""
    text, table = read_text(path, root=folder), path.name.removesuffix(ENDING)
    try:
        record = DisclosureRecord.model_validate(from_json(text, allow_inf_nan=False))
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(map(str, detail["loc"])) or "the whole file"
        raise _refused(path, folder, f"{where}: {detail['msg']}.") from error
    except ValueError as error:
        raise _refused(path, folder, f"This is not valid JSON: {error}.") from error
    lacking = set(RISKS) - {found.risk for found in record.disclosure.findings}
    if lacking:
        problem = f"It holds no check of {', '.join(sorted(lacking))}."
        raise _refused(path, folder, problem)
    if record.table != table:
        problem = f"It is of {record.table}, and its name says {table}."
        raise _refused(path, folder, problem)
    if not path.with_name(f"{table}.yaml").is_file():
        raise _refused(path, folder, f"There is no {table}.yaml beside it.")
    return record


def _refused(path: Path, folder: Path, problem: str) -> ContentRefusedError:
    name = path.relative_to(folder).as_posix()
    told = UNPRINTABLE.sub("?", problem)
    fault = Fault(name, None, "(the whole file)", "disclosure-record", told, _REPAIR)
    return ContentRefusedError([fault])
