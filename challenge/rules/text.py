"""What people write to us: of a sane length, and of characters that can be shown."""

from __future__ import annotations

import unicodedata

from challenge.errors import RequestRefusedError

# Line breaks and tabs are writing; other control characters drive terminals.
_WRITING = frozenset("\n\r\t")
# Overrides of the writing direction can make a text read as another one
# (Unicode Technical Report 36, bidirectional text spoofing).
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_text(field: str, value: str, *, shortest: int = 1, longest: int) -> str:
    """Accept a text, or say what is wrong with it.

    Parameters
    ----------
    field : str
        Name of the field, for the refusal.
    value : str
        As it was sent.
    shortest, longest : int
        Fewest and most characters, without white space around them.

    Returns
    -------
    str
        Without white space around it.

    Raises
    ------
    RequestRefusedError
        If it is too short, too long, or holds characters that cannot be shown.
    """
    text = value.strip()
    if not shortest <= len(text) <= longest:
        raise RequestRefusedError(
            field,
            f"it has {len(text)} characters.",
            hint=f"Write {shortest} to {longest:,} characters.",
        )
    if any(_is_hidden(character) for character in text):
        raise RequestRefusedError(
            field,
            "it has characters that cannot be shown.",
            hint="Leave out control characters and direction overrides.",
        )
    return text


def _is_hidden(character: str) -> bool:
    if character in _WRITING:
        return False
    return character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs")
