"""What the values of one column are: numbers, yes or no, dates, or something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from challenge.schema.limits import LARGEST

_ENOUGH = 0.98  # share of values that must be of a kind; the rest are typing errors
_YES_NO = (
    {"ja", "nee"}, {"j", "n"}, {"yes", "no"}, {"y", "n"}, {"true", "false"},
    {"waar", "onwaar"}, {"t", "f"}, {"1", "0"},
)  # fmt: skip
_YES = {"ja", "j", "yes", "y", "true", "waar", "t", "1"}
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DUTCH = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_ENGLISH = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?")
_DATE = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?"
)
_CODE = re.compile(r"0\d+")
_PERSONAL = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|[A-Z]{2}\d{2}[A-Z]{4}\d{6,}|(\+|00)\d[\d\s-]{8,}"
    r"|\d{4}\s?[A-Z]{2}(\s?\d+)?"
)
"""E-mail address, account number, telephone number, full Dutch postcode."""

_BETWEEN = {"van", "de", "der", "den", "het", "te", "ten", "ter", "el", "al", "von"}
_SAFE = 10  # fewer values than this may be a typing error and tell of somebody


def booleans(values: Sequence[str]) -> NDArray[np.bool_] | None:
    """Read values as yes and no.

    Parameters
    ----------
    values : sequence of str
        None of them empty.

    Returns
    -------
    ndarray of bool, shape (n_values,), or None
        None if they are something else.

    Examples
    --------
    >>> booleans(["ja", "Nee", "ja"]).tolist()
    [True, False, True]
    """
    seen = {value.lower() for value in values}
    if not seen or not any(seen <= pair for pair in _YES_NO):
        return None
    return np.array([value.lower() in _YES for value in values])


def numbers(values: Sequence[str]) -> NDArray[np.float64] | None:
    """Read values as numbers, with a decimal point or a decimal comma.

    Parameters
    ----------
    values : sequence of str
        None of them empty.

    Returns
    -------
    ndarray of float, or None
        Without what cannot be read; None if that is more than 1 in 50, or if
        leading zeros say that they are codes.

    Examples
    --------
    >>> numbers(["1.250,50", "80"]).tolist()
    [1250.5, 80.0]
    """
    bare = [value.strip("€$£% \u00a0") for value in values]
    if any(_CODE.fullmatch(value) for value in bare):
        return None
    for pattern, plain in _WAYS:
        read = [plain(value) for value in bare if pattern.fullmatch(value)]
        if bare and len(read) >= _ENOUGH * len(bare):
            found = np.array(read, dtype=np.float64)
            return found[np.abs(found) <= LARGEST]
    return None


def are_dates(values: Sequence[str]) -> bool:
    """Tell whether values are calendar dates.

    Parameters
    ----------
    values : sequence of str
        None of them empty.

    Returns
    -------
    bool
        True if nearly all of them are.
    """
    found = sum(_DATE.fullmatch(value) is not None for value in values)
    return bool(values) and found >= _ENOUGH * len(values)


def are_personal(values: Sequence[str]) -> bool:
    """Tell whether values point at persons, whatever their header says.

    Parameters
    ----------
    values : sequence of str
        None of them empty.

    Returns
    -------
    bool
        True if one in twenty is an address, or nearly all are citizen numbers.
    """
    found = sum(_PERSONAL.fullmatch(value) is not None for value in values)
    citizens = sum(_is_citizen_number(value) for value in values)
    enough = len(values) >= _SAFE and citizens >= _ENOUGH * len(values)
    return enough or (found > 0 and found >= len(values) / 20)


def are_names(values: Sequence[str]) -> bool:
    """Tell whether values look like names of persons or organisations.

    Parameters
    ----------
    values : sequence of str
        Different values of a column.

    Returns
    -------
    bool
        True if half of them are two words or more that start with a capital.

    Examples
    --------
    >>> are_names(["J. de Vries", "Mw. Jansen"]), are_names(["Basisschool De Linde"])
    (True, True)
    >>> are_names(["Two parents", "One parent"]), are_names(["VMBO HAVO", "MBO 2"])
    (False, False)
    """
    found = sum(_is_name(value) for value in values)
    return found > 0 and 2 * found >= len(values)


def _is_name(value: str) -> bool:
    """Tell whether every word has a capital, or parts names, and two are no codes."""
    words = value.replace(",", " ").split()
    capital = [w for w in words if w[0].isupper() and not (w.isupper() and w.isalpha())]
    known = all(w[0].isupper() or w.lower() in _BETWEEN for w in words)
    return known and len(capital) >= 2


def count_up(values: NDArray[np.float64]) -> bool:
    """Tell whether numbers tell rows or clients apart, instead of measuring.

    Parameters
    ----------
    values : ndarray of float, shape (n_values,)
        None of them missing.

    Returns
    -------
    bool
        True for whole numbers that all differ, or that are 1 to n for a large n.

    Examples
    --------
    >>> count_up(np.array([7.0, 3.0, 12.0])), count_up(np.array([1.0, 2.0, 2.0]))
    (True, False)
    """
    if not len(values) or not bool(np.all(values % 1 == 0)):
        return False
    different = np.unique(values)
    is_run = len(different) > max(20, len(values) / 4) and different[0] in (0, 1)
    is_run = is_run and different[-1] - different[0] == len(different) - 1
    return len(different) == len(values) or bool(is_run)


def _is_citizen_number(value: str) -> bool:
    """Tell whether a number passes the eleven-test of a BSN (nine digits)."""
    if not re.fullmatch(r"\d{8,9}", value):
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    pairs = zip(weights, value.zfill(9), strict=True)
    return sum(weight * int(digit) for weight, digit in pairs) % 11 == 0


_WAYS: tuple[tuple[re.Pattern[str], Callable[[str], float]], ...] = (
    (_PLAIN, float),
    (_DUTCH, lambda value: float(value.replace(".", "").replace(",", "."))),
    (_ENGLISH, lambda value: float(value.replace(",", ""))),
)
