"""The key that an upload comes with: what is sent twice with it is one submission."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from challenge.errors import BundleRefusedError, RequestRefusedError
from challenge.records import Principal, Submission
from challenge.store import Unit


@dataclass(frozen=True, slots=True)
class UploadKey:
    """What tells an upload that is sent again from a new one.

    Attributes
    ----------
    team : Principal
        Whose upload; no two teams share a key.
    text : str
        As it was sent, by a form or a program. Empty: none, and every upload is new.
    is_for_one : bool
        Whether a program made it, for one file and kind of run; the form of a page
        that was gone back to may bring another.
    """

    team: Principal
    text: str
    is_for_one: bool = False

    def first(self, unit: Unit) -> Submission | None:
        """Find what came first with it, whatever file it was.

        Parameters
        ----------
        unit : Unit
            An open transaction.

        Returns
        -------
        Submission or None
            None the first time, and always without a key.
        """
        return unit.submissions.get(self._id()) if self.text else None

    def place(
        self, unit: Unit, sha256: str, *, proof_only: bool
    ) -> tuple[str, Submission | None]:
        """Choose the id of a bundle, and find what has it already.

        Parameters
        ----------
        unit : Unit
            An open transaction.
        sha256 : str
            Hex digest of the bundle.
        proof_only : bool
            Whether the proof run alone is asked for.

        Returns
        -------
        str
            The id; random without a key.
        Submission or None
            The same bundle, sent for the same kind of run with this key.

        Raises
        ------
        RequestRefusedError
            If the key is for one, and was for another.
        """
        which, known = self._id(), self.first(unit)
        asked = (sha256, proof_only)
        if known is None or (known.bundle_sha256, known.proof_only) == asked:
            return which, known
        if self.is_for_one:
            raise RequestRefusedError(
                "Idempotency-Key",
                f"it came before, with another file or another `proof`: {known.id}.",
                hint="Make a new key for each upload; send a key again only with what"
                " you sent with it.",
            )
        kind = ":proof" if proof_only else ""
        which = self._id(f":{sha256}{kind}")
        return which, unit.submissions.get(which)

    def place_refused(self, refused: BundleRefusedError) -> str:
        """Choose the id of an upload that was refused.

        A bundle that was mended may come with the same key, so the reason counts.

        Parameters
        ----------
        refused : BundleRefusedError
            Why.

        Returns
        -------
        str
            The same for one reason; random without a key.
        """
        return self._id(f":{refused.slug}:{refused.message}")

    def _id(self, more: str = "") -> str:
        """Choose an id: random, or what follows from the key and what it had."""
        if not self.text:
            return secrets.token_hex(8)
        wanted = f"{self.team.id}:{self.text}{more}"
        return hashlib.sha256(wanted.encode()).hexdigest()[:16]
