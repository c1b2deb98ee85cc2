"""Text of a participant made safe to show: on a page, in a terminal, in a log."""

from __future__ import annotations

import re
import unicodedata

# Cc: controls. Cf: what turns the direction of text or takes no width. Cs: halves
# of characters, which no encoder and no database takes.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
# What ECMA-48 calls control strings (titles, links) and control sequences
# (colours, the cursor's place), and the two-character forms. None can run past what
# starts the next, so the time is linear however many are left unfinished.
_TERMINAL = re.compile(
    r"(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]+[0-~]"
    r"|\x1b[0-OQ-WYZ\\`-~]"
)


def find_invisible(text: str) -> str | None:
    """Find the first character that acts on a screen instead of standing on it.

    Parameters
    ----------
    text : str
        One line.

    Returns
    -------
    str or None
        Its code, like ``"U+202E"``; None if there is none.
    """
    for character in text:
        if unicodedata.category(character) in _INVISIBLE:
            return f"U+{ord(character):04X}"
    return None


def strip_invisible(text: str) -> str:
    r"""Keep what is to be read, with its lines and tabs.

    A carriage return starts a line, so a progress bar stays readable.

    Parameters
    ----------
    text : str
        Anything that a model printed.

    Returns
    -------
    str
        Without terminal sequences and other characters that cannot be seen.

    Examples
    --------
    >>> strip_invisible("\x1b[31mred\x1b[0m\tand\x00 done\r\n")
    'red\tand done\n'
    """
    text = _TERMINAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in _INVISIBLE
    )
