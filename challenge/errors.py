"""Every way the product says no, in one tree.

::

    ChallengeError                      slug, status, message, hint
    ├── ContentRefusedError             schemas or brief with faults, all of them
    ├── ReleaseMissingError             no such release, or a file of it is gone
    ├── ReleaseNotPublishedError        the release has not passed the gate
    ├── PublicationRefusedError         the gate says no
    ├── SandboxUnavailableError         this machine cannot isolate a submission
    ├── BundleRefusedError              no bundle that we run; one slug per cause
    ├── QuotaExceededError              the team used its runs
    ├── AuthenticationRequiredError     no token, or a token we do not know
    ├── PermissionDeniedError           the token's role may not do this
    ├── NotFoundError                   nothing of that name for this reader
    ├── RequestRefusedError             a form or body that does not validate
    ├── DemoBrokenError                 a step of the demonstration failed
    ├── PackagingRefusedError           a model that would be refused after upload
    ├── ServerUnreachableError          the client got no usable answer
    └── ServerRefusedError              the server said no; carries its problem

A class writes the sentence, whoever raises it passes facts. What a
participant's model does wrong is no exception: it is an
`challenge.records.Outcome`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file a person wrote.

    Attributes
    ----------
    file : str
        Path as the person gave it, relative to the challenge folder.
    line : int or None
        Line number from 1, where the format tells us.
    key : str
        Dotted path to the value, such as ``fields.income_std.x-marginal``.
    slug : str
        Stable name of this kind of fault.
    problem : str
        What is wrong, with the value found.
    repair : str
        What would be right.
    """

    file: str
    line: int | None
    key: str
    slug: str
    problem: str
    repair: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.problem} {self.repair}"


class ChallengeError(Exception):
    """Root of the tree; one handler turns it into problem+json or an exit code.

    Parameters
    ----------
    message : str
        What happened, to which thing.
    hint : str
        What to do next.

    Attributes
    ----------
    slug : str
        Stable name on the wire and in the documentation.
    status : int
        HTTP status the web layer answers with.
    """

    slug = "challenge-error"
    status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


class ContentRefusedError(ChallengeError, ValueError):
    """A challenge folder has faults; all of them are listed.

    Parameters
    ----------
    faults : sequence of Fault
        Every fault found, in file order.
    """

    slug, status = "content-refused", 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(str(fault) for fault in self.faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        super().__init__(
            f"{len(self.faults)} {noun} found:\n{lines}",
            hint="Mend each line above and run `challenge check` again.",
        )


class ReleaseMissingError(ChallengeError, LookupError):
    """A release, or a file that its manifest names, is not there.

    Parameters
    ----------
    thing : str
        The release or file looked for.
    """

    slug, status = "release-missing", 404

    def __init__(self, thing: str) -> None:
        self.thing = thing
        super().__init__(
            f"There is no {thing}.", hint="Make a release with `challenge build SLUG`."
        )


class ReleaseNotPublishedError(ChallengeError, PermissionError):
    """A release exists, and nobody has put their name under it yet.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    """

    slug, status = "release-not-published", 409

    def __init__(self, release: str) -> None:
        self.release = release
        super().__init__(
            f"Release {release} is not published.",
            hint=f"Publish it with `challenge publish {release} --by NAME`.",
        )


class PublicationRefusedError(ChallengeError, PermissionError):
    """The gate refuses a release.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    reason : str
        Why, as a full sentence.
    hint : str
        What the organiser does about it.
    """

    slug, status = "publication-refused", 409

    def __init__(self, release: str, *, reason: str, hint: str) -> None:
        self.release, self.reason = release, reason
        super().__init__(f"Release {release} cannot be published. {reason}", hint=hint)


class SandboxUnavailableError(ChallengeError, OSError):
    """Isolation cannot be had on this machine, so no submission is run.

    Parameters
    ----------
    reason : str
        What the self-test found, as a full sentence.
    """

    slug, status = "sandbox-unavailable", 503

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Submissions cannot be isolated on this machine. {reason}",
            hint="Run the worker on Linux with user namespaces and bubblewrap"
            " (`apt install bubblewrap`).",
        )


class BundleRefusedError(ChallengeError, ValueError):
    """An upload is not a bundle that we run.

    Parameters
    ----------
    slug : str
        The cause, one of those in ``docs/errors.md``.
    message : str
        What was found, in which file of the bundle.
    hint : str
        How to mend it.

    Attributes
    ----------
    submission_id : str or None
        Under which the refusal was recorded, once it was.
    """

    status = 422

    def __init__(self, slug: str, message: str, *, hint: str) -> None:
        self.slug = slug
        self.submission_id: str | None = None
        super().__init__(message, hint=hint)


class QuotaExceededError(ChallengeError, PermissionError):
    """A team has used its uploads or its scored runs for today.

    Parameters
    ----------
    team : str
        Name of the team.
    limit : int
        How many the brief allows per day.
    kind : str
        ``"uploads"`` or ``"scored runs"``.
    """

    slug, status = "quota-exceeded", 429

    def __init__(self, *, team: str, limit: int, kind: str) -> None:
        self.team, self.limit, self.kind = team, limit, kind
        super().__init__(
            f"Team {team} has used its {limit} {kind} for today.",
            hint="The count starts again at midnight UTC.",
        )


class AuthenticationRequiredError(ChallengeError, PermissionError):
    """No token came along, or one that we do not know."""

    slug, status = "authentication-required", 401

    def __init__(self) -> None:
        super().__init__(
            "This needs a valid token.",
            hint="Send `Authorization: Bearer TOKEN`, or log in at /login.",
        )


class PermissionDeniedError(ChallengeError, PermissionError):
    """The token is known, and its role may not do this.

    Parameters
    ----------
    role : str
        The reader's role.
    needed : str
        The role or roles that may.
    """

    slug, status = "permission-denied", 403

    def __init__(self, *, role: str, needed: str) -> None:
        self.role, self.needed = role, needed
        super().__init__(
            f"A {role} may not do this.", hint=f"Log in as {needed} and try again."
        )


class NotFoundError(ChallengeError, LookupError):
    """Nothing of that name exists for this reader.

    Parameters
    ----------
    kind : str
        What was looked for, such as ``"submission"``.
    name : str
        The name or number given.
    """

    slug, status = "not-found", 404

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(
            f"There is no {kind} {name} for you.", hint="Check the name or number."
        )


class RequestRefusedError(ChallengeError, ValueError):
    """A form or body does not validate.

    Parameters
    ----------
    field : str
        The field at fault.
    problem : str
        What is wrong with it, as a full sentence.
    hint : str
        What would be right.
    """

    slug, status = "request-refused", 422

    def __init__(self, field: str, problem: str, *, hint: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}", hint=hint)


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
            f"No usable answer from {url}: {reason}.",
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


class DemoBrokenError(ChallengeError, RuntimeError):
    """A step of the demonstration failed.

    Parameters
    ----------
    problem : str
        Which step, and what it said.
    """

    slug, status = "demo-broken", 500

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem, hint="Run `make test` to find out which part fails.")
