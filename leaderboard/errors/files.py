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


class LadderUnreadableError(ScoringError):
    """A text is not the JSON of a team's place on the ladder.

    Parameters
    ----------
    reason : str
        What went wrong while reading.
    """

    slug = "ladder-unreadable"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"This is not the state of a ladder: {reason}.",
            hint="Give the text that LadderState.to_json wrote.",
        )
