"""The organiser's desk: what needs attention now, and where to see to it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from challenge.records import Isolation, Principal, State, Submission
from challenge.rules.blockers import Blocker, blockers
from challenge.rules.timeline import Clock, clock
from challenge.store.announcements import Announcement
from challenge.store.help_requests import HelpRequest
from challenge.synthesis.manifest import Publication
from challenge.web.access import Deployment, Here, Person
from challenge.web.fleet import Fleet, find_fleet
from challenge.web.pages import choose_language, page
from challenge.web.policy import POLICY
from challenge.web.submissions import waits_in_words
from challenge.web.timetable import Step, phase_steps

router = APIRouter(tags=["organiser"], include_in_schema=False)
# As `challenge doctor` warns: twenty of the largest bundles, kept twice.
_BUNDLES = 40
LINKS = (
    ("/organiser/phase", "phase_title"),
    ("/organiser/teams", "desk_to_teams"),
    ("/organiser/people", "desk_to_people"),
    ("/organiser/jury", "desk_to_jury"),
    ("/organiser/data", "desk_to_data"),
    ("/jury/deliberation", "deliberation_title"),
    ("/jury/verdict", "verdict_record"),
    ("/organiser/verdict", "desk_to_evidence"),
    ("/lessons", "lessons_title"),
    ("/organiser/script", "script_title"),
    ("/organiser/audit", "audit_title"),
)
"""Shown to whom `POLICY` admits there."""
_LATEST = 12  # so many ended submissions stand below those that wait and run


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine has left.

    Attributes
    ----------
    free, total : int
        Bytes of the disk that holds the challenge.
    is_short : bool
        Whether an hour of large uploads may not fit.
    memory : float or None
        Share of the memory that is taken; None where the system does not say.
    """

    free: int
    total: int
    is_short: bool
    memory: float | None


@dataclass(frozen=True, slots=True)
class DeskView:
    """What the desk shows.

    Attributes
    ----------
    clock : Clock
        Where the challenge is.
    steps : list of Step
        The strip of the day.
    blockers : tuple of Blocker
        What the next phase waits for.
    attention : list of str
        Keys of what cannot wait.
    counts : dict of str to int
        Of the figures: queue, running, scored, failed, help.
    queue : list of Submission
        Those that run and wait, then the last that ended.
    waits : dict of str to str
        Place in the queue in words, by id.
    fleet : Fleet
        Who runs submissions.
    ages : dict of str to int
        Seconds since each worker was heard of.
    machine : Machine
        What is left of it.
    help_requests : list of HelpRequest
        Open questions of teams, oldest first.
    publication : Publication or None
        Who signed the release.
    spoken : list of Announcement
        What stands on every page.
    links : list of (str, str)
        Other pages of the reader: path and key of its name.
    """

    template: ClassVar[str] = "organiser/desk.html"

    clock: Clock
    steps: list[Step]
    blockers: tuple[Blocker, ...]
    attention: list[str]
    counts: dict[str, int]
    queue: list[Submission]
    waits: dict[str, str]
    fleet: Fleet
    ages: dict[str, int]
    machine: Machine
    help_requests: list[HelpRequest]
    publication: Publication | None
    spoken: list[Announcement]
    links: list[tuple[str, str]]


@router.get("/organiser")
def desk(request: Request, here: Here, person: Person) -> Response:
    """Show the day: phase, figures, queue, machine, questions, release."""
    return page(request, _view(request, here, person), reader=person)


@router.get("/organiser/live")
def live(request: Request, here: Here, person: Person) -> Response:
    """Give the part of the desk that lives."""
    return page(request, _view(request, here, person), reader=person, block="live")


def _view(request: Request, here: Deployment, person: Principal) -> DeskView:
    now, language = datetime.now(UTC), choose_language(request)
    here.phase  # noqa: B018  what is due is enacted first
    with here.database.read() as unit:
        said = clock(unit, here.brief, now)
        steps = phase_steps(here, unit, language, now)
        left = (
            blockers(unit, here.brief, here.release.name, said.next)
            if said.next
            else ()
        )
        submissions = unit.submissions.all()
        spoken = unit.announcements.current()
        questions = unit.help_requests.open()
    fleet, machine = find_fleet(here), look_at_machine(here)
    counts = _counts(submissions, now) | {"help": len(questions)}
    return DeskView(
        clock=said,
        steps=steps,
        blockers=left,
        attention=_attention(here, counts, fleet, machine),
        counts=counts,
        queue=_in_order(submissions),
        waits=waits_in_words(here, submissions, language),
        fleet=fleet,
        ages={w.name: int((now - w.seen_at).total_seconds()) for w in fleet.workers},
        machine=machine,
        help_requests=questions,
        publication=here.release.published,
        spoken=spoken,
        links=[link for link in LINKS if POLICY.admits("GET", link[0], person.role)],
    )


def look_at_machine(here: Deployment) -> Machine:
    """See what the machine of the web process has left.

    Parameters
    ----------
    here : Deployment
        The running server.

    Returns
    -------
    Machine
        Of this moment.
    """
    disk = shutil.disk_usage(here.settings.home)
    need = _BUNDLES * here.settings.upload_limit_mib << 20
    return Machine(disk.free, disk.total, disk.free < need, _memory())


def _memory() -> float | None:
    """Share that is taken, as Linux counts what could be had without swapping."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123
            lines = dict(line.split(":") for line in file)
        free, total = (
            int(lines[key].split()[0]) for key in ("MemAvailable", "MemTotal")
        )
    except (OSError, KeyError, ValueError):
        return None
    return 1 - free / total


def _counts(submissions: list[Submission], now: datetime) -> dict[str, int]:
    def count(state: State) -> int:
        return sum(s.state is state for s in submissions)

    today = [s for s in submissions if s.updated_at.date() == now.date()]
    return {
        "queue": count(State.QUEUED),
        "running": count(State.RUNNING),
        "scored": sum(s.state is State.SCORED for s in today),
        "failed": count(State.FAILED),
    }


def _attention(
    here: Deployment, counts: dict[str, int], fleet: Fleet, machine: Machine
) -> list[str]:
    """Name what cannot wait, worst first."""
    is_open = fleet.isolation in (Isolation.NONE, Isolation.TRUSTED)
    found = {
        "worker": not fleet.slots,
        "isolation": is_open or here.closed is not None,
        "disk": machine.is_short,
        "memory": machine.memory is not None and machine.memory > 0.9,
        "failed": counts["failed"] > 0,
        "help": counts["help"] > 0,
    }
    return [key for key, holds in found.items() if holds]


def _in_order(submissions: list[Submission]) -> list[Submission]:
    order = {State.RUNNING: 0, State.QUEUED: 1}
    busy = sorted(
        (s for s in submissions if s.state in order), key=lambda s: order[s.state]
    )
    ended = [s for s in submissions[::-1] if s.state not in order]
    return busy + ended[:_LATEST]
