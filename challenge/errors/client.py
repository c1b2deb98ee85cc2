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


class LoginUnusableError(ChallengeError, PermissionError):
    """What `challenge login` kept on this machine cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong with it, as a full sentence.
    hint : str
        How to mend it.
    """

    slug, status = "login-unusable", 401

    def __init__(self, problem: str, *, hint: str) -> None:
        self.problem = problem
        super().__init__(problem, hint=hint)


class ExtraMissingError(ChallengeError, ImportError):
    """A command needs a library that the base install leaves out.

    Parameters
    ----------
    library : str
        Name of the module that is not there.
    extra : str
        Which extra of ours brings it.
    source : str
        What the product was installed from, as pip takes it; empty: not known.
    """

    slug, status = "extra-missing", 501

    def __init__(self, library: str, extra: str, *, source: str = "") -> None:
        self.library, self.extra = library, extra
        asked = f"kansrijk[{extra}]" + (f" @ {source}" if source else "")
        super().__init__(
            f"This needs {library}, which the base install leaves out.",
            hint=f'Install it with the extra `{extra}`: pip install "{asked}"',
        )


class DataMissingError(ChallengeError, FileNotFoundError):
    """The downloaded folder, or a file of it, is not there.

    Parameters
    ----------
    folder : str
        Where we looked.
    missing : str
        Name of the file; empty: the folder itself.
    """

    slug, status = "data-missing", 404

    def __init__(self, folder: str, *, missing: str = "") -> None:
        self.folder, self.missing = folder, missing
        super().__init__(
            f"There is no {missing} in {folder}."
            if missing
            else f"There is no folder {folder}.",
            hint=f"Type `challenge download {folder}`: it fetches what is not there.",
        )


class DataUnusableError(ChallengeError, ValueError):
    """The downloaded files cannot be used for what was asked.

    Parameters
    ----------
    folder : str
        Where they are.
    problem : str
        What is wrong with them, as a full sentence.
    hint : str
        How to mend it.
    """

    slug, status = "data-unusable", 422

    def __init__(self, folder: str, problem: str, *, hint: str) -> None:
        self.folder, self.problem = folder, problem
        super().__init__(f"The files in {folder} cannot be used. {problem}", hint=hint)


class FoldsRefusedError(ChallengeError, ValueError):
    """Training rows cannot be cut into folds that say something.

    Parameters
    ----------
    problem : str
        Which fold would lack what, as a full sentence.
    hint : str
        How to mend it.
    """

    slug, status = "folds-refused", 422

    def __init__(self, problem: str, *, hint: str) -> None:
        self.problem = problem
        super().__init__(problem, hint=hint)


class ModelRefusedError(ChallengeError, ValueError):
    """A model that the server would refuse after its proof run; found at home.

    Parameters
    ----------
    reason : str
        From the server's closed list, such as ``"labels"``.
    message, hint : str
        What happened and what to do, in the server's words.
    log : str
        All that the model printed.
    """

    slug, status = "model-refused", 422

    def __init__(self, reason: str, message: str, *, hint: str, log: str = "") -> None:
        self.reason, self.log = reason, log
        super().__init__(message, hint=hint)


class ServerUnreachableError(ChallengeError, ConnectionError):
    """The client got no usable answer from the server.

    Parameters
    ----------
    url : str
        Where we tried.
    reason : str
        What the network said.
    hint : str
        What to do; empty: look at the address and the server.
    is_passing : bool
        Whether another try may go well.
    retry_after : float or None
        Seconds after which the server wants to be asked again, if it said so.
    """

    slug, status = "server-unreachable", 503

    def __init__(
        self,
        url: str,
        *,
        reason: str,
        hint: str = "",
        is_passing: bool = False,
        retry_after: float | None = None,
    ) -> None:
        self.url, self.reason = url, reason
        self.is_passing, self.retry_after = is_passing, retry_after
        super().__init__(
            f"No usable answer from {url}: {reason.rstrip('.')}.",
            hint=hint
            or "Check your network and the address, which `challenge login URL`"
            " changes; `challenge serve` has to run there.",
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
    retry_after : float or None
        Seconds after which it wants to be asked again, if it said so.
    """

    def __init__(
        self,
        slug: str,
        *,
        status: int,
        message: str,
        hint: str,
        submission_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.slug, self.status = slug, status
        self.submission_id, self.retry_after = submission_id, retry_after
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
