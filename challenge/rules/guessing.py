"""What anybody would try first as a password: rows of keys, known words, this event."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from challenge.brief import Brief
from challenge.brief.names import folded

# Of different characters beside known words and rows.
_FEWEST = 6
_SHORTEST_WORD = 4
# The last line: the product, and who gives the first challenge.
_KNOWN = """
wachtwoordje wachtwoord passwort password passwd geheim secret welkom welcome
administrator admin organisatie organiser jurylid jury team login letmein iloveyou
qwertyuiop qwerty azerty asdfghjkl asdf zxcvbnm 1qaz2wsx changeme hallo hello
nederland holland tilburg brabant voetbal football
lente zomer herfst winter spring summer autumn
kansrijk smartstart hackathon datachallenge
"""
_AS_LETTERS = str.maketrans("@4301!5$7", "aaeoiisst")


def is_guessable(password: str, name: str, brief: Brief | None = None) -> bool:
    """Tell whether a password is of those that are tried first.

    What is known is taken out; what is left has to say something of its own. So a
    known word may stand among others, and ``Welkom2026!`` is not one. This is no list
    of passwords that leaked: it holds a guesser up, whose tries are counted.

    Parameters
    ----------
    password : str
        As it was typed.
    name : str
        Of whoever chooses it.
    brief : Brief or None
        Of the event: its name and title are known to everybody in the room.

    Returns
    -------
    bool
        Whether it is to be refused.

    References
    ----------
    NIST SP 800-63B, 3.1.1.2: refuse what is commonly used, expected, or of the context.
    """
    # Longer ones first, since a word may stand in another.
    known = sorted({*_own(name, brief), *_KNOWN.split()}, key=len, reverse=True)
    plain = folded(password)
    return any(
        _surprises(text, known) < _FEWEST
        for text in (plain, plain.translate(_AS_LETTERS))
    )


def _own(name: str, brief: Brief | None) -> set[str]:
    said = [name]
    if brief is not None:
        said += [brief.slug, brief.title.nl, brief.title.en]
    words = {_squashed(one) for text in said for one in (text, *re.split(r"\W", text))}
    return {word for word in words if len(word) >= _SHORTEST_WORD}


def _surprises(text: str, known: Iterable[str]) -> int:
    """Count the different characters that continue no row, as 3 does after 1 and 2."""
    left = _squashed(text)
    for word in known:
        # A gap is no neighbour: what stood apart stays apart.
        left = left.replace(word, " ")
    steps = [ord(after) - ord(before) for before, after in pairwise(f"  {left}")]
    found = {
        letter
        for letter, (before, step) in zip(left, pairwise(steps), strict=True)
        if not (before == step and abs(step) <= 1)
    }
    return len(found - {" "})


def _squashed(text: str) -> str:
    return "".join(letter for letter in folded(text) if letter.isalnum())
