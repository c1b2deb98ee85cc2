"""Every way the library says no, in one tree.

::

    ScoringError                        slug, message, hint; a ValueError
    ├── LengthMismatchError             two columns of different length
    ├── LabelsRefusedError              labels that are not 0 or 1
    ├── OneClassError                   only zeros or only ones
    ├── ProbabilitiesRefusedError       NaN, infinite or outside [0, 1]
    ├── ClustersRefusedError            a missing label, or fewer than two clusters
    ├── GroupsRefusedError              a group table that cannot be read
    ├── BallotsRefusedError             a table of ballots that cannot be read
    ├── SettingRefusedError             a capacity, count or limit out of its bounds
    ├── PolicyMismatchError             scorecards judged under another policy, or none
    ├── NotPairedError                  scorecards that do not share their replicates
    ├── ScorecardUnreadableError        JSON that is not a scorecard
    ├── LadderUnreadableError           JSON that is not the state of a ladder
    └── LanguageUnknownError            a language we have no sentences in

A class writes the sentence, whoever raises it passes facts.
"""

from __future__ import annotations


class ScoringError(ValueError):
    """Root of the tree.

    Parameters
    ----------
    message : str
        What happened, to which thing.
    hint : str
        What to do next.

    Attributes
    ----------
    slug : str
        Stable name of this kind of refusal.
    """

    slug = "scoring-error"

    def __init__(self, message: str, *, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message} {hint}")


class LengthMismatchError(ScoringError):
    """Two columns that describe the same rows differ in length.

    Parameters
    ----------
    name : str
        The column at fault.
    length, expected : int
        Its number of rows, and the number of labels.
    """

    slug = "length-mismatch"

    def __init__(self, name: str, *, length: int, expected: int) -> None:
        self.name, self.length, self.expected = name, length, expected
        super().__init__(
            f"{name} has {length} rows and labels has {expected}.",
            hint="Give one value per row, in the same order.",
        )


class LabelsRefusedError(ScoringError):
    """Labels hold something other than 0 and 1.

    Parameters
    ----------
    found : str
        What was found.
    """

    slug = "labels-refused"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"labels hold {found}.", hint="Give a flat array of 0 and 1, or booleans."
        )


class OneClassError(ScoringError):
    """Labels are all 0 or all 1, so nothing can be told apart.

    Parameters
    ----------
    rows : int
        Number of rows.
    label : int
        The one label that they all carry.
    """

    slug = "one-class"

    def __init__(self, *, rows: int, label: int) -> None:
        self.rows, self.label = rows, label
        super().__init__(
            f"All {rows} labels are {label}.",
            hint="Score on rows that hold both outcomes.",
        )


class ProbabilitiesRefusedError(ScoringError):
    """Predictions are not finite probabilities.

    Parameters
    ----------
    found : str
        What was found.
    """

    slug = "probabilities-refused"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"probabilities hold {found}.",
            hint="Give a flat array of one finite probability in [0, 1] per row.",
        )


class ClustersRefusedError(ScoringError):
    """Rows cannot be resampled by the clusters given.

    Parameters
    ----------
    found : str
        What was found.
    """

    slug = "clusters-refused"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"clusters hold {found}.",
            hint="Give every row its cluster and at least two clusters,"
            " or None to resample rows.",
        )


class GroupsRefusedError(ScoringError):
    """The table of groups cannot be read.

    Parameters
    ----------
    found : str
        What was found.
    """

    slug = "groups-refused"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"groups hold {found}.",
            hint="Give a DataFrame with one uniquely named column per attribute.",
        )


class BallotsRefusedError(ScoringError):
    """The table of ballots cannot be read.

    Parameters
    ----------
    found : str
        What was found.
    """

    slug = "ballots-refused"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"ballots hold {found}.",
            hint="Give a DataFrame with the columns team, juror, criterion and points,"
            " one row per judgement, and leave recusals out.",
        )


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
