"""Secrets as text: how a token is made, checked for typing errors, and kept.

References
----------
GitHub, "Behind GitHub's new authentication token formats", 2021: a prefix and a
checksum let scanners of leaked secrets find a token, and tell it from a look-alike.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

TOKEN_PREFIX = "kansrijk_"  # noqa: S105 - the start of every token, not a token
# log2(62 ** 43) = 256 bits, so a plain hash is enough: nobody guesses through it.
TOKEN_CHARACTERS = 43
CHECK_CHARACTERS = 6
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_token() -> str:
    """Make a token: the prefix, 256 random bits, and a checksum over both.

    Returns
    -------
    str
        Letters, digits and one underscore, so that a double click selects it all.
    """
    drawn = "".join(secrets.choice(_DIGITS) for _ in range(TOKEN_CHARACTERS))
    return TOKEN_PREFIX + drawn + checksum(TOKEN_PREFIX + drawn)


def checksum(text: str) -> str:
    """Write the CRC-32 of a text in base 62.

    Parameters
    ----------
    text : str
        A token without its checksum.

    Returns
    -------
    str
        Six digits and letters.
    """
    number, written = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_CHARACTERS):
        number, digit = divmod(number, len(_DIGITS))
        written = _DIGITS[digit] + written
    return written


def is_mistyped(token: str) -> bool:
    """Tell that a token cannot be one of ours, without asking the database.

    Parameters
    ----------
    token : str
        As it came.

    Returns
    -------
    bool
        False also for tokens of before there were checksums: they are shorter.
    """
    length = len(TOKEN_PREFIX) + TOKEN_CHARACTERS + CHECK_CHARACTERS
    if len(token) != length:
        return False
    return checksum(token[:-CHECK_CHARACTERS]) != token[-CHECK_CHARACTERS:]


def hash_token(token: str) -> str:
    """Hash a token for storage.

    Parameters
    ----------
    token : str
        A token of ours: 256 random bits.

    Returns
    -------
    str
        Hex sha256.
    """
    return hashlib.sha256(token.encode()).hexdigest()
