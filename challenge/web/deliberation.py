"""The deliberation: every juror's dot, the model board beside it, and ties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.rules.ballot_sheet import pseudonyms
from challenge.rules.deliberation import Standing, standings_of
from challenge.rules.jury import JuryVerdict
from challenge.rules.panel import leads
from challenge.rules.phases import current_phase
from challenge.rules.tally import counted_ballots
from challenge.rules.ties import (
    Pair,
    computed_order,
    counted_preferences,
    is_settled,
    judged_by,
    prefer,
    tied_pairs,
)
from challenge.store.comparisons import Preference
from challenge.web.access import Deployment, Here, Person
from challenge.web.jury import current_verdict, jury_view, model_boards
from challenge.web.mistakes import mistakes
from challenge.web.pages import choose_language, page, texts
from challenge.web.pictures import points_header, points_picture, weights_strip
from leaderboard import Phase
from leaderboard.language import Language, language
from leaderboard.pages import jury_fragment

router = APIRouter(tags=["jury"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Panel:
    """What a closed panel left to talk about.

    Attributes
    ----------
    verdict : JuryVerdict
        From the ballots.
    standings : tuple of Standing
        One per judged team.
    preferences : list of Preference
        Choices between teams that tie.
    """

    verdict: JuryVerdict
    standings: tuple[Standing, ...]
    preferences: list[Preference]

    @property
    def order(self) -> tuple[str, ...]:
        """Judged teams as computed."""
        return computed_order(self.verdict, self.preferences)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Teams that tie, two by two."""
        return tied_pairs(self.verdict, self.preferences)


@dataclass(frozen=True, slots=True)
class DeliberationView:
    """What the page of the deliberation shows.

    Attributes
    ----------
    is_open : bool
        Whether ballots may still change; then there is nothing to see.
    lines : list of (Standing, dict of str to str)
        In computed order, with its figures in words and the picture of its dots.
    header : Markup
        Axis of the pictures.
    pairs : tuple of Pair
        Teams that tie.
    mine : set of (str, str)
        The reader's choices: preferred, other.
    unjudged : tuple of str
        Teams that pitched and have no points.
    strip : Markup or None
        Who wins at which weight; None without weights.
    more : Markup
        Agreement, severity, criteria.
    may_choose, may_decide : bool
        Whether the reader is a juror, and ties are settled now; whether they lead the
        panel.
    is_settled : bool
        Whether choices are fixed, since the verdict is written down.
    judged : set of str
        Teams about which the reader may choose.
    errors : dict of str to str
        Why a choice was refused.
    """

    template: ClassVar[str] = "verdict/deliberation.html"

    is_open: bool
    lines: list[tuple[Standing, dict[str, str]]]
    header: Markup
    pairs: tuple[Pair, ...]
    mine: set[tuple[str, str]]
    unjudged: tuple[str, ...]
    strip: Markup | None
    more: Markup
    may_choose: bool
    may_decide: bool
    is_settled: bool
    judged: set[str]
    errors: dict[str, str]


@router.get("/jury/deliberation")
def deliberation(request: Request, here: Here, person: Person) -> Response:
    """Show every team on one line, once no ballot changes any more."""
    return _page(request, here, person)


@router.post("/jury/deliberation")
def choose(
    request: Request,
    here: Here,
    person: Person,
    preferred: Annotated[str, Form()],
    other: Annotated[str, Form()],
) -> Response:
    """Choose between two teams that tie: one click per juror."""
    if panel_is_open(here):
        return _page(request, here, person)
    pairs = find_panel(here).pairs
    try:
        with here.database.begin() as unit:
            prefer(
                unit,
                person,
                preferred=preferred,
                other=other,
                pairs=pairs,
                brief=here.brief,
                now=datetime.now(UTC),
            )
    except RequestRefusedError as wrong:
        return _page(request, here, person, wrong)
    return RedirectResponse("/jury/deliberation#ties", status_code=303)


def panel_is_open(here: Deployment) -> bool:
    """Tell whether ballots may still change.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    bool
        Of the panel as it was decided last.
    """
    with here.database.read() as unit:
        return unit.panels.is_open()


def find_panel(here: Deployment) -> Panel:
    """Collect what there is to talk about.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    Panel
        Without standings before the first ballot.
    """
    verdict = current_verdict(here)
    with here.database.read() as unit:
        ballots = counted_ballots(unit)
        preferences = counted_preferences(unit)
    return Panel(
        verdict, standings_of(verdict, ballots, model_boards(here)), preferences
    )


def _page(
    request: Request,
    here: Deployment,
    person: Principal,
    wrong: RequestRefusedError | None = None,
) -> Response:
    slug, is_open = choose_language(request), panel_is_open(here)
    words = language(slug)
    panel = Panel(JuryVerdict(None), (), []) if is_open else find_panel(here)
    order = {team: place for place, team in enumerate(panel.order)}
    weighted = panel.verdict.weighted
    with here.database.read() as unit:
        judged = {team for juror, team in judged_by(unit) if juror == person.name}
        phase, settled = current_phase(unit, here.brief), is_settled(unit, here.brief)
    view = DeliberationView(
        is_open=is_open,
        lines=[
            (standing, _said(standing, words))
            for standing in sorted(panel.standings, key=lambda s: order[s.team])
        ],
        header=points_header(texts(slug)["deliberation_axis"], words),
        pairs=panel.pairs,
        mine={
            (p.preferred, p.other) for p in panel.preferences if p.juror == person.name
        },
        unjudged=panel.verdict.unjudged,
        strip=weights_strip(weighted, words) if weighted else None,
        more=_more(here, panel.verdict, slug),
        may_choose=person.role is Role.JUROR and phase is Phase.JURY and not settled,
        may_decide=leads(person),
        is_settled=settled,
        judged=judged,
        errors=mistakes(request, "deliberation", wrong),
    )
    status = 409 if is_open else 422 if wrong else 200
    return page(request, view, reader=person, status=status)


def _said(standing: Standing, words: Language) -> dict[str, str]:
    """Figures of a line as people read them, and its picture."""
    result, model = standing.result, standing.model
    return {
        "mean": words.number(result.mean, 2),
        "dots": points_picture(standing, words),
        "spread": words.number(standing.spread, 1),
        "jury": words.places(result.place_low, result.place_high),
        "model": words.places(model.place_low, model.place_high) if model else "",
        "policy": model.policy.words(words.slug) if model and model.policy else "",
        "state": model.policy.state.value if model and model.policy else "",
    }


def _more(here: Deployment, verdict: JuryVerdict, slug: str) -> Markup:
    """Agreement and severity; jurors by number, since this page is projected."""
    with here.database.read() as unit:
        names = pseudonyms(unit)
    order = [*names]
    hidden = replace(
        verdict,
        result=verdict.result
        and replace(
            verdict.result,
            jurors=tuple(
                replace(juror, juror=names[juror.juror])
                for juror in sorted(
                    verdict.result.jurors, key=lambda j: order.index(j.juror)
                )
            ),
        ),
        recusals=tuple(
            replace(b, juror=names[b.juror])
            for b in sorted(verdict.recusals, key=lambda b: order.index(b.juror))
        ),
    )
    return Markup(jury_fragment(jury_view(here, hidden, slug)))  # noqa: S704 - escaped
