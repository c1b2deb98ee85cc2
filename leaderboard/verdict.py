"""What a policy asks of a model, and what it found, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leaderboard.errors import LanguageUnknownError, SettingRefusedError


class PolicyState(StrEnum):
    """What the policy says; undetermined never reads as "fine"."""

    MEETS = "meets"
    VIOLATES = "violates"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class FairnessPolicy:
    """What the organisers agreed on before anybody saw a score.

    For every group of a `gate` attribute, the number of observed cases divided
    by the number that the model expected must lie between ``1 / limit_ratio``
    and ``limit_ratio``, as far as the data can tell.

    Attributes
    ----------
    gate : tuple of str
        Attributes whose groups decide.
    report : tuple of str
        Attributes that are measured and shown, and decide nothing.
    limit_ratio : float
        Largest allowed ratio, and one over the smallest; above 1.
    minimum_positives : int
        Groups with fewer positive rows are shown and do not decide.
    level : float
        Confidence of the intervals, in (0, 1).

    Raises
    ------
    SettingRefusedError
        If a limit lies outside its bounds or an attribute both gates and
        reports.

    Examples
    --------
    >>> FairnessPolicy(gate=("income",)).limits
    (0.8, 1.25)
    """

    gate: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    limit_ratio: float = 1.25
    minimum_positives: int = 50
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 1 < self.limit_ratio < float("inf"):
            raise SettingRefusedError(
                "limit_ratio", self.limit_ratio, allowed="a number above 1"
            )
        if self.minimum_positives < 1:
            raise SettingRefusedError(
                "minimum_positives", self.minimum_positives, allowed="1 or more"
            )
        if not 0 < self.level < 1:
            raise SettingRefusedError(
                "level", self.level, allowed="a number between 0 and 1"
            )
        if both := sorted(set(self.gate) & set(self.report)):
            raise SettingRefusedError(
                "report", both, allowed="attributes that do not gate"
            )

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest allowed observed / expected."""
        return 1 / self.limit_ratio, self.limit_ratio


@dataclass(frozen=True, slots=True)
class Finding:
    """What the policy found for one group of a gating attribute.

    Attributes
    ----------
    attribute, level : str
        Which group.
    positives : int
        Observed cases in the group.
    gates : bool
        Whether the group is large enough to decide.
    state : PolicyState
        What the group on its own would mean.
    value : float or None
        Observed / expected; 1 is perfect, above 1 the model expects too few.
    low, high : float or None
        Its interval at the policy's level; None where there is none.
    power : float
        Probability that the interval of a calibrated model lies inside the
        limits, with as much data as this group has.
    """

    attribute: str
    level: str
    positives: int
    gates: bool
    state: PolicyState
    value: float | None
    low: float | None
    high: float | None
    power: float


_STATES = {
    "en": {
        PolicyState.MEETS: "meets the policy on these data",
        PolicyState.VIOLATES: "does not meet the policy on these data",
        PolicyState.UNDETERMINED: "too little data to say,"
        " which does not mean that all is well",
    },
    "nl": {
        PolicyState.MEETS: "voldoet op deze gegevens aan de afspraak",
        PolicyState.VIOLATES: "voldoet op deze gegevens niet aan de afspraak",
        PolicyState.UNDETERMINED: "te weinig gegevens om het te zeggen; niet: in orde",
    },
}
_FINDING = {
    "en": "{name}: observed / expected {value} ({low} to {high}); {state}."
    " With this much data a calibrated model passes with probability {power}.",
    "nl": "{name}: waargenomen / verwacht {value} ({low} tot {high}); {state}."
    " Met zoveel gegevens slaagt een goed geijkt model met kans {power}.",
}
_UNMEASURED = {
    "en": "{name}: no interval can be given; {state}.",
    "nl": "{name}: er is geen marge te geven; {state}.",
}
_SMALL = {
    "en": "{name}: fewer than {minimum} cases, so this group does not decide.",
    "nl": "{name}: minder dan {minimum} gevallen, dus deze groep beslist niet.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says about one scorecard.

    Attributes
    ----------
    policy : FairnessPolicy
        What was asked.
    state : PolicyState
        Meets, violates or undetermined, over all deciding groups.
    findings : tuple of Finding
        One per group of the gating attributes.
    """

    policy: FairnessPolicy
    state: PolicyState
    findings: tuple[Finding, ...]

    @property
    def power(self) -> float | None:
        """Smallest power over the deciding groups; None if no group decides."""
        powers = [finding.power for finding in self.findings if finding.gates]
        return min(powers, default=None)

    def words(self, language: str = "en") -> str:
        """Say the state in a few words, for a table cell.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"nl"``.

        Returns
        -------
        str
            The state, without capital or full stop.

        Raises
        ------
        LanguageUnknownError
            If there are no sentences in `language`.

        Examples
        --------
        >>> Verdict(FairnessPolicy(), PolicyState.UNDETERMINED, ()).words("nl")
        'te weinig gegevens om het te zeggen; niet: in orde'
        """
        if language not in _STATES:
            raise LanguageUnknownError(language)
        return _STATES[language][self.state]

    def sentences(self, language: str = "en") -> tuple[str, ...]:
        """Say the state, then what was found for each group.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"nl"``.

        Returns
        -------
        tuple of str
            Full sentences; the first is the state.

        Raises
        ------
        LanguageUnknownError
            If there are no sentences in `language`.
        """
        words = self.words(language)
        details = (self._sentence(finding, language) for finding in self.findings)
        return (f"{words[0].upper()}{words[1:]}.", *details)

    def _sentence(self, finding: Finding, language: str) -> str:
        facts = {
            "name": f"{finding.attribute} {finding.level}",
            "minimum": self.policy.minimum_positives,
            "state": _STATES[language][finding.state],
        }
        if not finding.gates:
            return _SMALL[language].format(**facts)
        if finding.value is None or finding.low is None or finding.high is None:
            return _UNMEASURED[language].format(**facts)
        numbers = {
            name: _number(value, language)
            for name, value in (
                ("value", finding.value),
                ("low", finding.low),
                ("high", finding.high),
                ("power", finding.power),
            )
        }
        return _FINDING[language].format(**facts, **numbers)


def _number(value: float, language: str) -> str:
    text = f"{value:.2f}"
    return text.replace(".", ",") if language == "nl" else text
