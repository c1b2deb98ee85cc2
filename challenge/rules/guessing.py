"""What anybody would try first as a password: known words, rows of keys, this event."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from threading import Lock

from challenge.brief import Brief
from challenge.brief.names import folded

# Zxcvbn's score 3, "safely unguessable": 100 million tries are more than come in where
# failed ones are counted, and what a slow hash makes dear for whoever has a copy.
_SAFE = 10**8
# As Wheeler counts a character that belongs to no pattern.
_MARK = 10
# Zxcvbn takes 72. Two looks at 40 letters and digits take 30 ms at most; one at 72 with
# all the marks that may stand for letters takes 1.7 s, so it is shown no mark.
_LONGEST = 40
# Marks as their keys (``!QAZ``) and as letters (``P@ssw0rd``); it knows digits itself.
_READINGS = str.maketrans("!@#$%^&*()", "1234567890"), str.maketrans("@$!", "asi")
# Of different characters beside known words and rows.
_FEWEST = 6
_SHORTEST_WORD = 4
# What zxcvbn has not, or counts for much where three stand together; the last line: the
# product, and who gives the first challenge.
_KNOWN = """
wachtwoordje wachtwoord passwort password passwd geheim secret welkom welcome
administrator admin organisatie organiser jurylid jury team login letmein iloveyou
qwertyuiop qwerty azerty asdfghjkl asdf zxcvbnm 1qaz2wsx changeme hallo hello
nederland holland tilburg brabant voetbal football
lente zomer herfst winter spring summer autumn
kansrijk smartstart hackathon datachallenge
"""
_AS_LETTERS = str.maketrans("@4301!5$7", "aaeoiisst")
# It keeps the words that it is given in a global: two at once would mix them up.
_ONE_AT_A_TIME = Lock()


def is_guessable(password: str, name: str, brief: Brief | None = None) -> bool:
    """Tell whether a password is of those that are tried first.

    What is known is taken out, and what is left has to say something of its own: no
    password rests on words of the event alone, however many. Zxcvbn finds the cheapest
    way to guess it from lists of words and names, rows of keys, dates and repeats. This
    is no list of passwords that leaked: it holds a guesser up, whose tries are counted.

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
    Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
    NIST SP 800-63B, 3.1.1.2: refuse what is commonly used, expected, or of the context.
    """
    said = [name, f"team {name}", _KNOWN]
    if brief is not None:
        said += [brief.slug, brief.title.nl, brief.title.en]
    words = [_squashed(one) for text in said for one in (text, *re.split(r"\W", text))]
    plain = folded(password)
    # Longer ones first, since a word may stand in another.
    known = sorted(filter(_is_word, {*words}), key=len, reverse=True)
    return any(
        _surprises(text, known) < _FEWEST
        for text in (plain, plain.translate(_AS_LETTERS))
    ) or any(_guesses(plain.translate(keys), words) < _SAFE for keys in _READINGS)


def _guesses(text: str, words: list[str]) -> int:
    """Count the tries until a text is found; a mark counts once, however often."""
    # Here: it takes 30 ms, and few processes are ever asked for a password.
    from zxcvbn import zxcvbn

    squashed = _squashed(text)
    marks = {letter for letter in text if not letter.isalnum()}
    with _ONE_AT_A_TIME:
        # It breaks at an empty text.
        found = zxcvbn(squashed[:_LONGEST] or "-", user_inputs=words)
    guesses: int = int(found["guesses"]) * _MARK ** len(marks)
    return guesses


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


def _is_word(text: str) -> bool:
    return len(text) >= _SHORTEST_WORD


def _squashed(text: str) -> str:
    return "".join(letter for letter in folded(text) if letter.isalnum())
