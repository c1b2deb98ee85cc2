"""The root of the tree, and what a fault in a file looks like."""

from __future__ import annotations

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
