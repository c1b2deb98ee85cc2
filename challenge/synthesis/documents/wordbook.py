"""The data dictionary as people read it: one Markdown text per language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from challenge.brief.sections import ALL
from challenge.synthesis.documents.markup import code, plain

LANGUAGES = ("nl", "en")


def wordbook(entries: Mapping[str, Any], language: str) -> str:
    """Write the dictionary as Markdown.

    Parameters
    ----------
    entries : mapping
        As `challenge.synthesis.documents.dictionary.dictionary` gives them.
    language : {"nl", "en"}
        Of the text.

    Returns
    -------
    str
        A table of columns per partner table, then the flat rows and the table of groups
        column by column.
    """
    return "\n".join(Wordbook(entries, language).lines()) + "\n"


class Wordbook:
    """One dictionary in one language, line by line.

    Parameters
    ----------
    entries : mapping
        The dictionary.
    language : {"nl", "en"}
        Of the text.
    """

    def __init__(self, entries: Mapping[str, Any], language: str) -> None:
        place = Path(__file__).with_name("dictionary.toml")
        self._words: dict[str, Any] = tomllib.loads(place.read_text("utf-8"))[language]
        self._entries, self._language = plain(dict(entries)), language

    def lines(self) -> Iterator[str]:
        """Write every line.

        Yields
        ------
        str
            Without its end.
        """
        entries, target = self._entries, self._entries["target"]
        yield f"# {self._say('heading', title=self._in(entries['title']))}"
        yield from ("", self._words["other"], "")
        yield f"> {self._in(entries['notice'])}"
        yield from (">", f"> **{self._in(entries['forbidden_use'])}**")
        if entries["rehearsal"]:
            yield from (">", f"> **{self._in(entries['rehearsal'])}**")
        yield ""
        yield from (f"## {self._words['target']}", "")
        yield f"**{self._in(target['label'])}** (`{target['name']}`):"
        yield f"{self._in(target['definition'])} {self._say('target_moment', **target)}"
        for table in entries["tables"]:
            yield from self._table(table)
        yield from self._frame()
        yield from self._groups()
        yield from (
            "",
            f"## {self._words['scoring']}",
            "",
            self._words["scoring_about"],
        )

    def _table(self, table: Mapping[str, Any]) -> Iterator[str]:
        yield from ("", f"## {self._say('table', **table)}", "")
        yield self._say(
            "table_about",
            partner=table["partner"],
            rows=self._words[f"rows_{table['rows']}"],
            coverage=self._share(table["coverage"]),
            leaning=self._words["leaning"] if table["coverage_leans"] else "",
        )
        may = self._words[f"may_{table['may_leave']}"]
        yield self._say("key", **table)
        basis = f"{table['legal_basis'].rstrip(' .')}."
        yield self._say("legal", legal_basis=basis, may_leave=may)
        columns = (c for c in self._entries["columns"] if c["table"] == table["name"])
        yield from self._grid("columns", (self._column(column) for column in columns))

    def _column(self, column: Mapping[str, Any]) -> tuple[str, ...]:
        kind = self._words[f"kind_{column['type']}"]
        missing = "missing_leaning" if column["missing_leans"] else "missing_random"
        share = self._share(column["missing"])
        return (
            f"`{column['name']}`",
            self._in(column["label"]),
            f"{kind}, {column['unit']}" if column["unit"] else kind,
            self._levels(column["levels"]),
            self._words[f"use_{self._use(column)}"],
            self._moment(column["available_from"]),
            self._say(missing, share=share) if column["missing"] else "0",
            self._provenance(column["provenance"]),
            "; ".join(self._notes(column)),
        )

    def _levels(self, levels: Mapping[str, Mapping[str, str] | None]) -> str:
        told = (
            f"{code(value)}: {self._in(label)}" if label else code(value)
            for value, label in levels.items()
        )
        return ", ".join(told)

    def _use(self, column: Mapping[str, Any]) -> str:
        """Tell apart what a model may use and what is known too late for it."""
        use: str = column["use"]
        late = column["available_from"] > self._entries["target"]["prediction_month"]
        if use == "audit" and column["in_groups"]:
            return "groups"
        if use != "feature" or late:
            return use if use != "feature" else "late"
        return "rows" if column["repeated"] else use

    def _provenance(self, source: Mapping[str, Any]) -> str:
        reference = source["reference"]
        known = self._words["references"].get(reference, reference)
        parts = (known, source["date"])
        told = ", ".join(str(part) for part in parts if part)
        status: str = self._words[f"status_{source['status']}"]
        return f"{status}: {told}" if told else status

    def _notes(self, column: Mapping[str, Any]) -> Iterator[str]:
        yield from (
            self._words[mark] for mark in ("sensitive", "strength") if column[mark]
        )
        if column["made_from"]:
            names = ", ".join(f"`{name}`" for name in column["made_from"])
            yield self._say("made", columns=names)
        if column["is_weight"]:
            yield self._words["weight"]

    def _frame(self) -> Iterator[str]:
        target = self._entries["target"]
        yield from ("", f"## {self._words['frame']}", "")
        yield self._say("frame_about", **target)
        features = (self._feature(feature) for feature in self._entries["frame"])
        moment = self._moment(target["target_month"])
        rows = (
            self._added(self._entries["groups"][0], "flat_key", ""),
            *features,
            self._added(target, "flat_target", moment),
        )
        yield from self._grid("frame_columns", rows)

    def _added(
        self, column: Mapping[str, Any], made: str, moment: str
    ) -> tuple[str, ...]:
        """Describe a column of the flat rows that is no feature."""
        name, label = f"`{column['name']}`", self._in(column["label"])
        return (name, label, "", self._words[made], moment, self._words["all_teams"])

    def _groups(self) -> Iterator[str]:
        yield from ("", f"## {self._words['groups']}", "", self._words["groups_about"])
        rows = (
            (f"`{c['name']}`", self._in(c["label"]), self._levels(c["levels"]))
            for c in self._entries["groups"]
        )
        yield from self._grid("groups_columns", rows)

    def _feature(self, feature: Mapping[str, Any]) -> tuple[str, ...]:
        label, unit = self._in(feature["label"]), feature["unit"]
        return (
            f"`{feature['name']}`",
            f"{label} ({unit})" if unit else label,
            f"`{feature['table']}`",
            self._made(feature),
            self._moment(feature["available_from"]),
            self._sources(feature["sources"]),
        )

    def _sources(self, names: Sequence[str]) -> str:
        """Say which teams have a feature; those with every table have it all."""
        # No source set is without features, so together the features name them all.
        known = {name for one in self._entries["frame"] for name in one["sources"]}
        if known == set(names):
            return str(self._words["all_teams"])
        told = (self._words["all_tables"] if n == ALL else f"`{n}`" for n in names)
        return ", ".join(told)

    def _made(self, feature: Mapping[str, Any]) -> str:
        """Say how one value comes from the rows of a table."""
        if feature["take"] is None:
            is_area = feature["rows"] == "postcode"
            return str(self._words["take_none_postcode" if is_area else "take_none"])
        column = f"`{feature['column']}`"
        tests = self._words["and"].join(
            self._say(f"test_{test}", column=column, value=self._value(value))
            for test, value in feature["where"].items()
        )
        condition = self._say("condition", tests=tests) if tests else ""
        zero = "empty" if feature["without_rows"] is None else "zero"
        return self._say(
            "counted",
            taken=self._say(
                f"take_{feature['take']}", column=column, condition=condition
            ),
            moment=feature["moment"],
            months=self._number(feature["available_from"]),
            nothing=self._words[f"nothing_{zero}"],
        )

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(self._words["yes" if value else "no"])
        if isinstance(value, list | tuple):
            return str(self._words["or"]).join(self._value(one) for one in value)
        return self._number(value) if isinstance(value, float) else f"{value}"

    def _moment(self, months: float) -> str:
        told = self._number(abs(months))
        if months == 0:
            return str(self._words["from_birth"])
        return self._say("from_before" if months < 0 else "from_after", months=told)

    def _share(self, share: float) -> str:
        return f"{self._number(100 * share)} %"

    def _number(self, value: float) -> str:
        """Write a number with the decimal mark of the language."""
        text = f"{value:.6g}"
        return text.replace(".", ",") if self._language == "nl" else text

    def _say(self, text: str, /, **facts: Any) -> str:
        months = {k: self._number(v) for k, v in facts.items() if isinstance(v, float)}
        return str(self._words[text]).format(**{**facts, **months})

    def _in(self, words: Mapping[str, str]) -> str:
        return words[self._language]

    def _grid(self, head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
        """Write a Markdown table; a bar in a text would end its cell."""
        names: list[str] = self._words[head]
        yield from ("", f"| {' | '.join(names)} |", "|---" * len(names) + "|")
        for row in rows:
            cells = (" ".join(cell.replace("|", "\\|").split()) for cell in row)
            yield f"| {' | '.join(cells)} |"
