"""What a policy found, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.errors import LanguageUnknownError
from leaderboard.policy import OTHER, FairnessPolicy, PolicyState

__all__ = ["FairnessPolicy", "Finding", "Guard", "PolicyState", "Verdict"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the policy found for one group of a gating attribute.

    Attributes
    ----------
    attribute, level : str
        Which group; ``"other small groups"`` are those that are too small to decide
        alone, judged together.
    positives : int
        Observed cases in the group.
    gates : bool
        Whether the group is large enough to decide.
    state : PolicyState
        What the group on its own would mean.
    value : float or None
        Observed / expected; 1 is perfect, above 1 the model expects too few.
    low, high : float or None
        Its bounds at the policy's level, over all deciding groups at once; None
        where there are none.
    power : float
        Probability that the bounds of a calibrated model lie inside the limits,
        with as much data as this group has.
    excess : float or None
        False-negative-rate gap in excess of the reference model's, in [-1, 1];
        0 or below: the group pays nothing. None without a reference model.
    excess_low, excess_high : float or None
        Its bounds, as `low` and `high`.
    merged : bool
        Whether the group is judged as one of the other small groups.
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
    excess: float | None = None
    excess_low: float | None = None
    excess_high: float | None = None
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """Whether the group that is found least is found less than by the reference.

    It keeps a model from closing a gap by finding fewer people.

    Attributes
    ----------
    value : float
        Smallest recall over the deciding groups minus the reference model's
        smallest, in [-1, 1]; below 0: the worst-off group got worse.
    low, high : float
        Its bounds at the policy's level.
    """

    value: float
    low: float
    high: float

    @property
    def fails(self) -> bool:
        """Whether the worst-off group is certainly found less."""
        return self.high < 0


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
_TEXTS = {
    "en": {
        "finding": "{name}: observed / expected {value} ({low} to {high}); {state}."
        " With this much data a calibrated model passes with probability {power}.",
        "excess": "{name}: observed / expected {value} ({low} to {high}); share"
        " not recognised, in excess of the reference model: {excess} ({excess_low} to"
        " {excess_high}); {state}. With this much data a calibrated model keeps to"
        " observed / expected with probability {power}.",
        "unmeasured": "{name}: no interval can be given; {state}.",
        "small": "{name}: fewer than {minimum} cases, so this group does not decide.",
        "merged": "{name}: fewer than {minimum} cases, so this group is judged"
        " together with the other small groups.",
        "guard": "Share recognised in the group that is recognised least, above the"
        " reference model's: {value} ({low} to {high}).",
        "fails": "The group that is recognised least, is recognised less than with the"
        " reference model: {value} ({low} to {high}). That is not allowed.",
        "alone": "The share not recognised is not judged here: there is no"
        " reference model, or numbers are too small to show it.",
        OTHER: OTHER,
    },
    "nl": {
        "finding": "{name}: waargenomen / verwacht {value} ({low} tot {high}); {state}."
        " Met zoveel gegevens slaagt een goed geijkt model met kans {power}.",
        "excess": "{name}: waargenomen / verwacht {value} ({low} tot {high}); aandeel"
        " niet herkend, boven dat van het referentiemodel: {excess} ({excess_low} tot"
        " {excess_high}); {state}. Met zoveel gegevens haalt een goed geijkt model"
        " waargenomen / verwacht met kans {power}.",
        "unmeasured": "{name}: er is geen marge te geven; {state}.",
        "small": "{name}: minder dan {minimum} gevallen, dus deze groep beslist niet.",
        "merged": "{name}: minder dan {minimum} gevallen, dus deze groep telt mee bij"
        " de andere kleine groepen.",
        "guard": "Aandeel herkend in de groep die het minst wordt herkend, boven dat"
        " van het referentiemodel: {value} ({low} tot {high}).",
        "fails": "De groep die het minst wordt herkend, wordt minder herkend dan bij"
        " het referentiemodel: {value} ({low} tot {high}). Dat mag niet.",
        "alone": "Het aandeel niet herkend is hier niet beoordeeld: er is geen"
        " referentiemodel, of de aantallen zijn te klein om te tonen.",
        OTHER: "andere kleine groepen",
    },
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
    guard : Guard or None
        Whether the worst-off group got worse; None where nothing can be compared.
    """

    policy: FairnessPolicy
    state: PolicyState
    findings: tuple[Finding, ...]
    guard: Guard | None = None

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
        return (
            f"{words[0].upper()}{words[1:]}.",
            *details,
            *self._reference_sentences(language),
        )

    def _sentence(self, finding: Finding, language: str) -> str:
        texts = _TEXTS[language]
        level = texts[OTHER] if finding.level == OTHER else finding.level
        facts = {
            "name": f"{finding.attribute} {level}",
            "minimum": str(self.policy.minimum_positives),
            "state": _STATES[language][finding.state],
        }
        for field in ("value", "low", "high", "power", *_EXCESS):
            facts[field] = _number(getattr(finding, field), language)
        return texts[_form(finding)].format(**facts)

    def _reference_sentences(self, language: str) -> tuple[str, ...]:
        """Say what comparing with the reference model shows, or that nothing could."""
        texts, guard = _TEXTS[language], self.guard
        if guard is not None:
            ends = {name: getattr(guard, name) for name in ("value", "low", "high")}
            facts = {name: _number(end, language) for name, end in ends.items()}
            return (texts["fails" if guard.fails else "guard"].format(**facts),)
        judged = [f for f in self.findings if f.gates and f.low is not None]
        unseen = judged and all(finding.excess is None for finding in judged)
        return (texts["alone"],) if unseen else ()


_EXCESS = ("excess", "excess_low", "excess_high")


def _form(finding: Finding) -> str:
    """Which sentence says what was found."""
    if not finding.gates:
        return "merged" if finding.merged else "small"
    if None in (finding.value, finding.low, finding.high):
        return "unmeasured"
    return "finding" if finding.excess is None else "excess"


def _number(value: float | None, language: str) -> str:
    if value is None:
        return ""
    # Adding 0 turns the -0.0 of a tiny loss into plain 0.
    text = f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language == "nl" else text
