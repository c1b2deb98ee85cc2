"""The board as this deployment shows it: what of one ranking each reader gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import TypeVar

from challenge.brief import Brief
from challenge.records import Principal
from challenge.rules.sources import label_of, source_of
from challenge.rules.standings import Rows, Standings, read_card, standings, state_of
from challenge.synthesis.scoring import group_labels
from challenge.web.access import Deployment, audience_of
from challenge.web.pages import LANGUAGES
from challenge.web.references import hides_board, references_for
from leaderboard import Board, Phase, RowSet, Scorecard, release, release_row
from leaderboard.pages import BoardView, RowsKind, TeamLine
from leaderboard.readers import Form, form_for, in_bands

T = TypeVar("T")


def current_standings(here: Deployment, rows: Rows = "board") -> Standings:
    """Rank what is scored by now.

    Parameters
    ----------
    here : Deployment
        The running server.
    rows : {"board", "final", "external"}
        Which rows rank.

    Returns
    -------
    Standings
        Computed anew only when something changed that it rests on.
    """
    name, policy = here.release.name, here.brief.policy
    with here.database.read() as unit:
        key = (rows, state_of(unit, name))

    def rank() -> Standings:
        with here.database.read() as unit:
            if state_of(unit, name) != key[1]:
                # Of a later state; the one before comes back with a team let in again.
                here.ranking.forget(key)
            return standings(unit, name, policy=policy, rows=rows)

    # Whoever waits for it holds no connection meanwhile.
    return here.ranking.get(key, rank)


def board_for(
    here: Deployment,
    ranked: Standings,
    *,
    reader: Principal | None,
    rows: Rows = "board",
) -> Board:
    """Give one reader what may leave of the board; page and JSON are made from it.

    Parameters
    ----------
    here : Deployment
        The running server.
    ranked : Standings
        From `current_standings`.
    reader : Principal or None
        Who reads, and whose source set comes first.
    rows : {"board", "final", "external"}
        Which rows were ranked.

    Returns
    -------
    Board
        In listing order; rounded scores and no findings, but for the organiser.
    """
    own = source_of(reader, here.brief)
    listed = ranked.in_order(here.brief.source_names, first=own).rows
    audience, phase = audience_of(reader), here.phase
    if hides_board(here, reader):
        return Board(())
    leaving = (release_row(row, audience, phase, rows=rows) for row in listed)
    shown = [row for row in leaving if row is not None]
    if form_for(audience, phase, rows) is not Form.LIVE:
        return Board(tuple(shown))
    sets = groupby(shown, key=lambda row: ranked.results[row.key].sources)
    return Board(tuple(row for _, mine in sets for row in in_bands(list(mine))))


def board_view(
    here: Deployment,
    ranked: Standings,
    *,
    reader: Principal | None,
    language: str,
    rows: Rows = "board",
) -> BoardView:
    """Make the view that the page draws.

    Parameters
    ----------
    here : Deployment
        The running server.
    ranked : Standings
        From `current_standings`.
    reader : Principal or None
        Whose own row stands out, and whose source set comes first.
    language : str
        ``"nl"`` or ``"en"``.
    rows : {"board", "final", "external"}
        Which rows were ranked. Figures of the same rows stand beside them as soon as
        a table of those may leave; before that figures of practice rows.

    Returns
    -------
    BoardView
        For `ranking_fragment`, `figures_fragment` and `projector_fragments` of
        `leaderboard.pages`.
    """
    board = board_for(here, ranked, reader=reader, rows=rows)
    times = (ranked.results[row.key].scored_at for row in board.rows)
    latest = max(times, default=datetime.now(UTC))
    kind, figures = _figures(here, ranked, reader, rows)
    references = references_for(here, ranked, reader=reader, rows=rows)
    words = partial(source_words, here.brief, language=language)
    return BoardView(
        board=board,
        teams={row.key: _line(ranked, row.key, reader, words) for row in board.rows},
        challenge=getattr(here.brief.title, language),
        updated_at=latest.astimezone(here.brief.event.clock),
        language=language,
        figures=figures,
        figures_from=kind,
        labels=group_labels(here.brief, language),
        references={words(source): score for source, score in references.items()},
        rows_kind=rows,
    )


def source_words(brief: Brief, source: str, language: str) -> str:
    """Say what a team had to work with.

    Parameters
    ----------
    brief : Brief
        Has the labels.
    source : str
        Name of its source set.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        Empty in a challenge where all teams have the same.
    """
    return str(getattr(label_of(source, brief), language)) if brief.sources else ""


def in_each_language(say: Callable[[str], T]) -> dict[str, T]:
    """Say something in every language of the pages.

    Parameters
    ----------
    say : callable
        Takes ``"nl"`` or ``"en"``.

    Returns
    -------
    dict
        Language to what was said.
    """
    return {language: say(language) for language in LANGUAGES}


def _line(
    ranked: Standings, key: str, reader: Principal | None, words: Callable[[str], str]
) -> TeamLine:
    """Write what stands beside one row, its sources in the words of the page."""
    result = ranked.results[key]
    return TeamLine(
        name=result.team,
        title=result.title,
        at=result.scored_at,
        submissions=ranked.counts[key],
        baseline=result.baseline,
        own=reader is not None and reader.id == result.team_id,
        sources=words(result.sources),
    )


def _figures(
    here: Deployment, ranked: Standings, reader: Principal | None, rows: Rows
) -> tuple[RowsKind, Mapping[str, Scorecard]]:
    """Find the tables that stand beside a board: hidden rows where those may leave."""
    audience, phase = audience_of(reader), here.phase
    if rows == "board" and phase is not Phase.CLOSED:
        form = form_for(audience, phase, RowSet.PRACTICE)
        return "practice", {} if form is Form.NOTHING else ranked.practice
    told = {
        key: release(read_card(result.scorecard), audience, phase, rows=rows)
        for key, result in ranked.results.items()
    }
    return rows, {k: card for k, card in told.items() if isinstance(card, Scorecard)}
