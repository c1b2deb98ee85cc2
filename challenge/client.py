"""What a team's machine does: talk to the server, and make a bundle of a model."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from challenge.bundling import package
from challenge.errors import ServerRefusedError, ServerUnreachableError

__all__ = ["Client", "package"]

# A model of 20 MiB over a slow venue network.
TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.5
ENDS = frozenset({"scored", "refused", "failed"})


class Client:
    """A connection to one challenge server.

    Parameters
    ----------
    url : str
        Address of the server, such as ``http://127.0.0.1:8000``.
    token : str or None
        Of a team, juror or organiser; None sees only what a visitor sees.

    Examples
    --------
    >>> with Client("http://127.0.0.1:8000", token="...") as client:  # doctest: +SKIP
    ...     client.submit(Path("model.zip"), note="first try")
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_SECONDS
        )

    def __enter__(self) -> Self:
        """Give the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def challenge(self) -> dict[str, Any]:
        """Ask what the challenge is and which files its release has.

        Returns
        -------
        dict
            As ``GET /api/challenge`` describes.
        """
        found: dict[str, Any] = self._ask("GET", "/api/challenge").json()
        return found

    def download(
        self,
        folder: Path,
        *,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> list[Path]:
        """Fetch every public file of the release and check its sha256.

        Parameters
        ----------
        folder : Path
            Made if needed; files that are already right are left alone.
        progress : callable or None
            Called with file name, files done, files in all.

        Returns
        -------
        list of Path
            The files, in the manifest's order.

        Raises
        ------
        ServerRefusedError
            If the server says no.
        ServerUnreachableError
            If there is no usable answer, or a file arrives damaged.
        """
        release = self.challenge()["release"]
        files: dict[str, str] = release["files"]
        paths = []
        for done, (name, sha256) in enumerate(files.items()):
            if progress:
                progress(name, done, len(files))
            paths.append(self._fetch(release["version"], name, sha256, folder))
        return paths

    def submit(self, bundle: Path, *, note: str = "") -> dict[str, Any]:
        """Hand in a bundle.

        Parameters
        ----------
        bundle : Path
            Zip that `package` made.
        note : str
            For yourselves.

        Returns
        -------
        dict
            The submission, queued; `follow` watches it.

        Raises
        ------
        ServerRefusedError
            If the bundle or the quota is refused.
        """
        with bundle.open("rb") as file:
            found: dict[str, Any] = self._ask(
                "POST",
                "/api/submissions",
                files={"bundle": (bundle.name, file, "application/zip")},
                data={"note": note},
            ).json()
        return found

    def submission(self, submission_id: str) -> dict[str, Any]:
        """Ask where one submission is."""
        found: dict[str, Any] = self._ask(
            "GET", f"/api/submissions/{submission_id}"
        ).json()
        return found

    def submissions(self) -> list[dict[str, Any]]:
        """List your submissions, newest first."""
        found: list[dict[str, Any]] = self._ask("GET", "/api/submissions").json()
        return found

    def follow(self, submission_id: str) -> Iterator[dict[str, Any]]:
        """Watch a submission until it ends.

        Parameters
        ----------
        submission_id : str
            As `submit` gave it.

        Yields
        ------
        dict
            The submission, each time its state, stage or place in the queue changed.
        """
        seen = None
        while True:
            found = self.submission(submission_id)
            now = (found["state"], found["stage"], found["ahead"])
            if now != seen:
                seen = now
                yield found
            if found["state"] in ENDS:
                return
            time.sleep(POLL_SECONDS)

    def scorecard(self, submission_id: str) -> dict[str, Any]:
        """Ask for the scorecard of a scored submission.

        Returns
        -------
        dict
            ``{"rows": "practice" | "board", "scorecard": {…}}``.
        """
        found: dict[str, Any] = self._ask(
            "GET", f"/api/submissions/{submission_id}/scorecard"
        ).json()
        return found

    def board(self) -> dict[str, Any]:
        """Ask for the ranked board."""
        found: dict[str, Any] = self._ask("GET", "/api/board").json()
        return found

    def pitch(self, *, title: str, text: str) -> dict[str, Any]:
        """Hand in your team's pitch; a later one replaces it."""
        found: dict[str, Any] = self._ask(
            "POST", "/api/pitches", json={"title": title, "text": text}
        ).json()
        return found

    def ballot(
        self, team: str, *, points: dict[str, int], note: str = ""
    ) -> dict[str, Any]:
        """Cast a juror's ballot on one team; a later one replaces it."""
        found: dict[str, Any] = self._ask(
            "PUT", f"/api/ballots/{team}", json={"points": points, "note": note}
        ).json()
        return found

    def _fetch(self, version: str, name: str, sha256: str, folder: Path) -> Path:
        place = folder / name
        if place.is_file() and _sha256(place) == sha256:
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.part")
        draft.write_bytes(
            self._ask("GET", f"/api/releases/{version}/files/{name}").content
        )
        if _sha256(draft) != sha256:
            draft.unlink()
            raise ServerUnreachableError(
                str(self._http.base_url), reason=f"{name} arrived damaged"
            )
        draft.replace(place)
        return place

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ServerUnreachableError(
                str(self._http.base_url), reason=str(error) or type(error).__name__
            ) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> ServerRefusedError | ServerUnreachableError:
    if answer.headers.get("content-type") != "application/problem+json":
        return ServerUnreachableError(
            str(answer.url), reason=f"status {answer.status_code} is not ours"
        )
    problem = answer.json()
    return ServerRefusedError(
        problem["slug"],
        status=problem["status"],
        message=problem["detail"],
        hint=problem["hint"],
        submission_id=problem.get("submission"),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
