"""What a recomputed board says of itself, in both languages."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from leaderboard.errors import LanguageUnknownError


@cache
def texts_in(slug: str) -> dict[str, str]:
    """Read the texts of one language.

    Parameters
    ----------
    slug : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict of str to str
        By key; some with ``{placeholders}``.

    Raises
    ------
    LanguageUnknownError
        If there are none.
    """
    place = resources.files("leaderboard").joinpath("templates", "recomputed.toml")
    found = tomllib.loads(place.read_text("utf-8"))
    if slug not in found:
        raise LanguageUnknownError(slug)
    texts: dict[str, str] = found[slug]
    return texts
