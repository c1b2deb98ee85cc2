"""The words of a challenge's dictionary, and numbers as people write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from leaderboard import Estimate
from leaderboard.disclosure.suppression import MINIMUM_CELL, round_count
from leaderboard.language import language
from leaderboard.policy import OTHER
from leaderboard.ranking import Row

_WORDS = {
    "nl": {
        "below": "minder dan 10",
        "missing": "niet bekend",
        OTHER: "andere kleine groepen",
    },
    "en": {"below": "fewer than 10", "missing": "not known", OTHER: OTHER},
}


class Words:
    """The words of one challenge, and numbers as people write them.

    Parameters
    ----------
    folder : Path
        Of the data, with ``dictionary.json``.
    spoken : str
        Language of the notebook: ``"nl"`` or ``"en"``.
    """

    def __init__(self, folder: Path, spoken: str) -> None:
        self.folder = folder
        self.spoken = spoken
        self._forms = language(spoken)

    @cached_property
    def dictionary(self) -> dict[str, Any]:
        """The dictionary of the release, as ``dictionary.json`` holds it."""
        text = (self.folder / "dictionary.json").read_text("utf-8")
        read: dict[str, Any] = json.loads(text)
        return read

    def say(self, told: Mapping[str, str]) -> str:
        """Choose the language of the reader.

        Parameters
        ----------
        told : mapping of str to str
            By language, as the dictionary holds labels.

        Returns
        -------
        str
            One of them.
        """
        return told[self.spoken]

    def facts(self, name: str) -> dict[str, Any]:
        """Look a column up.

        Parameters
        ----------
        name : str
            A column of the features, of the groups or of a table.

        Returns
        -------
        dict
            What the dictionary says; nothing for a column that it does not have.
        """
        return self._columns.get(name, {})

    def label(self, name: str) -> str:
        """Say what a column is.

        Parameters
        ----------
        name : str
            A column, or the target.

        Returns
        -------
        str
            Its label; the name itself where the dictionary has none.
        """
        told = self.facts(name).get("label")
        return self.say(told) if told else name

    def level(self, column: str, value: object) -> str:
        """Say what a value of a column means.

        Parameters
        ----------
        column : str
            Its column.
        value : object
            As the rows have it.

        Returns
        -------
        str
            Its label; the value itself where the dictionary has none.
        """
        if str(value) in _WORDS[self.spoken]:
            return _WORDS[self.spoken][str(value)]
        facts = self.facts(column)
        told = facts.get("levels", {}).get(str(value))
        return self.say(told) if told else str(value)

    def count(self, number: float) -> str:
        """Write a number of rows, rounded to five.

        Parameters
        ----------
        number : float
            How many.

        Returns
        -------
        str
            In words below ten, which is not shown.
        """
        if 0 < number < MINIMUM_CELL:
            return _WORDS[self.spoken]["below"]
        return self._forms.count(round_count(number))

    def number(self, value: float, digits: int = 2) -> str:
        """Write a number as people write it in this language.

        Parameters
        ----------
        value : float
            Any number.
        digits : int
            Decimals.

        Returns
        -------
        str
            Such as ``"0,25"`` in Dutch.
        """
        return self._forms.number(value, digits)

    def estimate(self, found: Estimate | None, digits: int = 2) -> str:
        """Write a number with its 95 % interval.

        Parameters
        ----------
        found : Estimate or None
            None: it may not be shown.
        digits : int
            Decimals.

        Returns
        -------
        str
            Such as ``"0,84"`` with the ends of its interval behind it.
        """
        return self._with_interval(found, digits, 1, "")

    def percent(self, found: Estimate | None, digits: int = 0) -> str:
        """Write a share with its 95 % interval.

        Parameters
        ----------
        found : Estimate or None
            Between 0 and 1; None: it may not be shown.
        digits : int
            Decimals.

        Returns
        -------
        str
            Such as ``"14%"`` with the ends of its interval behind it.
        """
        return self._with_interval(found, digits, 100, "%")

    def _with_interval(
        self, found: Estimate | None, digits: int, times: int, unit: str
    ) -> str:
        if found is None:
            return self.hidden
        value = self._forms.number(found.value, digits, times, unit)
        return f"{value} ({self._forms.interval(found, digits, times)})"

    @property
    def hidden(self) -> str:
        """What stands where a number may not be shown."""
        return self._forms.texts["suppressed"]

    def places(self, row: Row) -> str:
        """Write the range of places that a row of a board may have.

        Parameters
        ----------
        row : Row
            Of `leaderboard.Board`.

        Returns
        -------
        str
            Such as ``"3"``, or two places with a dash between; a dash outside.
        """
        return self._forms.places(row.place_low, row.place_high)

    def group(self, attribute: str, level: object) -> str:
        """Name a group in words.

        Parameters
        ----------
        attribute, level : str
            As the groups hold them.

        Returns
        -------
        str
            Such as ``"Household: one parent"``.
        """
        return f"{self.label(attribute)}: {self.level(attribute, level)}"

    def tick(self, value: float, _place: object = None) -> str:
        """Write a number beside an axis.

        Parameters
        ----------
        value : float
            Where the tick is.
        _place : object
            What matplotlib knows besides.

        Returns
        -------
        str
            As few digits as it takes.
        """
        return f"{value:g}".translate(
            {
                ord("."): self._forms.texts["decimal"],
                ord("-"): self._forms.texts["minus"],
            }
        )

    @cached_property
    def _columns(self) -> dict[str, dict[str, Any]]:
        """Columns by name: of the groups, then the features, then the tables."""
        words = self.dictionary
        found = {column["name"]: column for column in words["columns"]}
        made = {
            column["name"]: found.get(column["column"], {}) | column
            for column in words["frame"]
        }
        groups = {
            column["name"]: column | _levels(column, found.get(column["name"], {}))
            for column in words["groups"]
        }
        target = {words["target"]["name"]: words["target"]}
        return found | made | groups | target


def _levels(group: dict[str, Any], column: dict[str, Any]) -> dict[str, Any]:
    """Take the words of the column where a group has none of its own."""
    return {"levels": group["levels"] or column.get("levels", {})}
