"""Which modules are a team's own; they travel, since no server has them."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cloudpickle

OURS = ("challenge", "leaderboard")
"""The framework, which no sandbox has."""
SCRIPT = ("__main__", "__mp_main__")
"""What Python calls the script or notebook that runs."""


@contextmanager
def own_modules_written_out() -> Iterator[None]:
    """Have cloudpickle write out what lies outside the installed packages.

    Yields
    ------
    None
        While it does; what was asked for besides stays as it was.
    """
    known = cloudpickle.list_registry_pickle_by_value()
    own = [m for n, m in list(sys.modules.items()) if n not in known and is_own(n, m)]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


def is_own(name: str, module: Any) -> bool:
    """Tell whether a module is a team's: a file beside its script, not installed.

    Parameters
    ----------
    name : str
        By which `sys.modules` knows it.
    module : object
        What it has there; a few packages put other things than modules there.

    Returns
    -------
    bool
        False for the script itself, whose things always travel, and for our own.
    """
    place = getattr(module, "__file__", None)
    if not isinstance(place, str) or getattr(module, "__name__", "") != name:
        return False
    if name in SCRIPT or top(name) in (*OURS, *sys.stdlib_module_names):
        return False
    installed = {"site-packages", "dist-packages"} & set(Path(place).parts)
    return not installed and not Path(place).is_relative_to(
        sysconfig.get_path("stdlib")
    )


def top(name: str) -> str:
    """Give the first part of a module's name.

    Parameters
    ----------
    name : str
        Such as ``"sklearn.pipeline"``.

    Returns
    -------
    str
        Such as ``"sklearn"``.
    """
    return name.partition(".")[0]
