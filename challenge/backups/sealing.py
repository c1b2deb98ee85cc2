"""Encryption of a whole backup: one stream that nobody reads, cuts or changes.

AES-256-GCM over chunks of 64 KiB. A chunk's nonce is its number and whether it is the
last, so that none can be dropped, repeated, moved or cut off unseen. Each file has a
key of its own, derived from the key file and a random salt, so that no nonce is ever
used twice with one key.

References
----------
The STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015. Chunk size
and counter as in age, https://age-encryption.org/v1. AES-GCM: NIST SP 800-38D; HKDF:
RFC 5869.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from challenge.errors import BackupRefusedError

MAGIC = b"kansrijk-backup/1\n"
CHUNK = 64 * 1024
_KEY_HEAD = "kansrijk-key/1 "
_OTHER_KEY = (
    "It was sealed with another key, or its beginning was changed: first try every"
    " other key file that you have."
)
_CUT = "It was cut off or changed."
_KEY_BYTES, _SALT_BYTES, _TAG_BYTES = 32, 32, 16


class NotAuthenticError(ValueError):
    """A sealed stream that is cut off, changed, or sealed with another key."""


class Sealer:
    """Seal what is written to it; what `tarfile` wants of a file.

    Parameters
    ----------
    file : binary file
        Gets the sealed stream.
    key : bytes
        32 secret ones.
    """

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        file.write(MAGIC + salt)
        self._file, self._cipher = file, _cipher(key, salt)
        self._waiting, self._number = bytearray(), 0

    def write(self, data: bytes) -> int:
        """Take more plain bytes.

        Parameters
        ----------
        data : bytes
            As many as there are.

        Returns
        -------
        int
            How many were taken: all.
        """
        self._waiting += data
        # The last chunk is only known as such once there is no more.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, chunk, MAGIC))
        self._number += 1


class Opener:
    """Read what a `Sealer` wrote; gives no byte that it did not vouch for.

    Parameters
    ----------
    file : binary file
        The sealed stream.
    key : bytes
        As it was sealed with.

    Raises
    ------
    NotAuthenticError
        If it is no sealed stream at all.
    """

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise NotAuthenticError("It is no sealed backup.")
        self._file = file
        self._cipher = _cipher(key, file.read(_SALT_BYTES))
        self._plain, self._number, self._is_done = bytearray(), 0, False
        self._next = file.read(CHUNK + _TAG_BYTES)

    def read(self, size: int) -> bytes:
        """Give plain bytes.

        Parameters
        ----------
        size : int
            At most so many.

        Returns
        -------
        bytes
            Fewer at the end only.

        Raises
        ------
        NotAuthenticError
            If the next chunk is not what was written.
        """
        while len(self._plain) < size and not self._is_done:
            self._plain += self._open()
        given = bytes(self._plain[:size])
        del self._plain[:size]
        return given

    def finish(self) -> None:
        """Read on to the end, which tells whether it was cut off.

        Raises
        ------
        NotAuthenticError
            If it was, or something follows it.
        """
        while not self._is_done:
            self._open()

    def _open(self) -> bytes:
        chunk, self._next = self._next, self._file.read(CHUNK + _TAG_BYTES)
        self._is_done = not self._next
        nonce = _nonce(self._number, is_last=self._is_done)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, chunk, MAGIC)
        except InvalidTag as error:
            # Whoever opens one chunk has the key.
            is_first = self._number == 1
            raise NotAuthenticError(_OTHER_KEY if is_first else _CUT) from error


def make_key(place: Path) -> None:
    """Make a key file that this account alone may read.

    Parameters
    ----------
    place : Path
        New.

    Raises
    ------
    BackupRefusedError
        If something is there: whoever loses a key loses the backups it sealed.
    """
    try:
        number = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise BackupRefusedError(
            f"{place} is there already.",
            hint="Name a new file; the old key opens the backups it sealed.",
        ) from error
    with os.fdopen(number, "w", encoding="ascii") as file:
        key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
        file.write(f"{_KEY_HEAD}{key}\n")


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
    if f"{head} " != _KEY_HEAD or len(key) != _KEY_BYTES:
        raise BackupRefusedError(f"{place} is no key file.", hint=hint)
    return key


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), length=_KEY_BYTES, salt=salt, info=MAGIC).derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Eleven bytes of number and one that is 1 for the last chunk."""
    return number.to_bytes(11, "big") + bytes([is_last])
