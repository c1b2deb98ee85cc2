"""What ``MLmodel`` says of the model beside it, and what will therefore load it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import Any

from challenge.errors import BundleRefusedError
from challenge.records import Loader
from challenge.sandbox.guest.loading import find_loader
from challenge.sandbox.texts import parse_mapping, read_text, unreadable

FLAVOURS = ("sklearn", "lightgbm", "python_function")
# How the base loader gives what YAML means by nothing and by no.
_NOTHING = frozenset({"", "~", "null", "Null", "NULL", "false", "False", "FALSE"})
_SLUG = "model-unreadable"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a bundle's ``MLmodel`` declares.

    Attributes
    ----------
    flavour : str
        The most particular of `FLAVOURS` that it names.
    loader : Loader
        What will load its model; `Loader.PYFUNC` where anything is unusual.
    """

    flavour: str
    loader: Loader


def read_model_file(archive: zipfile.ZipFile) -> ModelFile:
    """Read ``MLmodel`` and tell the flavour and what will load it.

    Parameters
    ----------
    archive : ZipFile
        A bundle whose names and sizes were checked.

    Returns
    -------
    ModelFile
        Plain strings; nothing of the model is opened.

    Raises
    ------
    BundleRefusedError
        ``model-missing``, ``model-unreadable`` or ``flavour-unsupported``.
    """
    text = read_text(archive, "MLmodel", _SLUG)
    if text is None:
        raise _model_missing(archive)
    model = parse_mapping(text, "MLmodel", _SLUG)
    flavours = model.get("flavors")
    if not isinstance(flavours, dict):
        raise unreadable("MLmodel", _SLUG, "It names no flavors.")
    _check_flavours(flavours)
    flavour = next(name for name in FLAVOURS if name in flavours)
    return ModelFile(flavour, _choose_loader(model))


def _check_flavours(flavours: dict[str, Any]) -> None:
    """Refuse what MLflow would load with a package that no sandbox has."""
    strange = sorted(set(flavours) - set(FLAVOURS))
    if not strange and "python_function" in flavours:
        return
    if "onnx" in strange:
        problem = (
            "MLmodel has the flavour 'onnx', which is not run: ONNX Runtime is not"
            " installed here, and MLflow gives it all columns as one table of numbers."
        )
    elif strange:
        problem = f"MLmodel has the flavour {strange[0][:80]!r}, which is not run."
    else:
        problem = "MLmodel has no python_function flavour."
    raise BundleRefusedError(
        "flavour-unsupported",
        problem,
        hint="Save the model as sklearn or LightGBM, for instance with"
        " `challenge.client.package`; or wrap it as a python_function that needs"
        " nothing but the packages at /api/runtime.",
    )


def _choose_loader(model: dict[str, Any]) -> Loader:
    """Choose the loader as the guest will, which reads the file again by itself."""
    try:
        return Loader(find_loader(_as_values(model, {})))
    except RecursionError:
        return Loader.PYFUNC


def _as_values(parsed: Any, seen: dict[int, Any]) -> Any:
    """Tell nothing and no from words, which the base loader does not.

    Each mapping is taken once: YAML's aliases let one stand in many places.
    """
    if not isinstance(parsed, dict):
        return None if isinstance(parsed, str) and parsed in _NOTHING else parsed
    if id(parsed) not in seen:
        seen[id(parsed)] = made = {}
        made.update({key: _as_values(value, seen) for key, value in parsed.items()})
    return seen[id(parsed)]


def _model_missing(archive: zipfile.ZipFile) -> BundleRefusedError:
    """Say where the MLmodel lies, if it is merely in the wrong place."""
    inside = sorted(n for n in archive.namelist() if n.endswith("/MLmodel"))
    if inside:
        folder = inside[0].removesuffix("/MLmodel")
        hint = f"It lies in {folder!r}: zip what is in that folder, not the folder."
    else:
        hint = "Save the model with MLflow and zip the files of its folder."
    return BundleRefusedError(
        "model-missing", "There is no MLmodel at the root of the bundle.", hint=hint
    )
