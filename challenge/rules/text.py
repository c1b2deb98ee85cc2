"""What people write to us: of a sane length, and of characters that can be shown.

References
----------
Unicode Technical Report 36, "Unicode Security Considerations": names and texts that
look like others. Unicode Technical Standard 39, "Unicode Security Mechanisms", 5.2:
names of a single script.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from challenge.errors import RequestRefusedError

# Line breaks and tabs are writing; other control characters drive terminals.
_WRITING = frozenset("\n\r\t")
# Overrides of the writing direction can make a text read as another one.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control, format, line and paragraph separators, and what means nothing anywhere.
_UNSHOWN = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
# Letters that belong to a script; modifiers such as a prolonged sound are shared.
_LETTERS = frozenset(("Lu", "Ll", "Lt", "Lo"))
# Of other categories, but drawn as nothing (Default_Ignorable_Code_Point in
# DerivedCoreProperties.txt) or as a space (the Braille pattern without dots).
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
).union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0)))
# Quotes and brackets, with which a link can look like more than one.
_NOT_IN_LINKS = frozenset(
    "\"'`<>\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
)


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


def check_line(field: str, value: str, *, longest: int) -> str:
    """Accept a text on one line of which everything can be seen.

    Parameters
    ----------
    field : str
        Name of the field, for the refusal.
    value : str
        As it was typed.
    longest : int
        Most characters, without white space around them.

    Returns
    -------
    str
        In normal form C, with single spaces.

    Raises
    ------
    RequestRefusedError
        If it is empty, too long, or has a character that nobody can see.
    """
    text = check_text(field, value, longest=longest)
    line = unicodedata.normalize("NFC", text)
    for character in line:
        if unicodedata.category(character) in _UNSHOWN or character in _BLANK:
            raise RequestRefusedError(
                field,
                f"it has the character U+{ord(character):04X}, which nobody can see.",
                hint="Use letters, digits, signs and spaces, on one line.",
            )
    return " ".join(line.split())


def check_link(field: str, value: str, *, longest: int) -> str:
    """Accept an https address that is nothing but an address, or none.

    Parameters
    ----------
    field : str
        Name of the field, for the refusal.
    value : str
        As it was typed; may be empty.
    longest : int
        Most characters, without white space around them.

    Returns
    -------
    str
        Without white space around it.

    Raises
    ------
    RequestRefusedError
        If it is too long, begins otherwise, carries a name or password, or has a
        quote, an angle bracket or white space.
    """
    link = check_text(field, value, shortest=0, longest=longest)
    if link and not _is_plain(link):
        raise RequestRefusedError(
            field,
            "it is no plain https address.",
            hint="Begin it with https://; leave out name and password before an @,"
            " quotes, < and >, and white space.",
        )
    return link


def _is_plain(link: str) -> bool:
    # Before it is taken apart: that drops tabs and line breaks.
    if any(c in _NOT_IN_LINKS or c.isspace() for c in link):
        return False
    try:
        parts = urlsplit(link)
        is_site = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme == "https" and is_site and "@" not in parts.netloc


def check_name(value: str, *, longest: int, field: str = "name") -> str:
    """Accept a name that reads as what it is, or say what is wrong with it.

    Parameters
    ----------
    value : str
        As it was typed.
    longest : int
        Most characters, without white space around them.
    field : str
        What the refusal calls it.

    Returns
    -------
    str
        In normal form C, with single spaces.

    Raises
    ------
    RequestRefusedError
        If it is empty, too long, has a character that nobody can see, or mixes
        scripts, so that a letter may pass for one of another script.
    """
    name = check_line(field, value, longest=longest)
    _check_script(field, name)
    return name


def _check_script(field: str, name: str) -> None:
    """Refuse letters of two scripts: a Cyrillic a beside a Latin one reads as it."""
    scripts: dict[str, str] = {}
    for letter in unicodedata.normalize("NFKC", name):
        if unicodedata.category(letter) in _LETTERS:
            # Its name begins with its script: LATIN SMALL LETTER A.
            scripts.setdefault(unicodedata.name(letter).split()[0], letter)
    if len(scripts) > 1:
        found = [f"{name} ({c}, U+{ord(c):04X})" for name, c in scripts.items()]
        raise RequestRefusedError(
            field,
            f"its letters are {' and '.join(found)}.",
            hint="Names are told apart by reading: write all letters in one script.",
        )


def _is_hidden(character: str) -> bool:
    if character in _WRITING:
        return False
    return character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs")
