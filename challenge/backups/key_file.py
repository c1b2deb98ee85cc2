"""The key file of sealed backups: a secret, and an id that tells it from others."""

from __future__ import annotations

import base64
import binascii
import secrets
from hashlib import sha256
from pathlib import Path

from challenge.backups.copied_file import private
from challenge.errors import BackupRefusedError

KEY_BYTES = 32
_HEAD = "kansrijk-key/1 "
# Of its own, so that the id is the beginning of nothing that is derived from a key.
_ID = b"kansrijk-key-id/1\n"


def make_key(place: Path) -> str:
    """Make a key file that this account alone may read.

    Parameters
    ----------
    place : Path
        New.

    Returns
    -------
    str
        The id of the key.

    Raises
    ------
    BackupRefusedError
        If something is there: whoever loses a key loses the backups it sealed.
    """
    key = secrets.token_bytes(KEY_BYTES)
    try:
        with open(place, "x", encoding="ascii", opener=private) as file:
            file.write(f"{_HEAD}{base64.b64encode(key).decode()}\n")
    except FileExistsError as error:
        raise BackupRefusedError(
            f"{place} is there already.",
            hint="Name a new file; the old key opens the backups it sealed.",
        ) from error
    return key_id(key)


def read_key(place: Path) -> bytes:
    """Read a key file.

    Parameters
    ----------
    place : Path
        As `make_key` made it.

    Returns
    -------
    bytes
        32 secret ones.

    Raises
    ------
    BackupRefusedError
        If it is no key file.
    """
    hint = "Make one with `challenge backup --new-key FILE`."
    try:
        head, _, told = place.read_text("ascii").strip().rpartition(" ")
        key = base64.b64decode(told, validate=True)
    except FileNotFoundError as error:
        raise BackupRefusedError(f"There is no key file {place}.", hint=hint) from error
    except (UnicodeDecodeError, binascii.Error):
        head, key = "", b""
    if f"{head} " != _HEAD or len(key) != KEY_BYTES:
        raise BackupRefusedError(f"{place} is no key file.", hint=hint)
    return key


def key_id(key: bytes) -> str:
    """Tell a key from others without telling anything of it.

    Parameters
    ----------
    key : bytes
        32 secret ones; they are random, so nobody finds them by trying ids.

    Returns
    -------
    str
        Eight hexadecimal digits.
    """
    return sha256(_ID + key).hexdigest()[:8]
