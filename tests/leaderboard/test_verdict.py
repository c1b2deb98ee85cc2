from __future__ import annotations

import pytest

from leaderboard.errors import LanguageUnknownError, SettingRefusedError
from leaderboard.verdict import FairnessPolicy, Finding, Guard, PolicyState, Verdict

POLICY = FairnessPolicy(gate=("home",))
MEETS = PolicyState.MEETS
PLAIN = Finding("home", "x", 500, True, MEETS, 1.0, 0.91, 1.1, 0.987)
FULL = Finding(
    "home", "x", 500, True, MEETS, 1.0, 0.91, 1.1, 0.987, -0.031, -0.07, -0.001
)
SMALL = Finding("home", "y", 9, False, PolicyState.UNDETERMINED, 2.0, None, None, 0.0)
MERGED = Finding(
    "home", "z", 9, False, PolicyState.UNDETERMINED, 2.0, None, None, 0.0, merged=True
)
POOL = Finding("home", "other small groups", 60, True, MEETS, 1.0, 0.9, 1.1, 0.9)


def test_the_verdict_speaks_english_and_dutch() -> None:
    verdict = Verdict(POLICY, MEETS, (PLAIN, SMALL))

    assert verdict.sentences("en") == (
        "Meets the policy on these data.",
        "home x: observed / expected 1.00 (0.91 to 1.10); meets the policy on these"
        " data. With this much data a calibrated model passes with probability 0.99.",
        "home y: fewer than 50 cases, so this group does not decide.",
        "The share not recognised is not judged here: there is no reference model,"
        " or numbers are too small to show it.",
    )
    assert verdict.sentences("nl") == (
        "Voldoet op deze gegevens aan de afspraak.",
        "home x: waargenomen / verwacht 1,00 (0,91 tot 1,10); voldoet op"
        " deze gegevens aan de afspraak. Met zoveel gegevens slaagt een goed"
        " geijkt model met kans 0,99.",
        "home y: minder dan 50 gevallen, dus deze groep beslist niet.",
        "Het aandeel niet herkend is hier niet beoordeeld: er is geen referentiemodel,"
        " of de aantallen zijn te klein om te tonen.",
    )


def test_the_excess_is_said_with_a_minus_sign_and_never_as_minus_nothing() -> None:
    verdict = Verdict(POLICY, MEETS, (FULL,), Guard(0.02, -0.01, 0.05))

    _, english, guard = verdict.sentences("en")
    _, dutch, bewaking = verdict.sentences("nl")

    minus = "\N{MINUS SIGN}"
    assert english == (
        "home x: observed / expected 1.00 (0.91 to 1.10); share not recognised, in"
        f" excess of the reference model: {minus}0.03 ({minus}0.07 to 0.00); meets the"
        " policy on these data. With this much data a calibrated model keeps to"
        " observed / expected with probability 0.99."
    )
    assert f"boven dat van het referentiemodel: {minus}0,03 ({minus}0,07" in dutch
    assert guard == (
        "Share recognised in the group that is recognised least, above the reference"
        f" model's: 0.02 ({minus}0.01 to 0.05)."
    )
    assert bewaking == (
        "Aandeel herkend in de groep die het minst wordt herkend, boven dat van het"
        f" referentiemodel: 0,02 ({minus}0,01 tot 0,05)."
    )


def test_a_failed_guard_is_said_plainly() -> None:
    verdict = Verdict(POLICY, PolicyState.VIOLATES, (FULL,), Guard(-0.05, -0.08, -0.02))

    assert verdict.sentences("nl")[-1].startswith(
        "De groep die het minst wordt herkend, wordt minder herkend dan bij het"
        " referentiemodel:"
    )
    assert verdict.sentences("en")[-1].endswith("That is not allowed.")


def test_small_groups_that_are_judged_together_are_named_in_both_languages() -> None:
    verdict = Verdict(POLICY, MEETS, (MERGED, POOL))

    assert verdict.sentences("nl")[1] == (
        "home z: minder dan 50 gevallen, dus deze groep telt mee bij de andere kleine"
        " groepen."
    )
    assert verdict.sentences("nl")[2].startswith("home andere kleine groepen: ")
    assert verdict.sentences("en")[2].startswith("home other small groups: ")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PolicyState.MEETS, "voldoet op deze gegevens aan de afspraak"),
        (PolicyState.VIOLATES, "voldoet op deze gegevens niet aan de afspraak"),
        (
            PolicyState.UNDETERMINED,
            "te weinig gegevens om het te zeggen; niet: in orde",
        ),
    ],
)
def test_each_state_has_its_dutch_words(state: PolicyState, words: str) -> None:
    assert Verdict(POLICY, state, ()).words("nl") == words


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(LanguageUnknownError, match="'fr'"):
        Verdict(POLICY, PolicyState.MEETS, ()).sentences("fr")


@pytest.mark.parametrize(
    "settings",
    [
        {"limit_ratio": 1.0},
        {"limit_ratio": float("nan")},
        {"limit_ratio": float("inf")},
        {"limit_gap": 0.0},
        {"limit_gap": 1.0},
        {"limit_gap": float("nan")},
        {"minimum_positives": 0},
        {"level": 1.0},
        {"gate": ("a",), "report": ("a",)},
        {"intersections": (("a",),)},
        {"intersections": (("a", "a"),)},
        {"intersections": (("a", "b", "a"),)},
        {"intersections": (("a", "b"), ("b", "a"))},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingRefusedError):
        FairnessPolicy(**settings)  # type: ignore[arg-type]


def test_a_policy_knows_every_attribute_it_names() -> None:
    policy = FairnessPolicy(gate=("a",), report=("b",), intersections=(("a", "c"),))

    assert policy.attributes == {"a", "b", "c"}


def test_the_limits_are_as_far_below_as_above() -> None:
    assert FairnessPolicy(limit_ratio=1.6).limits == (0.625, 1.6)
