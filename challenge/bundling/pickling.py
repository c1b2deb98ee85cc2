"""A model as bytes, and what was met while they were written.

Functions and classes of a team's own modules are written out in full, since no server
can import them; those of installed packages by their name.
"""

from __future__ import annotations

import dis
import hashlib
import io
import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle
import cloudpickle.cloudpickle
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenge.bundling.answers import Model
from challenge.bundling.luggage import Seen, check
from challenge.bundling.own import SCRIPT, is_own, own_modules_written_out, top
from challenge.errors import PackagingRefusedError

PROTOCOL = 5  # the highest that Python 3.11 reads
_OF_A_FILE = ("__builtins__", "__cached__", "__file__", "__loader__", "__path__")


@dataclass(frozen=True, slots=True)
class Pickled:
    """A model as bytes.

    Attributes
    ----------
    data : bytes
        The pickle.
    modules : frozenset of str
        What has to be importable where it is loaded, without Python's own.
    code : bool
        Whether it carries functions, which only the same Python reads.
    """

    data: bytes
    modules: frozenset[str]
    code: bool


def pickled(model: Model, rows: pd.DataFrame, told: NDArray[np.float64]) -> Pickled:
    """Pickle a model, and see that what comes back is the same model.

    Parameters
    ----------
    model : Model
        From `challenge.bundling.answers.find_model`.
    rows : DataFrame
        Feature rows.
    told : ndarray of float
        Its answer to them.

    Returns
    -------
    Pickled
        The same bytes for the same model.

    Raises
    ------
    PackagingRefusedError
        If it cannot be pickled or comes back as another model, or holds what should
        not travel.
    """
    file, seen = io.BytesIO(), Seen()
    try:
        with own_modules_written_out():
            _Watching(file, seen).dump(model.kept)
    except Exception as error:
        raise PackagingRefusedError(
            f"{model.name} cannot be kept: {error}",
            hint="It holds something that lives in this process only, such as an open"
            " file, a connection or a lock. Make that inside the function, or leave it"
            " out.",
        ) from error
    data = _settle(file.getvalue())
    check(model.name, seen, data, set(rows.columns))
    _check_return(model, data, rows, told)
    foreign = seen.modules | seen.inside
    return Pickled(data, frozenset(foreign - set(sys.stdlib_module_names)), seen.code)


class _Watching(cloudpickle.Pickler):  # type: ignore[misc]
    """Notes what passes, and leaves out on which machine it was written."""

    def __init__(self, file: io.BytesIO, seen: Seen) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self._seen = seen

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, CodeType):
            self._seen.inside |= set(_imports(obj))
            named = obj.replace(co_filename=PurePath(obj.co_filename).name)
            self._seen.code = True
            return self.dispatch_table[CodeType](named)
        if isinstance(obj, ModuleType):
            return self._reduce_module(obj)
        if isinstance(obj, np.ufunc) and (place := _find_public(obj)):
            return getattr, (place, obj.__name__)
        if isinstance(obj, pd.DataFrame | pd.Series):
            self._seen.tables.append(obj)
        if isinstance(obj, PurePath) and obj.is_absolute():
            self._seen.paths.append(str(obj))
        told = super().reducer_override(obj)
        named_only = (type, FunctionType, BuiltinFunctionType)
        if told is NotImplemented and isinstance(obj, named_only):
            self._seen.modules.add(top(obj.__module__ or "builtins"))
        elif isinstance(obj, FunctionType):
            around = told[1][1]
            for name in _OF_A_FILE:
                around.pop(name, None)
        return told

    def _reduce_module(self, module: ModuleType) -> Any:
        function, arguments = self.dispatch_table[ModuleType](module)
        if len(arguments) == 1:
            self._seen.modules.add(top(module.__name__))
            return function, arguments
        name, inside = arguments
        left = {key: inside[key] for key in inside if key not in _OF_A_FILE}
        return function, (name, left | {"__spec__": None})


class _Elsewhere(pickle.Unpickler):
    """Reads as a server does, which has nothing of the team's."""

    def find_class(self, module: str, name: str) -> Any:
        if module in SCRIPT or is_own(module, sys.modules.get(module)):
            raise AttributeError(f"{name!r} of {module!r} did not travel along")
        return super().find_class(module, name)


def _find_public(function: np.ufunc) -> ModuleType | None:
    """Find a package that has a function of numpy's kind, which does not say where.

    Left to itself, pickle may say that it belongs to the script that uses it.
    """
    places = [
        name
        for name, module in list(sys.modules.items())
        if isinstance(module, ModuleType)
        and vars(module).get(function.__name__) is function
        and not (name in SCRIPT or is_own(name, module))
    ]
    public = min(places, key=lambda name: ("._" in name, len(name)), default="")
    return sys.modules.get(public)


def _imports(code: CodeType) -> Iterator[str]:
    """Name what a function imports while it runs."""
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME" and step.argval:
            yield top(step.argval)


def _settle(data: bytes) -> bytes:
    """Give classes that are written out the same mark each time.

    Cloudpickle marks each with 32 random hex digits, by which it knows it again. A
    function may make many of one name: their order in the bytes tells them apart.
    """
    tracked = cloudpickle.cloudpickle._DYNAMIC_CLASS_TRACKER_BY_CLASS
    placed = [(data.find(mark.encode()), kind, mark) for kind, mark in tracked.items()]
    seen: Counter[str] = Counter()
    for place, kind, mark in sorted(placed, key=itemgetter(0)):
        if place < 0:
            continue
        name = f"{kind.__module__}.{kind.__qualname__}"
        known = f"{name}.{seen[name]}" if seen[name] else name
        seen[name] += 1
        steady = hashlib.sha256(known.encode()).hexdigest()[: len(mark)]
        data = data.replace(mark.encode(), steady.encode())
    return data


def _check_return(
    model: Model, data: bytes, rows: pd.DataFrame, told: NDArray[np.float64]
) -> None:
    """See that what comes back out of the bytes answers as before."""
    try:
        back = _Elsewhere(io.BytesIO(data)).load()
        ask = back if model.form == "function" else back.predict_proba
        again = np.asarray(ask(rows.copy()), dtype=np.float64)
    except Exception as error:
        raise _other(model, f"it fails: {type(error).__name__}: {error}") from error
    if again.shape != told.shape or not np.allclose(again, told, atol=1e-9):
        raise _other(model, "it gives other probabilities")


def _other(model: Model, what: str) -> PackagingRefusedError:
    return PackagingRefusedError(
        f"{model.name} is another model once it was kept and loaded: {what}.",
        hint="The same rows must get the same probabilities. Draw nothing at random"
        " while predicting, and keep nothing outside the model that it needs.",
    )
