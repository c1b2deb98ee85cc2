"""What the disclosure checks find, as it is reported and recorded."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RISKS = (
    "exact-copies",
    "near-copies",
    "closest-records",
    "membership",
    "attributes",
    "small-cells",
)


class Guess(BaseModel):
    """How well one sensitive column can be guessed.

    Attributes
    ----------
    column : str
        Its name.
    baseline : float
        Share right by always guessing the most common value, or the median.
    holdout, training : float
        Share right with the nearest synthetic row, for held-out and learned rows.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    baseline: float
    holdout: float
    training: float


class Finding(BaseModel):
    """The outcome of one check.

    Attributes
    ----------
    risk : str
        One of `RISKS`.
    value : float
        What was measured.
    low, high : float
        Ends of the 99 % interval.
    limit : float
        Largest value that `low` may have; fewest rows of a cell for ``small-cells``.
    passed : bool
        Whether the rows may leave as far as this check goes.
    counts : dict of str to int
        Rows that the value rests on.
    guesses : tuple of Guess
        Per sensitive column, for ``attributes``.
    """

    model_config = ConfigDict(frozen=True)

    risk: str
    value: float
    low: float
    high: float
    limit: float
    passed: bool
    counts: dict[str, int] = {}
    guesses: tuple[Guess, ...] = ()

    @classmethod
    def of(
        cls,
        risk: str,
        value: float,
        ends: tuple[float, float],
        *,
        limit: float,
        **counts: int,
    ) -> Finding:
        """Decide by the lower end of the interval.

        Parameters
        ----------
        risk : str
            One of `RISKS`.
        value : float
            What was measured.
        ends : tuple of float
            Interval around it.
        limit : float
            Largest lower end that passes.
        **counts : int
            Rows that the value rests on.

        Returns
        -------
        Finding
            With figures rounded to four decimals.
        """
        low, high = ends
        return cls(
            risk=risk,
            value=round(value, 4),
            low=round(low, 4),
            high=round(high, 4),
            limit=round(limit, 4),
            passed=low <= limit,
            counts=counts,
        )


class Disclosure(BaseModel):
    """Every finding, and how far synthetic rows are from either half.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of `RISKS`.
    edges : tuple of float
        Of the bins of distance, per column compared.
    training, holdout : tuple of int
        Synthetic rows in each bin by their distance to the nearest learned and
        held-out row; rounded to five.
    """

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    edges: tuple[float, ...] = ()
    training: tuple[int, ...] = ()
    holdout: tuple[int, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Risks whose check failed."""
        return tuple(found.risk for found in self.findings if not found.passed)


class DisclosureRecord(BaseModel):
    """What a partner's report says to whoever uses its learned schema.

    Attributes
    ----------
    table : str
        Name of the table.
    disclosure : Disclosure
        Every check.
    """

    model_config = ConfigDict(frozen=True)

    table: str = Field(pattern="^[a-z][a-z0-9_]*$")
    disclosure: Disclosure
