"""Refusals of what is to be scored: labels, probabilities, groups, ballots."""

from __future__ import annotations

from leaderboard.errors.root import ScoringError


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
