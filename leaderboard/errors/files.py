"""Refusals of what was written before and is read again."""

from __future__ import annotations

from leaderboard.errors.root import ScoringError


class ScorecardUnreadableError(ScoringError):
    """A text is not the JSON of a scorecard.

    Parameters
    ----------
    reason : str
        What went wrong while reading.
    """

    slug = "scorecard-unreadable"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"This is not a scorecard: {reason}.",
            hint="Give the text that Scorecard.to_json wrote.",
        )


class FileRefusedError(ScoringError):
    """A file of a folder to recompute is missing, or is not what it should be.

    Parameters
    ----------
    file : str
        Which, by its name inside the folder.
    problem : str
        What is wrong, as a sentence without full stop.
    repair : str
        What would be right.
    line : int or None
        Where, counted from 1; None where it is not about a line.
    column : str
        Column, or dotted key; empty where it is about neither.
    """

    slug = "file-refused"

    def __init__(
        self,
        file: str,
        problem: str,
        *,
        repair: str,
        line: int | None = None,
        column: str = "",
    ) -> None:
        self.file, self.problem = file, problem
        self.line, self.column = line, column
        place = [file, f"line {line}" if line else "", column]
        where = ", ".join(part for part in place if part)
        super().__init__(f"{where}: {problem}.", hint=repair)
