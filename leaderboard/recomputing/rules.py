"""``brief.toml``: the policy, and the words for what the board shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leaderboard.errors import FileRefusedError, SettingRefusedError
from leaderboard.policy import FairnessPolicy
from leaderboard.recomputing.sections import Section

NAME = "brief.toml"
_DEFAULTS = FairnessPolicy()
_KEYS = {
    "intersections",
    "level",
    "limit_gap",
    "limit_ratio",
    "minimum_positives",
    "reference",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a brief says about scoring, and how things are called.

    Attributes
    ----------
    policy : FairnessPolicy
        What was agreed on beforehand.
    reference : bool
        Whether a reference model takes part.
    capacity : float or None
        Share of rows that the offer reaches; None where the brief does not say.
    title : mapping of str to str
        Of the challenge, by language.
    sources : mapping of str to mapping of str to str
        Name of each source set, by language; empty where all teams have the same.
    """

    policy: FairnessPolicy
    reference: bool
    capacity: float | None
    title: Mapping[str, str]
    sources: Mapping[str, Mapping[str, str]]


def read_rules(brief: Section) -> Rules:
    """Check what a brief says about scoring; the rest of it is not looked at.

    Parameters
    ----------
    brief : Section
        The file.

    Returns
    -------
    Rules
        With the policy as the service reads it.

    Raises
    ------
    FileRefusedError
        If a key is wrong.
    """
    attributes = [*brief.sections("protected"), *brief.sections("monitored")]
    metrics = brief.section("metrics")
    sources = {
        part.text("name"): _words(part.section("label"))
        for part in brief.sections("sources")
    }
    return Rules(
        policy=_policy(brief.section("policy"), attributes),
        reference=bool(brief.section("policy").text("reference", "")),
        capacity=metrics.number("capacity") if "capacity" in metrics.values else None,
        title=_words(brief.section("title")),
        sources=sources,
    )


def _policy(part: Section, attributes: list[Section]) -> FairnessPolicy:
    # A limit that is typed wrong must not become the default in silence.
    if wrong := [key for key in part.values if key not in _KEYS]:
        known = ", ".join(sorted(_KEYS))
        raise part.refuse(wrong[0], f"The policy has no such key; it has {known}.")
    names: dict[str, list[str]] = {"gate": [], "report": []}
    for attribute in attributes:
        if (decides := attribute.text("policy")) not in names:
            raise attribute.refuse("policy", "Give gate or report.")
        names[decides].append(attribute.text("name"))
    try:
        return FairnessPolicy(
            gate=tuple(names["gate"]),
            report=tuple(names["report"]),
            intersections=_intersections(part),
            limit_ratio=part.number("limit_ratio", _DEFAULTS.limit_ratio),
            limit_gap=part.number("limit_gap", _DEFAULTS.limit_gap),
            minimum_positives=part.whole(
                "minimum_positives", _DEFAULTS.minimum_positives
            ),
            level=part.number("level", _DEFAULTS.level),
        )
    except SettingRefusedError as error:
        raise FileRefusedError(
            part.file,
            f"it is {error.value!r}",
            repair=error.hint,
            column=f"{part.path}.{error.name}",
        ) from error


def _intersections(part: Section) -> tuple[tuple[str, ...], ...]:
    found = part.values.get("intersections", [])
    is_right = isinstance(found, list) and all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in found
    )
    if not is_right:
        raise part.refuse("intersections", "Give a list of lists of attributes.")
    return tuple(tuple(names) for names in found)


def _words(part: Section) -> Mapping[str, str]:
    return {language: part.text(language, "") for language in ("nl", "en")}
