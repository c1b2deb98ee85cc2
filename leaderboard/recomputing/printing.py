"""A recomputed board as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.language import Language, language
from leaderboard.ranking import Row
from leaderboard.recomputing.board import Recomputed
from leaderboard.recomputing.served import Line
from leaderboard.recomputing.texts import texts_in

_GAP = "  "


def as_text(
    board: Recomputed,
    rows: Sequence[Row],
    lines: Sequence[Line] = (),
    *,
    slug: str,
    every: bool = False,
) -> str:
    """Write a board as a table.

    Parameters
    ----------
    board : Recomputed
        Names what is behind each row.
    rows : sequence of Row
        As visitors get them.
    lines : sequence of Line
        How it compares with the board that was served; empty: with none.
    slug : str
        Language, ``"nl"`` or ``"en"``.
    every : bool
        Whether a row is a submission and not a team.

    Returns
    -------
    str
        Lines, each with its newline; no other control character.
    """
    spoken, words = language(slug), texts_in(slug)
    told = {(line.team, line.sources): line for line in lines}
    several = len(board.boards) > 1
    table = [_header(spoken, words, several=several, served=bool(lines))]
    for row in rows:
        entry = board.entries[row.key]
        cells = [
            spoken.places(row.place_low, row.place_high),
            f"{entry.team} ({row.key})" if every else entry.team,
            f"{spoken.number(row.score.value)} ({spoken.interval(row.score)})",
            _policy(row, spoken),
        ]
        if several:
            cells.insert(2, entry.sources)
        if lines:
            line = told[entry.team, entry.sources]
            cells.append(words["agrees" if line.agrees else "differs"])
        table.append([_printable(cell) for cell in cells])
    return _aligned(table) + "".join(_printable(s) + "\n" for s in said(lines, slug))


def said(lines: Sequence[Line], slug: str) -> list[str]:
    """Say what differs from the board that was served, and how much agrees.

    Parameters
    ----------
    lines : sequence of Line
        From `leaderboard.recomputing.served.compare_lines`.
    slug : str
        Language.

    Returns
    -------
    list of str
        A sentence for each difference and one for the whole; none without lines.
    """
    if not lines:
        return []
    words = texts_in(slug)
    differing = [
        _difference(line, name, words) for line in lines for name in line.differences
    ]
    agreeing = sum(line.agrees for line in lines)
    whole = words["all_agree" if not differing else "some_agree"]
    return [*differing, whole.format(agreeing=agreeing, lines=len(lines))]


def _difference(line: Line, name: str, words: dict[str, str]) -> str:
    recomputed, served = line.differences[name]
    if name == "team":
        return words["only_served" if recomputed is None else "not_served"].format(
            team=line.team
        )
    return words["difference"].format(
        team=line.team, field=name, recomputed=recomputed, served=served
    )


def _header(
    spoken: Language, words: dict[str, str], *, several: bool, served: bool
) -> list[str]:
    names = [spoken.texts[name] for name in ("place", "team", "score", "policy")]
    if several:
        names.insert(2, words["sources"])
    return [*names, words["served"]] if served else names


def _policy(row: Row, spoken: Language) -> str:
    if row.outside in ("constant", "near-constant"):
        return spoken.texts[f"outside_{row.outside.replace('-', '_')}"]
    if row.policy:
        return row.policy.words(spoken.slug)
    return spoken.texts["no_policy"]


def _aligned(table: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rule = ["-" * width for width in widths]
    rows = [table[0], rule, *table[1:]]
    return "".join(
        _GAP.join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def _printable(text: str) -> str:
    # A title from a folder of somebody else may not steer the terminal.
    return "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text
    )
