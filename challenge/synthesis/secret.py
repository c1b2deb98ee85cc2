"""The secret of a build: 256 random bits from which everything else is drawn."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Seed and salt of one build; kept in ``sealed/``, revealed at the end.

    Attributes
    ----------
    seed : bytes
        256 bits.
    salt : bytes
        256 bits that keep the public commitment from being guessed.
    rehearsal : bool
        Whether the seed comes from a number that somebody typed.
    """

    seed: bytes
    salt: bytes
    rehearsal: bool

    @classmethod
    def make(cls, number: int | None = None) -> Secret:
        """Draw a secret, or derive one from a number for a rehearsal.

        Parameters
        ----------
        number : int, optional
            Seed that somebody typed; the build becomes a rehearsal.

        Returns
        -------
        Secret
            Random, or the same for the same number.
        """
        if number is None:
            return cls(secrets.token_bytes(32), secrets.token_bytes(32), False)
        seed, salt = (
            hashlib.sha256(f"rehearsal {part} {number}".encode()).digest()
            for part in ("seed", "salt")
        )
        return cls(seed, salt, True)

    def generator(self, stream: str) -> np.random.Generator:
        """Make the generator of one named stream.

        Streams are independent: drawing more from one, or adding another, changes
        nothing elsewhere.

        Parameters
        ----------
        stream : str
            What is drawn, such as ``"labels"``.

        Returns
        -------
        Generator
            Fresh, at the start of the stream.
        """
        name = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:16], "big")
        entropy = [int.from_bytes(self.seed, "big"), name]
        return np.random.default_rng(np.random.SeedSequence(entropy))

    def pseudonym(self, kind: str, index: int) -> str:
        """Give the key of one household or child: 16 hexadecimal digits.

        Parameters
        ----------
        kind : str
            What is numbered, such as ``"child"``.
        index : int
            Its number in this build.

        Returns
        -------
        str
            The same for the same secret; looks random without it.
        """
        return self.pseudonyms(kind, [index])[0]

    def pseudonyms(self, kind: str, indices: Iterable[int]) -> list[str]:
        """Give the keys of many of a kind; see `pseudonym`.

        Parameters
        ----------
        kind : str
            What is numbered.
        indices : iterable of int
            Their numbers in this build.

        Returns
        -------
        list of str
            One key for each.
        """
        started = hmac.new(self.seed, f"{kind}:".encode(), hashlib.sha256)

        def finished(index: int) -> str:
            one = started.copy()
            one.update(b"%d" % index)
            return one.hexdigest()[:16]

        return [finished(index) for index in indices]

    def commitment(self, mechanism: bytes) -> str:
        """Commit to seed and mechanism without telling them.

        Parameters
        ----------
        mechanism : bytes
            The mechanism file.

        Returns
        -------
        str
            Hex SHA-256 of seed, salt and mechanism.
        """
        return hashlib.sha256(self.seed + self.salt + mechanism).hexdigest()


@dataclass(frozen=True, slots=True)
class Streams:
    """The named streams of one part of a build.

    Attributes
    ----------
    secret : Secret
        Of the build.
    part : str
        Name of the part, such as ``"board-0003"``.
    """

    secret: Secret
    part: str

    def __call__(self, stream: str) -> np.random.Generator:
        """Make the generator of one stream of this part.

        Parameters
        ----------
        stream : str
            What is drawn, such as ``"missing income_std"``.

        Returns
        -------
        Generator
            Fresh, at the start of the stream.
        """
        return self.secret.generator(f"{stream} of {self.part}")
