"""How practice rows are scored, as a release tells everyone who wants to score them.

It is the part of the brief that `leaderboard.score` takes, and the words for groups
that a report takes: who has the rows of a release needs nothing else to come to the
figures of the server.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from challenge.brief.definition import Brief
from challenge.schema import Words
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from leaderboard.policy import FairnessPolicy

SCORING = "scoring.json"
"""Its name under ``public/``."""
PRACTICE_REFERENCE = "practice_reference.parquet"
"""What the reference model says of practice rows; beside them, for each source set."""
PROBABILITY = "probability"
"""The column of that file with the reference model's answers."""
LANGUAGES = ("nl", "en")


class ScoringRules(BaseModel):
    """How practice rows are scored.

    Attributes
    ----------
    notice, forbidden_use : dict of str to str
        What all data are and are not for, by language.
    title : Words
        Of the challenge.
    capacity : float
        Share of households that the offer reaches, in (0, 1).
    policy : FairnessPolicy
        What the organisers agreed on.
    reference : str or None
        The reference model with which gaps are compared; None: with none.
    labels : dict of str to dict of str to str
        By language: the word for an attribute, and for ``attribute.level``.
    """

    model_config = ConfigDict(frozen=True)

    notice: dict[str, str] = NOTICE
    forbidden_use: dict[str, str] = FORBIDDEN_USE
    title: Words
    capacity: float
    policy: FairnessPolicy
    reference: str | None
    labels: dict[str, dict[str, str]]

    @classmethod
    def of(cls, brief: Brief) -> ScoringRules:
        """Take from a brief what scoring takes.

        Parameters
        ----------
        brief : Brief
            Of the challenge.

        Returns
        -------
        ScoringRules
            What anybody may know.
        """
        return cls(
            title=brief.title,
            capacity=brief.capacity,
            policy=brief.policy,
            reference=brief.limits.reference,
            labels={language: group_labels(brief, language) for language in LANGUAGES},
        )


def group_labels(brief: Brief, language: str) -> dict[str, str]:
    """Collect the words for groups that the brief gives.

    Parameters
    ----------
    brief : Brief
        Declares protected and monitored attributes.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict of str to str
        Attribute, or ``attribute.level``, to its word.
    """
    words = {}
    for attribute in brief.attributes:
        words[attribute.name] = getattr(attribute.label, language)
        labels = {level.name: level.label for level in attribute.levels}
        for level, label in (labels or brief.columns[attribute.column].levels).items():
            words[f"{attribute.name}.{level}"] = getattr(label, language)
    return words
