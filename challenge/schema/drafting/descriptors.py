"""Reading a JSON or YAML description of tables that somebody else's tool made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, ValidationError

from challenge.errors import ContentRefusedError, DraftRefusedError, Fault
from challenge.schema.content import Content, faults_of
from challenge.schema.documents import Document, read_yaml
from challenge.schema.drafting.tables import ABSENT, LOOK
from challenge.schema.limits import unsound

MOST_BYTES = 16 * 2**20


class Foreign(Content):
    """A record of somebody else's format; keys that we do not need are passed over."""

    model_config = ConfigDict(extra="ignore")


Record = TypeVar("Record", bound=Foreign)


def read_descriptor(path: Path) -> Document:
    """Read a JSON or YAML file.

    Parameters
    ----------
    path : Path
        YAML if its name ends so, else JSON.

    Returns
    -------
    Document
        With lines for YAML.

    Raises
    ------
    DraftRefusedError
        If it cannot be read, is larger than 16 MB (in YAML 1 MB), holds no mapping,
        or something that could not be written again.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _refusal(path, "value-invalid", "This file is larger than 16 MB.")
        if path.suffix in {".yaml", ".yml"}:
            return read_yaml(path)
        data = json.loads(path.read_text("utf-8-sig"))
    except ContentRefusedError as error:
        raise DraftRefusedError(error.faults) from error
    except FileNotFoundError as error:
        raise _refusal(path, "file-missing", ABSENT, LOOK) from error
    except OSError as error:
        problem = "This file cannot be read."
        raise _refusal(path, "file-missing", problem) from error
    except UnicodeDecodeError as error:
        problem = "This file is not UTF-8 text."
        raise _refusal(path, "file-not-text", problem) from error
    except (ValueError, RecursionError) as error:
        problem = f"This is not valid JSON: {error}."
        raise _refusal(path, "syntax", problem) from error
    if not isinstance(data, dict):
        raise _refusal(path, "value-invalid", "The file holds no keys.")
    document = Document(path.name, data)
    faults = [document.fault(*found) for found in unsound(data)]
    if faults:
        raise DraftRefusedError(faults)
    return document


def record_of(document: Document, data: Any, record: type[Record]) -> Record:
    """Validate a description.

    Parameters
    ----------
    document : Document
        The file.
    data : object
        What to validate: the file's data, or made of it.
    record : type of Foreign
        What it should be.

    Returns
    -------
    Foreign
        The record.

    Raises
    ------
    DraftRefusedError
        With every fault.
    """
    try:
        return record.model_validate(data)
    except ValidationError as error:
        raise DraftRefusedError(faults_of(document, error, record)) from error


def refusal(
    document: Document,
    slug: str,
    key: str,
    problem: str,
    repair: str = "Change the description, or draft from a CSV instead.",
) -> DraftRefusedError:
    """Make the refusal of a description that cannot be drafted.

    Parameters
    ----------
    document : Document
        The file.
    slug, key, problem, repair : str
        As in `challenge.errors.Fault`.

    Returns
    -------
    DraftRefusedError
        To be raised.
    """
    return DraftRefusedError([Fault(document.file, None, key, slug, problem, repair)])


def _refusal(
    path: Path,
    slug: str,
    problem: str,
    repair: str = "Give a description in JSON or YAML.",
) -> DraftRefusedError:
    fault = Fault(path.name, None, "(the whole file)", slug, problem, repair)
    return DraftRefusedError([fault])
