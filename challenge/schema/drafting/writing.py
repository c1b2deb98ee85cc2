"""Putting drafts into files; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from challenge.errors import ContentRefusedError, DraftRefusedError, Fault
from challenge.schema.documents import read_yaml
from challenge.schema.drafting.drafts import Draft
from challenge.schema.drafting.names import column_name
from challenge.schema.references import raw_items, written_columns

_YAML = {".yaml", ".yml"}
_FEATURES = ("x-features",)


def table_of(out: Path | None) -> str | None:
    """Name the table whose draft goes to a file.

    Parameters
    ----------
    out : Path or None
        A YAML file, a folder, or nothing.

    Returns
    -------
    str or None
        The stem of the file; None if it does not decide the name.

    Raises
    ------
    DraftRefusedError
        If a table cannot be called as the file is.
    """
    if out is None or out.is_dir():
        return None
    if out.suffix and out.suffix not in _YAML:
        problem = "A draft is a YAML file."
        repair = f"Call the file {column_name(out.stem)}.yaml, or name a folder."
        raise _refusal(out, "draft-name", problem, repair)
    if not out.suffix:
        return None
    name = column_name(out.stem)
    if name != out.stem or out.suffix != ".yaml":
        problem = "A table cannot be called as this file is."
        raise _refusal(out, "draft-name", problem, f"Call the file {name}.yaml.")
    return name


def taken_names(out: Path | None) -> set[str]:
    """List the columns of the schemas that stand where a draft will go.

    Parameters
    ----------
    out : Path or None
        A YAML file, a folder, or nothing.

    Returns
    -------
    set of str
        A challenge has one column per name over all tables.
    """
    if out is None:
        return set()
    folder = out.parent if out.suffix in _YAML else out
    names: set[str] = set()
    for path in folder.glob("*.yaml"):
        with suppress(ContentRefusedError):  # `challenge check` tells its faults
            document = read_yaml(path)
            names |= written_columns(document) or set()
            names |= {str(i.get("name")) for _, i in raw_items(document, _FEATURES)}
    return names


def write_drafts(drafts: Sequence[Draft], out: Path) -> list[Path]:
    """Write one draft to a file, or several into a folder.

    Parameters
    ----------
    drafts : sequence of Draft
        One or more.
    out : Path
        A ``.yaml`` file for one draft; a folder, made if need be, for any number.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    DraftRefusedError
        If a file is there already, or several drafts would go to one.
    """
    is_file = out.suffix in _YAML
    paths = [out if is_file else out / f"{draft.table}.yaml" for draft in drafts]
    for path in paths:
        if paths.count(path) > 1:
            problem = "More than one table would be written to this file."
            repair = "Name a folder with `--out`, and tables that differ."
            raise _refusal(path, "draft-name", problem, repair)
        if path.exists():
            problem, repair = (
                "This file is there already.",
                "Name another with `--out`.",
            )
            raise _refusal(path, "draft-exists", problem, repair)
    for path, draft in zip(paths, drafts, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draft.text, "utf-8")
    return paths


def _refusal(path: Path, slug: str, problem: str, repair: str) -> DraftRefusedError:
    fault = Fault(str(path), None, "(the whole file)", slug, problem, repair)
    return DraftRefusedError([fault])
