"""A table of a TOML or JSON file, whose values are checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.errors import FileRefusedError


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a TOML or JSON file.

    Attributes
    ----------
    file : str
        Where it stands.
    values : mapping of str to object
        What it holds.
    path : str
        Dotted path to it; empty at the top.
    """

    file: str
    values: Mapping[str, Any]
    path: str = ""

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text.

        Parameters
        ----------
        key : str
            Which.
        default : str or None
            What it is when absent; None: it may not be.

        Returns
        -------
        str
            The text.

        Raises
        ------
        FileRefusedError
            If it is absent or no text.
        """
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.refuse(key, "Give a text.")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Read a number.

        Parameters
        ----------
        key : str
            Which.
        default : float or None
            What it is when absent; None: it may not be.

        Returns
        -------
        float
            The number.

        Raises
        ------
        FileRefusedError
            If it is absent or no number.
        """
        value = self.values.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.refuse(key, "Give a number.")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """Read a whole number of 0 or more, also if it is written as a text.

        Seeds have 64 bits, which TOML has only for numbers with a sign.

        Parameters
        ----------
        key : str
            Which.
        default : int or None
            What it is when absent; None: it may not be.

        Returns
        -------
        int
            The number.

        Raises
        ------
        FileRefusedError
            If it is absent or no such number.
        """
        value = self.values.get(key, default)
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.refuse(key, "Give a whole number, 0 or more.")
        return value

    def sections(self, key: str) -> list[Section]:
        """Read a list of tables.

        Parameters
        ----------
        key : str
            Which; absent is an empty list.

        Returns
        -------
        list of Section
            In order.

        Raises
        ------
        FileRefusedError
            If it is no list of tables.
        """
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.refuse(key, f"Give one [[{key}]] for each.")
        parts = enumerate(value, start=1)
        return [self._part(f"{key}[{number}]", part) for number, part in parts]

    def section(self, key: str) -> Section:
        """Read a table.

        Parameters
        ----------
        key : str
            Which; absent is an empty table.

        Returns
        -------
        Section
            With its path.

        Raises
        ------
        FileRefusedError
            If it is no table.
        """
        return self._part(key, self.values.get(key, {}))

    def refuse(self, key: str, repair: str) -> FileRefusedError:
        """Say what is wrong with a value.

        Parameters
        ----------
        key : str
            Which.
        repair : str
            What would be right.

        Returns
        -------
        FileRefusedError
            To be raised.
        """
        missing = key not in self.values
        problem = "it is missing" if missing else f"it is {self.values[key]!r}"
        path = f"{self.path}.{key}".lstrip(".")
        return FileRefusedError(self.file, problem, repair=repair, column=path)

    def _part(self, key: str, value: object) -> Section:
        path = f"{self.path}.{key}".lstrip(".")
        if not isinstance(value, dict):
            problem = f"it is {value!r}"
            repair = "Give a table with keys."
            raise FileRefusedError(self.file, problem, repair=repair, column=path)
        return Section(self.file, value, path)
