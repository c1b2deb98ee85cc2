"""What changed at the end: places on board and final rows, and other municipalities."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from challenge.records import Principal
from challenge.rules.finals import transported
from challenge.rules.standings import Rows, read_card
from challenge.synthesis.scoring import group_labels
from challenge.web.access import Deployment, audience_of
from challenge.web.board import board_for, current_standings
from challenge.web.pages import environment, texts
from leaderboard import Row, Scorecard, release
from leaderboard.charts import Frame, Move, slope_chart
from leaderboard.language import language as language_of
from leaderboard.pages import TransportView, transport_fragment


def outcome_fragment(
    here: Deployment, reader: Principal | None, language: str
) -> Markup:
    """Draw the shake-up, and how each model does in municipalities held out.

    Parameters
    ----------
    here : Deployment
        The running server; final rows are scored.
    reader : Principal or None
        Who may see final rows.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    Markup
        Empty as long as no team stands on both boards.
    """
    both = _on_both(here, reader)
    if not both:
        return Markup()
    words, spoken = texts(language), language_of(language)
    moved = sum(_beyond(*rows) for rows in both.values())
    template = environment().get_template("public/outcome.html")
    drawn = template.render(
        t=words,
        chart=_chart(here, reader, both, language),
        says=words["board_shake_up_says"].format(moved=moved, teams=len(both)),
        ranges=[
            (team, *(spoken.places(row.place_low, row.place_high) for row in rows))
            for team, rows in both.items()
        ],
        transports=_transports(here, reader, language),
        gaps=_gaps(here, reader, language),
    )
    return Markup(drawn)  # noqa: S704 - autoescaped already


def _on_both(here: Deployment, reader: Principal | None) -> dict[str, tuple[Row, Row]]:
    """Give the two rows, before and after, of each team that stands on both boards."""
    before, after = _rows(here, reader, "board"), _rows(here, reader, "final")
    teams = sorted(before.keys() & after.keys())
    return {team: (before[team], after[team]) for team in teams}


def _rows(here: Deployment, reader: Principal | None, rows: Rows) -> dict[str, Row]:
    ranked = current_standings(here, rows)
    board = board_for(here, ranked, reader=reader, rows=rows)
    return {ranked.results[row.key].team: row for row in board.rows}


def _beyond(before: Row, after: Row) -> bool:
    """Tell whether no place is left that both boards leave open."""
    if before.place_low is None or after.place_low is None:
        return (before.place_low is None) != (after.place_low is None)
    lows = before.place_low, after.place_low
    highs = before.place_high or lows[0], after.place_high or lows[1]
    return max(lows) > min(highs)


def _chart(
    here: Deployment,
    reader: Principal | None,
    both: Mapping[str, tuple[Row, Row]],
    language: str,
) -> Markup:
    """Draw how the best place of each team moved; the reader's own stands out."""
    results = current_standings(here, "final").results.values()
    mine = {one.team for one in results if reader and one.team_id == reader.id}
    words = texts(language)
    return slope_chart(
        [
            Move(team, before.place_low, after.place_low, team in mine)
            for team, (before, after) in both.items()
        ],
        before=words["board_set_board"],
        after=words["board_set_final"],
        frame=Frame("chart-shake-up", language_of(language)),
    )


def _transports(
    here: Deployment, reader: Principal | None, language: str
) -> Mapping[str, Markup]:
    """Draw inside against outside of each team, as far as the reader may see it."""
    ranked, audience, phase = (
        current_standings(here, "final"),
        audience_of(reader),
        here.phase,
    )
    with here.database.read() as unit:
        found = transported(unit, here.release.name)
    drawn = {}
    for key, result in ranked.results.items():
        if (both := found.get(key)) is None:
            continue
        internal = release(both.internal, audience, phase, rows="final")
        external = release(both.external, audience, phase, rows="external")
        if isinstance(internal, Scorecard) and isinstance(external, Scorecard):
            view = TransportView(internal, external, language=language)
            told = transport_fragment(view)
            # Several stand on one page.
            own = told.replace('"transport"', f'"transport-{result.team_id}"')
            drawn[result.team] = Markup(own)  # noqa: S704
    return dict(sorted(drawn.items()))


def _gaps(
    here: Deployment, reader: Principal | None, language: str
) -> dict[str, dict[str, str]]:
    """Write the largest gap of each attribute on final rows, where a table may leave.

    By team, then by the words for the attribute; an attribute whose groups are too
    small to compare is left out of its team.
    """
    ranked = current_standings(here, "final")
    spoken, labels = language_of(language), group_labels(here.brief, language)
    found = {}
    for result in ranked.results.values():
        card = read_card(result.scorecard)
        told = release(card, audience_of(reader), here.phase, rows="final")
        if isinstance(told, Scorecard):
            found[result.team] = {
                labels.get(name, name): f"{spoken.number(gap.value, 0, 100)}"
                f" ({spoken.interval(gap, 0, 100)})"
                for name, gap in told.gaps.items()
                if gap.low is not None
            }
    return {team: found[team] for team in sorted(found)}
