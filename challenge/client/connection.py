"""The client: one method for each thing that a team or juror asks of a server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from challenge.client.answers import Submission
from challenge.client.downloading import fetch_all, places
from challenge.client.visitor import Visitor, frame_of

if TYPE_CHECKING:
    import pandas as pd

POLL_SECONDS = 0.5
ENDS = frozenset({"scored", "proved", "refused", "failed"})
Points = dict[str, int]


class Client(Visitor):
    """What a team or juror asks of a server; see `Visitor` for its parameters.

    Examples
    --------
    >>> with Client("http://127.0.0.1:8000", token="kansrijk_...") as client:
    ...     client.site
    'http://127.0.0.1:8000'
    """

    def download(
        self,
        folder: Path | str,
        *,
        accept_terms: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Path]:
        """Fetch your files of the release and check their sha256.

        The train and practice rows of your own source set stand in the folder itself,
        so it looks the same for every team. A download that broke off goes on where
        it was; files that are already right are left alone.

        Parameters
        ----------
        folder : Path or str
            Made when the first file is there.
        accept_terms : bool
            Say that you keep to the terms that `challenge` gives; once is enough.
        progress : callable or None
            Called with a file's name, bytes done and bytes in all, of all files
            together; 0 in all where the server does not say.

        Returns
        -------
        list of Path
            The files, in the manifest's order.

        Raises
        ------
        ServerRefusedError
            If the server says no, such as before the terms are accepted.
        ServerUnreachableError
            If there is no usable answer, or a file arrives damaged.
        WritingFailedError
            If the disk has no room for it.
        """
        folder, challenge = Path(folder), self.challenge()
        if accept_terms:
            sha256 = challenge["terms"]["sha256"]
            self._json("POST", "/api/terms", json={"sha256": sha256})
        found = places(folder, challenge, site=self.site)
        fetch_all(self._transport, challenge["release"], found, folder, progress)
        return [*found.values()]

    def submit(
        self, bundle: Path | str | BinaryIO, *, note: str = "", proof: bool = False
    ) -> Submission:
        """Hand in a bundle, once, however often the line breaks meanwhile.

        Parameters
        ----------
        bundle : Path, str or binary file
            Zip that `package` made; an open file is sent from its start.
        note : str
            For yourselves.
        proof : bool
            Ask for the proof run alone: no score, and none used up.

        Returns
        -------
        Submission
            Queued; `follow` watches it.

        Raises
        ------
        ServerRefusedError
            If the bundle or the quota is refused.
        """
        if isinstance(bundle, str):
            bundle = Path(bundle)
        opened = bundle.open("rb") if isinstance(bundle, Path) else nullcontext(bundle)
        with opened as file:
            answer = self._ask(
                "POST",
                "/api/submissions",
                # Of this call: what comes again with it is the same submission.
                headers={"Idempotency-Key": secrets.token_hex(16)},
                # httpx goes to the start of a file whenever it sends it.
                is_repeatable=file.seekable(),
                files={"bundle": ("bundle.zip", file, "application/zip")},
                data={"note": note, "proof": "yes" if proof else "no"},
            )
        found: Submission = answer.json()
        return found

    def submission(self, submission_id: str) -> Submission:
        """Ask where one submission is.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.

        Returns
        -------
        Submission
            State, stage, place, expected wait, reason, repair; what it changed.
        """
        path = f"/api/submissions/{quote(submission_id, safe='')}"
        found: Submission = self._ask("GET", path).json()
        return found

    def submissions(self) -> list[Submission]:
        """List your submissions.

        Returns
        -------
        list of Submission
            Newest first.
        """
        return list(self._ask("GET", "/api/submissions").json())

    def submissions_frame(self) -> pd.DataFrame:
        """List your submissions as a frame.

        Returns
        -------
        DataFrame
            One row per submission, newest first; the columns are the fields.
        """
        return frame_of(self.submissions())

    def follow(
        self, submission_id: str, *, limit_seconds: float | None = None
    ) -> Iterator[Submission]:
        """Watch a submission until it ends.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.
        limit_seconds : float or None
            Watch it no longer than this; it goes on all the same.

        Yields
        ------
        Submission
            Each time its state, stage, place or wait changed.
        """
        seen, started = None, time.monotonic()
        while limit_seconds is None or time.monotonic() - started <= limit_seconds:
            found = self.submission(submission_id)
            now = (found["state"], found["stage"], found["waiting"])
            if now != seen:
                seen = now
                yield found
            if found["state"] in ENDS:
                return
            self._transport.wait(POLL_SECONDS)

    def scorecard(self, submission_id: str) -> dict[str, Any]:
        """Ask for the scorecard of a scored submission.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.

        Returns
        -------
        dict
            ``{"rows": "practice" | "board", "scorecard": {…}}``.
        """
        path = f"/api/submissions/{quote(submission_id, safe='')}/scorecard"
        return self._json("GET", path)

    def pitch(self, *, title: str, text: str) -> dict[str, Any]:
        """Hand in your team's pitch; a later one replaces it.

        Parameters
        ----------
        title, text : str
            Of 1 to 200, and of 1 to 10,000 characters.

        Returns
        -------
        dict
            As it is kept.
        """
        return self._json("POST", "/api/pitches", json={"title": title, "text": text})

    def ballot(
        self, team: str, *, points: Points, recused: bool = False, note: str = ""
    ) -> dict[str, Any]:
        """Cast a juror's ballot on one team; a later one replaces it.

        Parameters
        ----------
        team : str
            Whose pitch.
        points : dict of str to int
            Criterion to points, 1 to 5.
        recused : bool
            You do not judge this team; then without points.
        note : str
            For the team.

        Returns
        -------
        dict
            As it is kept.
        """
        form = {"points": points, "recused": recused, "note": note}
        return self._json("PUT", f"/api/ballots/{quote(team, safe='')}", json=form)
