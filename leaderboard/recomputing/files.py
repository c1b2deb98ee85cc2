"""Read one file of a folder, and say of a bad one where it goes wrong."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from leaderboard.errors import FileRefusedError


def read_text(folder: Path, name: str, *, purpose: str) -> str:
    """Read a file of a folder.

    Parameters
    ----------
    folder : Path
        Where it stands.
    name : str
        Which, relative to the folder.
    purpose : str
        What it is for, as a sentence for who has not got it.

    Returns
    -------
    str
        Its text, without a byte order mark.

    Raises
    ------
    FileRefusedError
        If it is not there, cannot be opened, or is not UTF-8.
    """
    try:
        return (folder / name).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise FileRefusedError(
            name, problem, repair="Save the file as UTF-8."
        ) from error
    except FileNotFoundError as error:
        raise FileRefusedError(name, "there is no such file", repair=purpose) from error
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
        raise FileRefusedError(name, problem, repair=purpose) from error


def read_toml(folder: Path, name: str, *, purpose: str) -> dict[str, Any]:
    """Read a TOML file of a folder.

    Parameters
    ----------
    folder : Path
        Where it stands.
    name : str
        Which, relative to the folder.
    purpose : str
        What it is for, as a sentence for who has not got it.

    Returns
    -------
    dict
        Its keys and values.

    Raises
    ------
    FileRefusedError
        If it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(read_text(folder, name, purpose=purpose))
    except tomllib.TOMLDecodeError as error:
        repair = "Mend the file there."
        raise FileRefusedError(name, f"no TOML: {error}", repair=repair) from error


def read_json(folder: Path, name: str, *, purpose: str) -> Any:
    """Read a JSON file of a folder.

    Parameters
    ----------
    folder : Path
        Where it stands.
    name : str
        Which, relative to the folder.
    purpose : str
        What it is for, as a sentence for who has not got it.

    Returns
    -------
    object
        What it holds.

    Raises
    ------
    FileRefusedError
        If it cannot be read or is no JSON.
    """
    try:
        return json.loads(read_text(folder, name, purpose=purpose))
    except json.JSONDecodeError as error:
        raise FileRefusedError(
            name, f"no JSON: {error.msg}", repair=purpose, line=error.lineno
        ) from error
    except RecursionError as error:
        raise FileRefusedError(name, "it is nested too deep", repair=purpose) from error
