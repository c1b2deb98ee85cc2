"""Refusals on a team's machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from challenge.errors.root import ChallengeError


class PackagingRefusedError(ChallengeError, ValueError):
    """A model cannot become a bundle, or its bundle would be refused.

    Parameters
    ----------
    problem : str
        What is wrong with the model, as a full sentence.
    hint : str
        How to mend it.
    """

    slug, status = "packaging-refused", 422

    def __init__(self, problem: str, *, hint: str) -> None:
        self.problem = problem
        super().__init__(problem, hint=hint)


class ServerUnreachableError(ChallengeError, ConnectionError):
    """The client got no usable answer from the server.

    Parameters
    ----------
    url : str
        Where we tried.
    reason : str
        What the network said.
    """

    slug, status = "server-unreachable", 503

    def __init__(self, url: str, *, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(
            f"No usable answer from {url}: {reason.rstrip('.')}.",
            hint="Check the address and whether `challenge serve` runs there.",
        )


class ServerRefusedError(ChallengeError):
    """The server answered with a problem; the client passes it on unchanged.

    Parameters
    ----------
    slug : str
        The server's name for it.
    status : int
        HTTP status.
    message, hint : str
        What happened and what to do, in the server's words.
    submission_id : str or None
        Under which a refused upload was recorded.
    """

    def __init__(
        self,
        slug: str,
        *,
        status: int,
        message: str,
        hint: str,
        submission_id: str | None = None,
    ) -> None:
        self.slug, self.status = slug, status
        self.submission_id = submission_id
        super().__init__(message, hint=hint)

    @classmethod
    def from_problem(cls, problem: Mapping[str, Any]) -> Self:
        """Make one of what the server wrote.

        Parameters
        ----------
        problem : mapping
            A body of ``application/problem+json``.

        Returns
        -------
        ServerRefusedError
            With the server's own words.
        """
        return cls(
            problem["slug"],
            status=problem["status"],
            message=problem["detail"],
            hint=problem["hint"],
            submission_id=problem.get("submission"),
        )
