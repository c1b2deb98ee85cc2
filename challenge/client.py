"""What a team's machine does: talk to the server, and make a bundle of a model."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import httpx

from challenge.bundling import package
from challenge.errors import ServerRefusedError, ServerUnreachableError

__all__ = ["Client", "package"]

WAIT_SECONDS = 120.0  # a model of 20 MiB over a slow venue network
POLL_SECONDS = 0.5
ENDS = frozenset({"scored", "proved", "refused", "failed"})
Points = dict[str, int]


class Client:
    """A connection to one challenge server.

    Parameters
    ----------
    url : str
        Address of the server, such as ``http://127.0.0.1:8000``.
    token : str or None
        Of a team, juror or organiser; None sees only what a visitor sees.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=WAIT_SECONDS)

    def __enter__(self) -> Self:
        """Give the client itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def challenge(self) -> dict[str, Any]:
        """Ask what the challenge is, its terms, and which files you get.

        Returns
        -------
        dict
            As ``GET /api/challenge`` describes.
        """
        return self._json("GET", "/api/challenge")

    def download(
        self,
        folder: Path,
        *,
        accept_terms: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Path]:
        """Fetch your files of the release and check their sha256.

        The train and practice rows of your own source set stand in the folder itself,
        so it looks the same for every team.

        Parameters
        ----------
        folder : Path
            Made when the first file is there; files that are already right are left
            alone, so a broken-off download goes on.
        accept_terms : bool
            Say that you keep to the terms that `challenge` gives; once is enough.
        progress : callable or None
            Called with file name, files done, files in all.

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
        """
        challenge = self.challenge()
        if accept_terms:
            sha256 = challenge["terms"]["sha256"]
            self._json("POST", "/api/terms", json={"sha256": sha256})
        version, files = (challenge["release"][key] for key in ("version", "files"))
        own = f"sources/{challenge['sources']['name']}/"
        paths = []
        for done, (name, sha256) in enumerate(files.items()):
            if progress:
                progress(name, done, len(files))
            place = folder / name.removeprefix(own)
            if not place.resolve().is_relative_to(folder.resolve()):
                raise self._unusable(f"it names a file {name}")
            self._fetch(f"/api/releases/{version}/files/{name}", sha256, place)
            paths.append(place)
        return paths

    def submit(
        self, bundle: Path | BinaryIO, *, note: str = "", proof: bool = False
    ) -> dict[str, Any]:
        """Hand in a bundle.

        Parameters
        ----------
        bundle : Path or binary file
            Zip that `package` made; an open file is read to its end.
        note : str
            For yourselves.
        proof : bool
            Ask for the proof run alone: no score, and none used up.

        Returns
        -------
        dict
            The submission, queued; `follow` watches it.

        Raises
        ------
        ServerRefusedError
            If the bundle or the quota is refused.
        """
        form = {"note": note, "proof": "yes" if proof else "no"}
        opened = bundle.open("rb") if isinstance(bundle, Path) else nullcontext(bundle)
        with opened as file:
            upload = {"bundle": ("bundle.zip", file, "application/zip")}
            return self._json("POST", "/api/submissions", files=upload, data=form)

    def submission(self, submission_id: str) -> dict[str, Any]:
        """Ask where one submission is.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.

        Returns
        -------
        dict
            State, stage, place, expected wait, reason, repair; what it changed.
        """
        return self._json("GET", f"/api/submissions/{submission_id}")

    def submissions(self) -> list[dict[str, Any]]:
        """List your submissions.

        Returns
        -------
        list of dict
            Newest first.
        """
        return list(self._ask("GET", "/api/submissions").json())

    def follow(self, submission_id: str) -> Iterator[dict[str, Any]]:
        """Watch a submission until it ends.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.

        Yields
        ------
        dict
            The submission, each time its state, stage, place or wait changed.
        """
        seen = None
        while True:
            found = self.submission(submission_id)
            now = tuple(found[key] for key in ("state", "stage", "waiting"))
            if now != seen:
                seen = now
                yield found
            if found["state"] in ENDS:
                return
            time.sleep(POLL_SECONDS)

    def runtime(self) -> dict[str, Any]:
        """Ask what a model can import on the server.

        Returns
        -------
        dict
            ``{"python": "3.11.7", "packages": {"numpy": "2.4.0", …}}``.
        """
        return self._json("GET", "/api/runtime")

    def scorecard(self, submission_id: str) -> dict[str, Any]:
        """Ask for the scorecard of a scored submission.

        Returns
        -------
        dict
            ``{"rows": "practice" | "board", "scorecard": {…}}``.
        """
        return self._json("GET", f"/api/submissions/{submission_id}/scorecard")

    def board(self) -> dict[str, Any]:
        """Ask for the ranked board.

        Returns
        -------
        dict
            ``{"rows": [...]}`` in the order of the page.
        """
        return self._json("GET", "/api/board")

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

    def _fetch(self, path: str, sha256: str, place: Path) -> None:
        if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256:
            return
        content = self._ask("GET", path).content
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self._unusable(f"{place.name} arrived damaged")
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.part")
        try:
            draft.write_bytes(content)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)  # half a file on a full disk helps nobody

    def _unusable(self, reason: str) -> ServerUnreachableError:
        return ServerUnreachableError(str(self._http.base_url), reason=reason)

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        return dict(self._ask(method, path, **request).json())

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise self._unusable(str(error) or type(error).__name__) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> ServerRefusedError | ServerUnreachableError:
    if answer.headers.get("content-type") != "application/problem+json":
        reason = f"status {answer.status_code} is not ours"
        return ServerUnreachableError(str(answer.url), reason=reason)
    problem = answer.json()
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        problem["hint"] = "Set CHALLENGE_TOKEN to the token that you were given."
    return ServerRefusedError.from_problem(problem)
