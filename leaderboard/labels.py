"""What a page calls attributes, their levels, and groups of families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from leaderboard.language import Language
from leaderboard.policy import CROSS
from leaderboard.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for attributes and their levels.

    Attributes
    ----------
    words : mapping of str to str
        By ``"attribute"`` and by ``"attribute.level"``; what is absent shows as
        it is.
    language : Language
        Of the page.
    """

    words: Mapping[str, str]
    language: Language

    def attribute(self, name: str) -> str:
        """Word for an attribute, with a capital.

        Parameters
        ----------
        name : str
            Column name, or those of an intersection.

        Returns
        -------
        str
            Such as ``"Household type"``.
        """
        words = (self.words.get(n, n.replace("_", " ")) for n in name.split(CROSS))
        return _capital(CROSS.join(words))

    def level(self, attribute: str, level: str) -> str:
        """Word for one level of an attribute, with a capital.

        Parameters
        ----------
        attribute, level : str
            Column name and value; ``"missing"`` is said as not known.

        Returns
        -------
        str
            Such as ``"Single parent"``.
        """
        return _capital(self._word(attribute, level))

    def group(self, attribute: str, level: str) -> str:
        """Word for a group: its attribute and its level.

        Parameters
        ----------
        attribute, level : str
            As in `level`.

        Returns
        -------
        str
            Such as ``"Household type: single parent"``.
        """
        return f"{self.attribute(attribute)}: {self._word(attribute, level)}"

    def sentences(self, verdict: Verdict) -> tuple[str, ...]:
        """Say a verdict with its groups in words.

        Parameters
        ----------
        verdict : Verdict
            Of the policy.

        Returns
        -------
        tuple of str
            The state first, then one sentence per group.
        """
        findings = tuple(
            replace(
                finding,
                attribute=f"{self.attribute(finding.attribute)},",
                level=self._word(finding.attribute, finding.level),
            )
            for finding in verdict.findings
        )
        return replace(verdict, findings=findings).sentences(self.language.slug)

    def _word(self, attribute: str, level: str) -> str:
        """Word for a level; of an intersection, those of its levels in turn."""
        names, levels = attribute.split(CROSS), level.split(CROSS)
        if len(names) == len(levels) > 1:
            return CROSS.join(map(self._word, names, levels))
        absent = self.language.texts["level_missing"]
        plain = absent if level == "missing" else level.replace("_", " ")
        return self.words.get(f"{attribute}.{level}", plain)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
