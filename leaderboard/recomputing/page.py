"""A recomputed board as one page that needs nothing else: no script, no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leaderboard.pages import BoardView, TeamLine, ranking_fragment
from leaderboard.ranking import Board, Row
from leaderboard.recomputing.board import Recomputed
from leaderboard.recomputing.entries import ALL
from leaderboard.recomputing.texts import texts_in


@dataclass(frozen=True, slots=True)
class Names:
    """How things are called on the page.

    Attributes
    ----------
    challenge : str
        Title of the challenge.
    sources : mapping of str to str
        Label of each source set; empty where all teams have the same.
    """

    challenge: str
    sources: Mapping[str, str]


def as_page(
    board: Recomputed,
    rows: Sequence[Row],
    *,
    names: Names,
    sentences: Sequence[str] = (),
    slug: str,
    every: bool = False,
) -> str:
    """Write a board as a page of its own.

    Parameters
    ----------
    board : Recomputed
        Names what is behind each row; with at least one row.
    rows : sequence of Row
        As visitors get them.
    names : Names
        Of challenge and source sets.
    sentences : sequence of str
        How it compares with the board that was served; empty: with none.
    slug : str
        Language, ``"nl"`` or ``"en"``.
    every : bool
        Whether a row is a submission and not a team.

    Returns
    -------
    str
        A whole HTML document; equal boards give equal bytes.
    """
    view = BoardView(
        board=Board(tuple(rows)),
        teams={key: _line(board, key, names, slug, every) for key in board.entries},
        challenge=names.challenge,
        updated_at=max(entry.at for entry in board.entries.values()),
        language=slug,
    )
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("leaderboard"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("recomputed.html").render(
        t=texts_in(slug),
        language=slug,
        challenge=names.challenge,
        ranking=Markup(ranking_fragment(view)),  # noqa: S704 - our own, escaped there
        sentences=sentences,
    )


def _line(
    board: Recomputed, key: str, names: Names, slug: str, every: bool
) -> TeamLine:
    entry = board.entries[key]
    everything = texts_in(slug)["everything"] if entry.sources == ALL else entry.sources
    return TeamLine(
        name=f"{entry.team} ({key})" if every else entry.team,
        title=entry.title,
        at=entry.at,
        submissions=board.counts[key],
        baseline=entry.baseline,
        sources=names.sources.get(entry.sources, everything) if names.sources else "",
    )
