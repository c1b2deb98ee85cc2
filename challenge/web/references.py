"""What the reference model scores, for who may know it; who judges without a board."""

from __future__ import annotations

from challenge.records import Principal, Role
from challenge.rules.panel import is_blind
from challenge.rules.sources import source_of
from challenge.rules.standings import Rows, Standings
from challenge.web.access import Deployment, audience_of
from leaderboard.readers import Form, form_for


def references_for(
    here: Deployment,
    ranked: Standings,
    *,
    reader: Principal | None,
    rows: Rows = "board",
) -> dict[str, float]:
    """Give one reader what the reference model scores on the rows that they may see.

    Parameters
    ----------
    here : Deployment
        The running server.
    ranked : Standings
        From `challenge.web.board.current_standings`.
    reader : Principal or None
        Whose own source set comes first.
    rows : {"board", "final", "external"}
        Which rows were ranked.

    Returns
    -------
    dict of str to float
        By source set: those in which somebody stands and the reader's own, or all as
        long as nobody stands anywhere. Empty before a worker scored them.
    """
    if hides_board(here, reader):
        return {}
    if form_for(audience_of(reader), here.phase, rows) is Form.NOTHING:
        return {}
    with here.database.read() as unit:
        found = unit.references.all(here.release.name)
    scores = {one.sources: one.scaled_brier for one in found if one.row_set == rows}
    own = source_of(reader, here.brief)
    is_own = reader is not None and reader.role is Role.TEAM
    wanted = {*ranked.boards, *([own] if is_own else [])}
    listed = sorted(here.brief.source_names, key=lambda source: source != own)
    return {
        source: scores[source]
        for source in listed
        if source in scores and (source in wanted or not ranked.boards)
    }


def hides_board(here: Deployment, reader: Principal | None) -> bool:
    """Tell whether nothing of any board is for a reader now.

    Parameters
    ----------
    here : Deployment
        The running server.
    reader : Principal or None
        Who asks.

    Returns
    -------
    bool
        As `challenge.rules.panel.is_blind` says.
    """
    if not here.brief.jury.blind_to_board:
        return False
    with here.database.read() as unit:
        return is_blind(unit, here.brief, reader)
