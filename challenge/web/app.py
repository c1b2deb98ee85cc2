"""The composition root: settings in, a web application out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial

from fastapi import Depends, FastAPI

from challenge.brief import read_brief
from challenge.errors import SandboxUnavailableError
from challenge.records import Isolation
from challenge.rules.attempts import Attempts
from challenge.rules.publication import published_release
from challenge.rules.terms import terms_of
from challenge.settings import Settings
from challenge.store import open_database
from challenge.tracking import Tracker
from challenge.web import (
    account,
    announcements,
    api,
    auditing,
    ballots,
    board_part,
    cards,
    clock,
    conflicts,
    curating,
    deliberation,
    desk,
    drawn,
    example,
    grants,
    handing_in,
    handouts,
    handover,
    health,
    helping,
    incidents,
    interpretations,
    joining,
    jury,
    kit,
    lessons,
    login,
    method,
    metrics,
    paper,
    phases,
    picking,
    pitches,
    projector,
    public,
    ranking,
    reports,
    rescoring,
    roster,
    runtime,
    scorecards,
    script,
    start,
    submissions,
    team_lists,
    verdict_document,
    verdicts,
)
from challenge.web.access import Deployment, admit
from challenge.web.bodies import UPLOADS, BodyLimit
from challenge.web.choices import Choices
from challenge.web.compression import Compression
from challenge.web.confirming import confirmed
from challenge.web.cookies import SessionCookies
from challenge.web.description import SelfDescribing
from challenge.web.headers import SafeHeaders
from challenge.web.hosts import Hosts
from challenge.web.limits import Limits
from challenge.web.organiser import GuardedUi
from challenge.web.policy import POLICY
from challenge.web.problems import answer_problems
from challenge.web.recent import Recent
from challenge.web.repeats import Repeats
from challenge.web.statics import VersionedFiles
from challenge.web.tracing import Tracing
from challenge.web.traffic import Traffic

ROUTERS = (
    api.router,
    submissions.router,
    scorecards.router,
    runtime.router,
    handouts.router,
    handouts.pages,
    health.router,
    metrics.router,
    phases.router,
    phases.pages,
    rescoring.router,
    rescoring.pages,
    ranking.router,
    board_part.router,
    incidents.router,
    projector.router,
    public.router,
    method.router,
    kit.router,
    start.router,
    handing_in.router,
    reports.router,
    picking.router,
    pitches.router,
    interpretations.router,
    helping.router,
    login.router,
    account.router,
    joining.router,
    joining.api,
    roster.router,
    roster.api,
    team_lists.router,
    cards.router,
    desk.router,
    auditing.router,
    announcements.router,
    lessons.router,
    curating.router,
    handover.router,
    grants.router,
    script.router,
    jury.router,
    deliberation.router,
    verdicts.router,
    verdict_document.router,
    conflicts.router,
    clock.router,
    paper.router,
    example.router,
    # Last: a team's name is the end of its address.
    ballots.router,
)
"""Every route of ours; `challenge.web.policy` says who may go where."""

LAYERS = (
    *(Repeats, Compression, BodyLimit, Limits),
    *(SafeHeaders, SessionCookies, Choices),
)
"""What every request goes through, the innermost first."""

# Board, final and external rows, and those of the moment before.
STANDINGS = 6


def create_app(
    settings: Settings,
    *,
    closed: SandboxUnavailableError | None = None,
    isolation: Isolation | None = None,
) -> FastAPI:
    """Make the web application.

    Parameters
    ----------
    settings : Settings
        Where everything is.
    closed : SandboxUnavailableError or None
        Why no submission can be run; uploads are refused with it.
    isolation : Isolation or None
        What was found to stand between a model and this machine; None where another
        machine runs the submissions.

    Returns
    -------
    FastAPI
        Opens its database when it starts and closes it when it stops.

    Raises
    ------
    ContentRefusedError
        If the challenge folder has faults.
    ReleaseMissingError
        If the challenge has no release.
    ReleaseNotPublishedError, PublicationUnknownError
        If nobody put their name under it, or not with `challenge publish`.
    ReleaseOutdatedError
        If the challenge folder changed since the release was built.
    ValueError
        If `challenge.web.policy` misses a route: nobody decided who may.
    """
    if differing := POLICY.differs(ROUTERS):
        raise ValueError(f"challenge.web.policy and the routes differ: {differing}")
    brief = read_brief(settings.content / settings.challenge)
    release = published_release(settings)
    terms = terms_of(brief, release)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with closing(open_database(settings.database)) as database:
            here = Deployment(
                *(settings, database, brief, release, terms),
                *(Recent(STANDINGS), closed, isolation),
            )
            _keep(app, here)
            yield
            app.state.fragments.close()

    app = SelfDescribing(
        title=f"Kansrijk: {brief.title.en}",
        version=release.version,
        lifespan=lifespan,
        # The usual page loads scripts from elsewhere; `public` has one of our own.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        dependencies=[Depends(admit), Depends(confirmed)],
    )
    _route(app, Tracker(settings.home / "mlflow", challenge=brief.slug))
    _wrap(app, settings)
    answer_problems(app)
    return app


def _keep(app: FastAPI, here: Deployment) -> None:
    """Have what every request may look at, for as long as the application runs."""
    app.state.deployment = here
    app.state.attempts = Attempts(here.database)
    app.state.fragments = Recent(drawn.FRAGMENTS)
    app.state.parts = Recent(board_part.PARTS)
    app.state.versions = Recent(1)
    app.state.faces = Recent(projector.FACES)


def _route(app: FastAPI, tracker: Tracker) -> None:
    """Give it every route, the files of its pages, and MLflow's own pages."""
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", VersionedFiles())
    app.mount("/mlflow", GuardedUi(tracker))


def _wrap(app: FastAPI, settings: Settings) -> None:
    """Put around it what every request goes through."""
    app.state.uploads = Counter()
    app.state.traffic = Traffic()
    outer = (
        partial(Hosts, address=settings.address),
        partial(Tracing, traffic=app.state.traffic, uploads=UPLOADS),
    )
    for layer in (*LAYERS, *outer):
        app.add_middleware(layer)
