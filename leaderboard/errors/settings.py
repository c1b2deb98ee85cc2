"""Refusals of how it is to be scored, compared or said."""

from __future__ import annotations

from leaderboard.errors.root import ScoringError


class SettingRefusedError(ScoringError):
    """A setting lies outside its bounds.

    Parameters
    ----------
    name : str
        The setting.
    value : object
        What was given.
    allowed : str
        What would be right.
    """

    slug = "setting-refused"

    def __init__(self, name: str, value: object, *, allowed: str) -> None:
        self.name, self.value, self.allowed = name, value, allowed
        super().__init__(f"{name} is {value!r}.", hint=f"Give {allowed}.")


class PolicyMismatchError(ScoringError):
    """A scorecard was not judged under the policy of the board.

    Parameters
    ----------
    key : str
        Key of the scorecard.
    """

    slug = "policy-mismatch"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"Scorecard {key} was judged under another policy, or under none.",
            hint="Score every submission with the policy of the board.",
        )


class NotPairedError(ScoringError):
    """Scorecards do not share rows, seed and replicates.

    Parameters
    ----------
    key : str
        Key of the scorecard that differs.
    """

    slug = "not-paired"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"Scorecard {key} has no replicates in common with the others.",
            hint="Score all submissions on the same rows with the same seed,"
            " and compare them before the replicates are dropped.",
        )


class LanguageUnknownError(ScoringError):
    """There are no sentences in that language.

    Parameters
    ----------
    language : str
        What was asked for.
    """

    slug = "language-unknown"

    def __init__(self, language: str) -> None:
        self.language = language
        message = f"There are no sentences in language {language!r}."
        super().__init__(message, hint='Ask for "en" or "nl".')
