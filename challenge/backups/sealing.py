"""Encryption of a whole backup: one stream that nobody reads, cuts or changes.

AES-256-GCM over chunks of 64 KiB. A chunk's nonce is its number and whether it is the
last, so that none can be dropped, repeated, moved or cut off unseen. Each file has a
key of its own, derived from the key file and a random salt, so that no nonce is ever
used twice with one key. Its first line names the key by its id, and every chunk vouches
for that line.

References
----------
The STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015. Chunk size
and counter as in age, https://age-encryption.org/v1. AES-GCM: NIST SP 800-38D; HKDF:
RFC 5869.
"""

from __future__ import annotations

import re
import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from challenge.backups.key_file import KEY_BYTES, key_id

CHUNK = 64 * 1024
# The first ones named no key.
_HEAD = re.compile(rb"kansrijk-backup/(?:1|2 ([0-9a-f]{8}))\n")
_HEAD_BYTES = 27
_OTHER_KEY = (
    "It was sealed with another key, or its beginning was changed: first try every"
    " other key file that you have."
)
_CUT = "It was cut off or changed."
_SALT_BYTES, _TAG_BYTES = 32, 16


class NotAuthenticError(ValueError):
    """A sealed stream that is cut off, changed, or sealed with another key."""


class OtherKeyError(NotAuthenticError):
    """A sealed stream that names another key.

    Parameters
    ----------
    named, given : str
        Ids of its own key, and of the one to open it with.
    """

    def __init__(self, named: str, given: str) -> None:
        super().__init__(
            f"It was sealed with key {named}, and the one given is {given}."
        )


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
        self._head = f"kansrijk-backup/2 {key_id(key)}\n".encode()
        salt = secrets.token_bytes(_SALT_BYTES)
        file.write(self._head + salt)
        self._file, self._cipher = file, _cipher(key, salt, self._head)
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
        self._file.write(self._cipher.encrypt(nonce, chunk, self._head))
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
    OtherKeyError
        If it names another key.
    NotAuthenticError
        If it is no sealed stream at all.
    """

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._head, self._named = read_head(file)
        if self._named not in ("", key_id(key)):
            raise OtherKeyError(self._named, key_id(key))
        self._file = file
        self._cipher = _cipher(key, file.read(_SALT_BYTES), self._head)
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
            return self._cipher.decrypt(nonce, chunk, self._head)
        except InvalidTag as error:
            # Whoever opens one chunk has the key, and so has whom the stream names.
            is_unsure = self._number == 1 and not self._named
            raise NotAuthenticError(_OTHER_KEY if is_unsure else _CUT) from error


def read_head(file: BinaryIO) -> tuple[bytes, str]:
    """Read the line that a sealed stream begins with, which takes no key.

    Parameters
    ----------
    file : binary file
        At its beginning.

    Returns
    -------
    head : bytes
        The line.
    named : str
        Id of its key; empty for one of before keys had any.

    Raises
    ------
    NotAuthenticError
        If it is no sealed stream.
    """
    head = file.readline(_HEAD_BYTES)
    found = _HEAD.fullmatch(head)
    if found is None:
        raise NotAuthenticError("It is no sealed backup.")
    return head, (found[1] or b"").decode()


def _cipher(key: bytes, salt: bytes, head: bytes) -> AESGCM:
    derived = HKDF(SHA256(), length=KEY_BYTES, salt=salt, info=head).derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Eleven bytes of number and one that is 1 for the last chunk."""
    return number.to_bytes(11, "big") + bytes([is_last])
