"""Which packages a model needs, and whether a server has them."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import re
from collections.abc import Collection, Mapping
from typing import Any

from challenge.errors import PackagingRefusedError


def pin(modules: Collection[str]) -> dict[str, str]:
    """Find which installed package brings each module.

    Parameters
    ----------
    modules : collection of str
        First parts of module names, such as ``sklearn``.

    Returns
    -------
    dict of str to str
        Version by name of the package, in order. Cloudpickle is always among them,
        since it reads what it wrote.

    Raises
    ------
    PackagingRefusedError
        If a module is part of no package: the server cannot have it.
    """
    names: set[str] = set()
    for module in sorted({*modules, "cloudpickle"}):
        names |= set(_brought_by(module))
    return {name: importlib.metadata.version(name) for name in sorted(names)}


def compare(
    pins: Mapping[str, str], runtime: Mapping[str, Any], *, carries_code: bool
) -> list[str]:
    """Compare what a model needs with what a server has.

    Parameters
    ----------
    pins : mapping of str to str
        From `pin`.
    runtime : mapping
        With ``python`` and ``packages``, from `challenge.client.Client.runtime`.
    carries_code : bool
        Whether the model carries functions, which only the same Python reads.

    Returns
    -------
    list of str
        A sentence for each other version, which often works all the same.

    Raises
    ------
    PackagingRefusedError
        If the server has not got a package, or cannot read the functions.

    Examples
    --------
    >>> there = {"python": platform.python_version(), "packages": {"numpy": "2.4.0"}}
    >>> compare({"numpy": "2.3.0"}, there, carries_code=False)
    ['The server has numpy 2.4.0, and here it is 2.3.0.']
    """
    there = {_canonical(name): told for name, told in runtime["packages"].items()}
    for name in pins:
        if _canonical(name) not in there:
            raise PackagingRefusedError(
                f"The model needs {name}, which the server has not got.",
                hint="Nothing is installed for a model. Use what the server has"
                " (`client.runtime()`), or keep what the model learned as numbers, in a"
                " function of your own that needs numpy only.",
            )
    here, python = platform.python_version(), str(runtime["python"])
    other = here.split(".")[:2] != python.split(".")[:2]
    if other and carries_code:
        raise PackagingRefusedError(
            f"The model carries functions of Python {here}; the server has {python},"
            " which cannot read them.",
            hint=f"Train it with Python {'.'.join(python.split('.')[:2])}, or build it"
            " from parts of scikit-learn and LightGBM only.",
        )
    told = [f"The server has Python {python}, and here it is {here}."] * other
    return told + [
        f"The server has {name} {there[_canonical(name)]}, and here it is {version}."
        for name, version in pins.items()
        if there[_canonical(name)] != version
    ]


def _brought_by(module: str) -> list[str]:
    found = _packages().get(module)
    if not found:
        raise PackagingRefusedError(
            f"The model needs the module {module!r}, which no installed package has.",
            hint="A server can only have what is installed with pip. Put the functions"
            " of that module in your script, or in a file beside it that the script"
            " imports at its top.",
        )
    # Several share a name, such as parts of one project; its own name says which.
    return [module] if module in found else sorted(set(found))


@functools.cache
def _packages() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
