"""What has to stand before the doors open: release, people, server and bundles."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from challenge.brief import Brief, read_brief
from challenge.brief.sections import ALL
from challenge.client import Client
from challenge.records import Role
from challenge.rehearsing.bundles import Shelf, train
from challenge.rehearsing.plan import Plan, Size, make_plan
from challenge.settings import Settings
from challenge.staging import Entrant, Serving, enlist, make_release, own_home
from challenge.store import open_database
from leaderboard import Phase

ORGANISER = "Organisatie"
BY = "rehearse"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that stands.

    Attributes
    ----------
    settings : Settings
        Of the rehearsal's own home.
    brief : Brief
        Of the challenge.
    plan : Plan
        Who does what.
    tokens : dict of str to str
        By name.
    server : Serving
        Under way.
    url : str
        Its address.
    shelf : Shelf
        What teams hand in.
    """

    settings: Settings
    brief: Brief
    plan: Plan
    tokens: dict[str, str]
    server: Serving
    url: str
    shelf: Shelf


def own_settings(settings: Settings) -> Settings:
    """Choose a home of its own and a free port, which a restarted server gets again."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    place = {"host": "127.0.0.1", "port": port, "address": ""}
    return own_home(settings, "rehearsal").model_copy(update=place)


def set_stage(settings: Settings, size: Size, server: Serving, tell: Tell) -> Stage:
    """Build a release, admit everybody, start the server and train the baselines.

    Parameters
    ----------
    settings : Settings
        Of the rehearsal.
    size : Size
        How large a day.
    server : Serving
        With these settings; not started.
    tell : callable
        Called with stage, steps done and steps in total.

    Returns
    -------
    Stage
        Served.

    Raises
    ------
    ChallengeError
        If it cannot be set.
    """
    brief = read_brief(settings.content / settings.challenge)
    plan = draw_plan(brief, size)
    rows = sizes(brief, size.rows)
    make_release(settings, seed=size.seed, by=BY, rows=rows, progress=tell)
    tokens = _admit(settings, brief, plan)
    url = server.start()
    shelf = _prepare(settings, url, plan, tokens, tell)
    return Stage(settings, brief, plan, tokens, server, url, shelf)


def sizes(brief: Brief, rows: int) -> dict[str, int] | None:
    """Make every set smaller by the same share; None if they are small enough."""
    total = sum(brief.sets.values())
    if total <= rows:
        return None
    # Two neighbourhoods at least, or there is nothing to leave out.
    least = 2 * brief.areas.neighbourhood_size
    return {name: max(least, n * rows // total) for name, n in brief.sets.items()}


def draw_plan(brief: Brief, size: Size) -> Plan:
    """Draw the day of a challenge."""
    return make_plan(
        size,
        sources=[found.name for found in brief.sources] or [ALL],
        rubric=[criterion.slug for criterion in brief.rubric],
        quota=brief.quota.scored_per_day,
    )


def _admit(settings: Settings, brief: Brief, plan: Plan) -> dict[str, str]:
    """Register everybody, and put aside when the brief's phases begin."""
    people = [Entrant(Role.ORGANISER, ORGANISER)]
    people += [
        Entrant(Role.TEAM, team.name, team.sources if brief.sources else "")
        for team in plan.teams
    ]
    people += [
        Entrant(Role.JUROR, juror.name, chairs=juror is plan.jurors[0])
        for juror in plan.jurors
    ]
    tokens, now = enlist(settings, people, by=BY), datetime.now(UTC)
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        for phase in Phase:
            unit.phases.plan(phase, None, by=BY, now=now)
    return tokens


def _prepare(
    settings: Settings, url: str, plan: Plan, tokens: Mapping[str, str], tell: Tell
) -> Shelf:
    """Download as a team of each source set does, and train."""
    folder, data = settings.home / "teams", {}
    for team in plan.teams:
        if team.sources not in data:
            place = folder / team.sources
            with Client(url, token=tokens[team.name]) as client:
                client.download(place, accept_terms=True)
            data[team.sources] = place
    return train(
        settings.baselines,
        data,
        folder,
        # For many teams oftener, up to a few.
        draws=min(3, 1 + len(plan.teams) // 10),
        seed=plan.size.seed,
        progress=lambda done, total: tell("baselines", done, total),
    )
