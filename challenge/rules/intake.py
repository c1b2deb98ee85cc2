"""What happens to an upload before anybody runs it: phase, quota, inspection, queue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from challenge.brief import Brief
from challenge.errors import (
    BundleRefusedError,
    SandboxUnavailableError,
)
from challenge.records import Principal, Stage, State, Submission
from challenge.rules.competing import check_competes
from challenge.rules.phases import check_open, may_upload
from challenge.rules.quota import check_quota
from challenge.rules.shelf import bundle_name
from challenge.rules.sources import source_of
from challenge.rules.text import check_text
from challenge.rules.timeline import phase_for_uploads
from challenge.rules.upload_keys import UploadKey
from challenge.sandbox import BundleFacts, inspect_bundle
from challenge.shelf import Shelf
from challenge.store import Database, Unit

NOTE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Intake:
    """The door through which uploads come in.

    Attributes
    ----------
    database : Database
        Where submissions are recorded.
    brief : Brief
        Whose quota counts.
    release : str
        Version of the data that submissions are scored on.
    shelf : Shelf
        Keeps accepted bundles.
    limit_mib : int
        Largest bundle accepted, in MiB.
    closed : SandboxUnavailableError or None
        Why nothing can be run here; None opens the door.
    still : callable or None
        Refuses whose ways in were ended while the upload came in; is given the
        transaction that keeps it. None: nobody's are.
    """

    database: Database
    brief: Brief
    release: str
    shelf: Shelf
    limit_mib: int
    closed: SandboxUnavailableError | None = None
    still: Callable[[Unit], None] | None = None

    def admit(self, team: Principal, *, now: datetime, proof_only: bool = True) -> None:
        """Say whether a team may hand something in now, before it is read.

        Parameters
        ----------
        team : Principal
            Who wants to.
        now : datetime
            Aware UTC.
        proof_only : bool
            Whether the proof run alone is asked for, or nobody knows yet; scored
            runs are counted only where it is not.

        Raises
        ------
        SandboxUnavailableError
            If nothing can be run here.
        BarredError
            If the team does not compete any more.
        PhaseClosedError
            If nothing comes in now; practice admits proof runs alone.
        QuotaExceededError
            If the team used its uploads or scored runs of today.
        """
        if self.closed is not None:
            raise self.closed
        with self.database.read() as unit:
            self._check(unit, team, now, proof_only=proof_only)

    def receive(
        self,
        upload: BinaryIO,
        *,
        team: Principal,
        note: str,
        now: datetime,
        proof_only: bool = False,
        key: str = "",
        is_for_one: bool = False,
    ) -> Submission:
        """Take one upload in.

        Parameters
        ----------
        upload : binary file
            Seekable, as it was sent.
        team : Principal
            Whose it is.
        note : str
            What the team wants to remember, at most 2,000 characters.
        now : datetime
            Aware UTC.
        proof_only : bool
            Whether the team asks for the proof run alone: no score, and it costs no
            scored run.
        key : str
            Of the form that was sent; one file sent twice with it, for the same kind
            of run, is one submission. Empty: none.
        is_for_one : bool
            Whether a program made that key, which is for one file and kind of run; the
            form of a page that was gone back to may bring another.

        Returns
        -------
        Submission
            Queued; where the same file came before with the same key, that one, as it
            is now.

        Raises
        ------
        SandboxUnavailableError, BarredError, PhaseClosedError, QuotaExceededError
            As `admit` does; what counts is when the upload was complete.
        RequestRefusedError
            If the note is too long or cannot be shown, or the key was for another file
            or another kind of run.
        BundleRefusedError
            If the upload is no bundle that we run; recorded as refused, which costs
            no scored run.
        """
        sent = UploadKey(team, key, is_for_one=is_for_one)
        if known := self._known(upload, sent, proof_only=proof_only):
            return known
        self.admit(team, now=now, proof_only=proof_only)
        note = check_text("note", note, shortest=0, longest=NOTE_LENGTH)
        facts = self._inspect(upload, team=team, note=note, now=now, key=key)
        name = bundle_name(facts.sha256)
        with self.shelf.draft(name, upload) as keep, self.database.begin() as unit:
            # Again, since many uploads can come in between; one by one, so that a lost
            # race leaves no bundle and a full disk no submission.
            unit.submissions.hold(team.id)
            which, known = sent.place(unit, facts.sha256, proof_only=proof_only)
            if known is not None:
                return known
            self._check(unit, team, now, proof_only=proof_only)
            if self.still is not None:
                self.still(unit)
            keep()
            return unit.submissions.add(
                id=which,
                proof_only=proof_only,
                **self._received(team, note, now),
                **_queued(facts),
            )

    def sent_before(self, team: Principal, key: str) -> Submission | None:
        """Find what a team sent first with a form, whatever file it was.

        Parameters
        ----------
        team : Principal
            Whose form.
        key : str
            Of the form; empty: it has none.

        Returns
        -------
        Submission or None
            None the first time.
        """
        with self.database.read() as unit:
            return UploadKey(team, key).first(unit)

    def record_refusal(
        self,
        refused: BundleRefusedError,
        *,
        team: Principal,
        note: str,
        now: datetime,
        key: str = "",
    ) -> None:
        """Record an upload that was refused, and tell the error under which id.

        Parameters
        ----------
        refused : BundleRefusedError
            Gets its ``submission_id``.
        team : Principal
            Whose upload.
        note : str
            As they wrote it.
        now : datetime
            Aware UTC.
        key : str
            Of the form that was sent; refused twice for one reason, it is recorded
            once. Empty: none.
        """
        which = UploadKey(team, key).place_refused(refused)
        with self.database.begin() as unit:
            refused.submission_id = which
            unit.submissions.hold(team.id)
            if unit.submissions.get(which):
                return
            unit.submissions.add(
                id=which,
                state=State.REFUSED,
                bundle_sha256="",
                reason=refused.slug,
                message=refused.message,
                hint=refused.hint,
                **self._received(team, note, now),
            )

    def _known(
        self, upload: BinaryIO, sent: UploadKey, *, proof_only: bool
    ) -> Submission | None:
        """Find what came before with its key, which needs no room of today again."""
        if not sent.text:
            return None
        upload.seek(0)
        sha256 = hashlib.file_digest(upload, "sha256").hexdigest()  # type: ignore[arg-type]
        with self.database.read() as unit:
            return sent.place(unit, sha256, proof_only=proof_only)[1]

    def _inspect(
        self, upload: BinaryIO, *, team: Principal, note: str, now: datetime, key: str
    ) -> BundleFacts:
        """Look into an upload and wind it back; one that is refused is recorded."""
        try:
            facts = inspect_bundle(upload, limit_mib=self.limit_mib)
        except BundleRefusedError as refused:
            self.record_refusal(refused, team=team, note=note, now=now, key=key)
            raise
        upload.seek(0)
        return facts

    def _check(
        self, unit: Unit, team: Principal, now: datetime, *, proof_only: bool
    ) -> None:
        check_competes(unit, team)
        phase = phase_for_uploads(unit, self.brief, now)
        asked = "hand in a model" if proof_only else "hand in a scored run"
        check_open(may_upload(phase, proof_only=proof_only), asked, phase)
        check_quota(unit, self.brief, team, now, proof_only=proof_only)

    def _received(self, team: Principal, note: str, now: datetime) -> dict[str, object]:
        """Give what is known of any upload as columns of a submission."""
        return {
            "team_id": team.id,
            "sources": source_of(team, self.brief),
            "release": self.release,
            "stage": Stage.RECEIVED,
            "note": note,
            "created_at": now,
            "updated_at": now,
        }


def _queued(facts: BundleFacts) -> dict[str, object]:
    """Give what is known of a bundle as columns of a submission that waits."""
    return {
        "state": State.QUEUED,
        "title": facts.title,
        "baseline": facts.baseline,
        "card": facts.card,
        "bundle_sha256": facts.sha256,
        "loader": facts.loader,
        "warnings": "\n".join(facts.warnings),
    }
