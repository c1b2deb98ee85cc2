"""Refusals at the door: links, tokens and pages that let nobody in."""

from __future__ import annotations

from typing import Literal

from challenge.errors.root import ChallengeError

Cause = Literal["unknown", "used", "expired", "revoked"]

_CAUSES: dict[Cause, tuple[str, str]] = {
    "unknown": (
        "No invitation has this code.",
        "Check every letter, or ask the organiser for a new one.",
    ),
    "used": (
        "Somebody used this invitation already; it works once.",
        "Log in as you did before, or ask the organiser for a new one.",
    ),
    "expired": (
        "This invitation has expired.",
        "Ask the organiser for a new one.",
    ),
    "revoked": (
        "The organiser withdrew this invitation.",
        "Ask the organiser for a new one.",
    ),
}


class InvitationRefusedError(ChallengeError, LookupError):
    """A link lets nobody in: unknown, used, expired or withdrawn.

    Parameters
    ----------
    cause : str
        One of ``"unknown"``, ``"used"``, ``"expired"``, ``"revoked"``.
    """

    slug, status = "invitation-refused", 404

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        message, hint = _CAUSES[cause]
        super().__init__(message, hint=hint)


class BarredError(ChallengeError, PermissionError):
    """Somebody may not come in, or a team does not compete, any more.

    Parameters
    ----------
    reason : str
        What the organiser wrote.
    """

    slug, status = "barred", 403

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The organiser stopped your access: {reason.rstrip('.')}.",
            hint="Speak with the organiser, who can readmit you.",
        )


class ScopeTooNarrowError(ChallengeError, PermissionError):
    """A token is known, and was made for less than this.

    Parameters
    ----------
    scope : str
        What it may do.
    """

    slug, status = "scope-too-narrow", 403

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(
            f"This token is for `{scope}` only.",
            hint="Make one with a wider scope at /account, or log in yourself.",
        )


class ForeignOriginError(ChallengeError, PermissionError):
    """Another site's page tried to act in somebody's name."""

    slug, status = "foreign-origin", 403

    def __init__(self) -> None:
        super().__init__(
            "This did not come from a page of ours, so nothing was changed.",
            hint="Open the page here and do it again; a program sends a bearer token.",
        )


class ReadingOnlyError(ChallengeError, PermissionError):
    """Somebody would change what is there to be read alone.

    Parameters
    ----------
    page : str
        Whose pages, such as ``"MLflow"``.
    """

    slug, status = "reading-only", 403

    def __init__(self, page: str) -> None:
        self.page = page
        super().__init__(
            f"The pages of {page} are for reading here; nothing was changed.",
            hint="What a run holds comes from the worker. A submission that should not"
            " count is disqualified at the desk, which is audited.",
        )


class TooManyAttemptsError(ChallengeError, PermissionError):
    """Somebody failed to log in too often.

    Parameters
    ----------
    seconds : int
        Until they may try again.
    """

    slug, status = "too-many-attempts", 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            "Too many log-ins failed from here.",
            hint=f"Wait {seconds} seconds, or log in in another way.",
        )


class ConfirmationRequiredError(ChallengeError, PermissionError):
    """Somebody has to say again who they are before this act.

    Parameters
    ----------
    failed : bool
        Whether they tried, with another password or token.
    seconds : int
        How long to wait after too many failures; 0: no need to.
    """

    slug, status = "confirmation-required", 403

    def __init__(self, *, failed: bool = False, seconds: int = 0) -> None:
        self.failed, self.seconds = failed, seconds
        super().__init__(
            "This act asks who you are once more, and nothing was changed.",
            hint="Do it on the page, which asks; a program sends a bearer token.",
        )


class TooManyRequestsError(ChallengeError, PermissionError):
    """Somebody asks more often than anybody needs to.

    Parameters
    ----------
    seconds : int
        Until they are answered again.
    """

    slug, status = "too-many-requests", 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            "Too many requests came from you, or from your network.",
            hint=f"Wait {seconds} seconds; a script should ask less often.",
        )


class TooManyUploadsError(ChallengeError, PermissionError):
    """A team sends more uploads at once than it may.

    Parameters
    ----------
    team : str
        Name of the team.
    limit : int
        How many may be under way.
    """

    slug, status = "too-many-uploads", 429
    # A bundle of usual size is in by then.
    seconds = 10

    def __init__(self, *, team: str, limit: int) -> None:
        self.team, self.limit = team, limit
        super().__init__(
            f"Team {team} is sending {limit} uploads already.",
            hint="Wait until one of them is in, and send this one again.",
        )


class TooManyTodayError(ChallengeError, PermissionError):
    """A team did something as often today as it may; those below say what.

    Parameters
    ----------
    team : str
        Name of the team.
    limit : int
        How often it may in a day.
    """

    status = 429
    done = ""
    meanwhile = ""

    def __init__(self, *, team: str, limit: int) -> None:
        self.team, self.limit = team, limit
        super().__init__(
            f"Team {team} has {self.done.format(limit=limit)} today.",
            hint=f"{self.meanwhile} The count starts again at midnight on the"
            " challenge's clock.",
        )


class TooManyPdfsError(TooManyTodayError):
    """A team put as many PDFs with its pitch today as it may."""

    slug = "too-many-pdfs"
    done = "used its {limit} PDFs for"
    meanwhile = "Put a link with your pitch instead."


class TooManyPicksError(TooManyTodayError):
    """A team changed what counts at the end as often today as it may."""

    slug = "too-many-picks"
    done = "changed its picks {limit} times"
    meanwhile = "What you picked last counts."


class TooManySavesError(TooManyTodayError):
    """A team saved another pitch as often today as it may."""

    slug = "too-many-saves"
    done = "saved its pitch {limit} times"
    meanwhile = (
        "The jury reads what you saved last: keep a copy of what you typed since."
    )


class TooManyQuestionsError(ChallengeError, PermissionError):
    """A team has as many questions without an answer as it may.

    Parameters
    ----------
    team : str
        Name of the team.
    limit : int
        How many may be open.
    """

    slug, status = "too-many-questions", 429

    def __init__(self, *, team: str, limit: int) -> None:
        self.team, self.limit = team, limit
        super().__init__(
            f"Team {team} has {limit} questions without an answer.",
            hint="Wait for an answer, or go to the organiser's table.",
        )
