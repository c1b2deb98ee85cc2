"""Refusals of what somebody sent to the server."""

from __future__ import annotations

from challenge.errors.root import ChallengeError


class AddressTakenError(ChallengeError, OSError):
    """Something else listens where the server should.

    Parameters
    ----------
    host : str
        Address to bind.
    port : int
        Port to bind.
    """

    slug, status = "address-taken", 500

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        super().__init__(
            f"Cannot listen on {host}:{port}.",
            hint="Stop what listens there, or choose another with `--port` (0: any).",
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
            hint="The count starts again at midnight on the challenge's clock."
            + (
                " Until then `challenge submit --proof` tries a model without a score."
                if kind == "scored runs"
                else ""
            ),
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
        article = "An" if role[0] in "aeiou" else "A"
        super().__init__(
            f"{article} {role} may not do this.",
            hint=f"Log in as {needed} and try again.",
        )


class TermsNotAcceptedError(ChallengeError, PermissionError):
    """Somebody wants a file before they accepted the terms of its release.

    Parameters
    ----------
    release : str
        ``slug/version``.
    url : str
        Where the terms stand, for who used the command line with no terminal to be
        asked at; empty: a program or browser asked.
    """

    slug, status = "terms-not-accepted", 403

    def __init__(self, release: str, *, url: str = "") -> None:
        self.release = release
        super().__init__(
            f"You have not accepted the terms of release {release}.",
            hint=f"Add `--accept-terms` once you have read them at {url}."
            if url
            else "Read and accept them at /data, with `challenge download`, or with"
            " POST /api/terms.",
        )


class RequestNotPossibleError(ChallengeError, ValueError):
    """The request is no form or method that the route knows.

    Parameters
    ----------
    reason : str
        What the server made of it, without full stop.
    status : int
        HTTP status, 400 to 499.
    """

    slug = "request-not-possible"

    def __init__(self, reason: str, *, status: int) -> None:
        self.reason, self.status = reason, status
        super().__init__(f"{reason}.", hint="See /api/docs for what this route takes.")


class RequestTooLargeError(ChallengeError, ValueError):
    """A body that is no upload is larger than any form of ours.

    Parameters
    ----------
    limit_kib : int
        Most that is read, in KiB.
    """

    slug, status = "request-too-large", 413

    def __init__(self, *, limit_kib: int) -> None:
        self.limit_kib = limit_kib
        super().__init__(
            f"The request is larger than {limit_kib} KiB.",
            hint="Send less; a bundle goes to POST /api/submissions.",
        )


class RequestTooSlowError(ChallengeError, TimeoutError):
    """A body came in so slowly that it would have held its place for hours.

    Parameters
    ----------
    kib_per_second : int
        What is the least, after the first half minute.
    """

    slug, status = "request-too-slow", 408

    def __init__(self, *, kib_per_second: int) -> None:
        self.kib_per_second = kib_per_second
        super().__init__(
            f"The request came in at less than {kib_per_second} KiB a second.",
            hint="Send it again over a better connection, or make it smaller.",
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
    about : str
        What in the field is at fault, where it is one of many.
    """

    slug, status = "request-refused", 422

    def __init__(self, field: str, problem: str, *, hint: str, about: str = "") -> None:
        self.field, self.about = field, about
        super().__init__(f"{field}: {problem}", hint=hint)


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
