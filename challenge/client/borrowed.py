"""Names that stand elsewhere and cost something to import, fetched when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def borrowing(module: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """Make a module's ``__getattr__`` that fetches names from other modules.

    Parameters
    ----------
    module : str
        Whose it will be.
    places : mapping of str to str
        Name to the module that has it.

    Returns
    -------
    callable
        Takes a name and gives what it stands for, as PEP 562 has it.

    Examples
    --------
    >>> borrowing("here", {"sqrt": "math"})("sqrt")(9.0)
    3.0
    """

    def fetch(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(importlib.import_module(places[name]), name)

    return fetch
