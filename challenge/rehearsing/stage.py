"""What has to stand before the doors open: release, people, server and bundles."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from challenge.brief import Brief, read_brief
from challenge.client import Client
from challenge.errors import PublicationRefusedError
from challenge.records import Role
from challenge.rehearsing.bundles import Shelf, train
from challenge.rehearsing.plan import Plan, Size, make_plan
from challenge.rules.publication import publish_release, release_named
from challenge.settings import Settings
from challenge.staging import Entrant, Serving, enlist, make_release, own_home
from challenge.store import open_database
from challenge.synthesis import Release
from leaderboard import Phase

ORGANISER = "Organisatie"
BY = "rehearse"
ALL = "all"
ROWS = 8_000
"""Of a release for a rehearsal, over all sets: built in seconds, and large enough to
take a model a moment."""
SHORTEST_LIMIT_SECONDS = 30.0
"""That a model gets at any pace: the sandbox is not quicker than on the day."""
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


def own_settings(settings: Settings, pace: float) -> Settings:
    """Choose a home of its own and a free port, which a restarted server gets again.

    Parameters
    ----------
    settings : Settings
        Of the real home.
    pace : float
        How many times as quick as ours the day goes.

    Returns
    -------
    Settings
        A model gets less time on a quick day, though never too little to work.
    """
    limit = max(SHORTEST_LIMIT_SECONDS, settings.limit_seconds / pace)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    place = {"host": "127.0.0.1", "port": port, "address": ""}
    own = own_home(settings, "rehearsal")
    return own.model_copy(
        update={**place, "limit_seconds": min(limit, settings.limit_seconds)}
    )


def set_release(
    settings: Settings, real: Settings, *, rows: int, named: str, seed: int, tell: Tell
) -> Release:
    """Build a small release, or take a copy of a rehearsal that is there.

    Parameters
    ----------
    settings, real : Settings
        Of the rehearsal, and of the home that may have a release.
    rows : int
        Of a small one, over all sets.
    named : str
        ``slug/version`` of one to copy; empty: build.
    seed : int
        Of the build.
    tell : callable
        Called with stage, steps done and steps in total.

    Returns
    -------
    Release
        Published in the rehearsal's own home.

    Raises
    ------
    PublicationRefusedError
        If the one to copy is a real event's: its seed would be revealed.
    ReleaseMissingError
        If there is none of that name.
    """
    if not named:
        brief = read_brief(settings.content / settings.challenge)
        return make_release(
            settings, seed=seed, by=BY, rows=sizes(brief, rows), progress=tell
        )
    found = release_named(named, real)
    if not found.manifest.rehearsal:
        refused = ("It is a real event's: a rehearsal would reveal its hidden labels.",)
        raise PublicationRefusedError(
            named, [(*refused, "Build one with `--seed`, or leave out `--release`.")]
        )
    place = settings.home / "releases" / found.slug / "1"
    shutil.copytree(found.path, place)
    copied = release_named(f"{found.slug}/1", settings)
    with closing(open_database(settings.database)) as database:
        publish_release(database, copied, settings, by=BY, rehearsal=True)
    return copied


def sizes(brief: Brief, rows: int) -> dict[str, int] | None:
    """Make every set smaller by the same share.

    Parameters
    ----------
    brief : Brief
        Says how large they are.
    rows : int
        Over all sets.

    Returns
    -------
    dict of str to int or None
        None if they are small enough as they are.
    """
    total = sum(brief.sets.values())
    if total <= rows:
        return None
    # Two neighbourhoods at least, or there is nothing to leave out.
    least = 2 * brief.areas.neighbourhood_size
    return {name: max(least, n * rows // total) for name, n in brief.sets.items()}


def draw_plan(brief: Brief, size: Size) -> Plan:
    """Draw the day of a challenge.

    Parameters
    ----------
    brief : Brief
        Has source sets, rubric and quota.
    size : Size
        How large a day.

    Returns
    -------
    Plan
        The same for the same arguments.
    """
    return make_plan(
        size,
        sources=[found.name for found in brief.sources] or [ALL],
        rubric=[criterion.slug for criterion in brief.rubric],
        quota=brief.quota.scored_per_day,
    )


def admit(settings: Settings, brief: Brief, plan: Plan) -> dict[str, str]:
    """Register everybody, and put aside when the brief's phases begin.

    Parameters
    ----------
    settings : Settings
        Of the rehearsal.
    brief : Brief
        Of the challenge.
    plan : Plan
        Who takes part.

    Returns
    -------
    dict of str to str
        Their tokens.
    """
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


def prepare(
    settings: Settings, url: str, plan: Plan, tokens: Mapping[str, str], tell: Tell
) -> Shelf:
    """Download as a team of each source set does, and train.

    Parameters
    ----------
    settings : Settings
        Of the rehearsal.
    url : str
        Of the server.
    plan : Plan
        Has the teams.
    tokens : mapping of str to str
        Theirs.
    tell : callable
        Called with stage, steps done and steps in total.

    Returns
    -------
    Shelf
        What teams hand in.

    Raises
    ------
    DemoBrokenError
        If no baseline can be trained.
    ServerRefusedError
        If a download is refused.
    """
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
