"""Refusals for the time of day: a phase that is over, or not ready to begin."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.errors.root import ChallengeError

_HINTS = {
    "draft": "Data, proof runs and pitches come with phase practice, scored runs with"
    " phase open.",
    "practice": "Until it opens, `challenge submit --proof` tries a model out.",
    "open": "It comes later on the day; the pages say when.",
    "frozen": "What came in before counts; go on with your pitch.",
    "jury": "The jury is at work; what came in before counts.",
    "closed": "The challenge has ended; its results stay readable.",
}


class PhaseClosedError(ChallengeError, PermissionError):
    """The challenge is in a phase in which nobody may do this.

    Parameters
    ----------
    what : str
        What somebody wanted, as ``"hand in a scored run"``.
    phase : str
        Where the challenge is.
    """

    slug, status = "phase-closed", 409

    def __init__(self, what: str, phase: str) -> None:
        self.what, self.phase = what, str(phase)
        super().__init__(
            f"You cannot {what} while the challenge is in phase {self.phase}.",
            hint=_HINTS[self.phase],
        )


class PhaseBlockedError(ChallengeError, PermissionError):
    """Something has to be done before the challenge goes on.

    Parameters
    ----------
    phase : str
        Where to.
    blockers : sequence of str
        What is left, each by its key.
    """

    slug, status = "phase-blocked", 409

    def __init__(self, phase: str, blockers: Sequence[str]) -> None:
        self.phase, self.blockers = str(phase), tuple(blockers)
        super().__init__(
            f"The phase {self.phase} waits for: {', '.join(blockers)}.",
            hint="/organiser/phase says what is left and where to do it.",
        )
