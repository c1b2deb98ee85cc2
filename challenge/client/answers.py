"""The shapes of what the server answers; ``docs/api.md`` says more of each."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class You(TypedDict):
    """Who asks, as the server knows them.

    Attributes
    ----------
    name : str
        Of the team or person.
    role : str
        ``"team"``, ``"juror"``, ``"organiser"``, ``"partner"`` or ``"auditor"``.
    barred : str or None
        Of a team: why it was disqualified; None: it competes.
    """

    name: str
    role: str
    barred: str | None


class Invitation(TypedDict):
    """What an invitation is for.

    Attributes
    ----------
    challenge : dict of str to str
        Title of the challenge by language.
    role : str
        What whoever comes may do.
    name : str
        Under which name; empty: they choose one.
    sources : dict of str to str or None
        Label of the source set by language, where there are several.
    expires_at : str
        ISO 8601, UTC.
    """

    challenge: dict[str, str]
    role: str
    name: str
    sources: dict[str, str] | None
    expires_at: str


class Joined(TypedDict):
    """Somebody came in with an invitation.

    Attributes
    ----------
    name, role : str
        As who.
    token : str
        Shown once.
    """

    name: str
    role: str
    token: str


class Runtime(TypedDict):
    """What a model can import on the server.

    Attributes
    ----------
    python : str
        Version, such as ``"3.11.7"``.
    packages : dict of str to str
        Version by canonical name.
    """

    python: str
    packages: dict[str, str]


class Submission(TypedDict):
    """Where one submission is.

    Attributes
    ----------
    id : str
        For every later question.
    number : int
        As people call it.
    title, note : str
        As they were sent.
    proof_only : bool
        Whether the proof run alone was asked for.
    state : str
        ``"queued"``, ``"running"``, ``"scored"``, ``"proved"``, ``"refused"`` (yours,
        with a reason) or ``"failed"`` (ours).
    stage : str
        How far it came.
    waiting : dict of str to str or None
        Its place in the queue in words, by language; None if it does not wait.
    warnings : list of str
        What differs from the server's packages.
    message, hint : str or None
        Why it was refused, and what to do.
    log : str
        What it printed in the proof run.
    repeats : dict or None
        What came of asking twice.
    told : dict of str to str or None
        What it changed on the board, by language.
    why : dict of str to list of str or None
        Why it stands where it stands, by language.
    isolation : str
        What stands between a model and the server.
    same_as : int or None
        Number of the first time that this bundle used up a score, if it did; not in
        a list.
    """

    id: str
    number: int
    title: str
    note: str
    proof_only: bool
    state: str
    stage: str
    waiting: dict[str, str] | None
    warnings: list[str]
    message: str | None
    hint: str | None
    log: str
    repeats: dict[str, Any] | None
    told: dict[str, str] | None
    why: dict[str, list[str]] | None
    isolation: str
    same_as: NotRequired[int | None]
