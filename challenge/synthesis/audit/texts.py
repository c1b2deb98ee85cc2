"""What the report says, and how it writes numbers: Dutch, headings in English too."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from leaderboard.language import Language, language


@cache
def texts(slug: str) -> Mapping[str, str]:
    """Read the texts of the report.

    Parameters
    ----------
    slug : str
        ``"nl"`` for all of them, ``"en"`` for the headings.

    Returns
    -------
    mapping of str to str
        By key; some with ``{placeholders}``.
    """
    file = resources.files(__package__) / "locale" / f"{slug}.toml"
    return MappingProxyType(tomllib.loads(file.read_text("utf-8")))


def words() -> Language:
    """Give the forms of numbers in the report.

    Returns
    -------
    Language
        Dutch.
    """
    return language("nl")


def precise(value: float) -> str:
    """Write a number of any size with three digits that mean something.

    Parameters
    ----------
    value : float
        Such as the quantile of an income.

    Returns
    -------
    str
        Such as ``"31.400"`` or ``"0,125"``.

    Examples
    --------
    >>> precise(31432.0), precise(4.0), precise(0.125)
    ('31.400', '4', '0,125')
    """
    rounded = float(f"{value:.3g}")
    digits = max(0, len(f"{rounded:.6f}".rstrip("0").partition(".")[2]))
    return words().number(rounded, digits)
