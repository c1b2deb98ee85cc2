"""When two names are one to whoever reads them.

References
----------
The Unicode Standard, version 15, section 3.13, D146: compatibility caseless matching.
"""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """Reduce a name to what tells it from others: no case, width or extra spaces.

    Two names that fold alike may not both stand on a board, and a team gets the
    source set of the brief's name that folds like its own.

    Parameters
    ----------
    name : str
        Of a team or person.

    Returns
    -------
    str
        For comparing only, never for showing.
    """
    text = unicodedata.normalize("NFD", " ".join(name.split()))
    # Twice: compatibility forms may unfold into letters that have a case again.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.split())
