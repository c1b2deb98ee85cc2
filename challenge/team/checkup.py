"""A look at what a team's machine needs: server, log-in, packages, data.

Each check is carried out for real; whatever goes wrong with one is its finding, and
keeps no other from its answer. Nothing is changed.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from challenge.errors import ChallengeError
from challenge.rules.findings import Finding, Health
from challenge.team.connection import VARIABLE, Reach, connect, find_reach
from challenge.team.keeping import KEYRING

if TYPE_CHECKING:
    from challenge.client import Client

TOOLS = ("numpy", "pandas", "scikit-learn", "lightgbm", "mlflow", "cloudpickle")
"""What a bundle is made with, and read with on the server; mlflow or mlflow-skinny."""

CLOCK_AHEAD = timedelta(seconds=30)
"""Certificates and deadlines forgive less than a minute."""

ROOM_BYTES = 500 * 1024 * 1024
"""A release, an environment's next package and some models."""


@dataclass
class Surroundings:
    """What is found on the way, for the checks that come after.

    Attributes
    ----------
    data : Path
        Folder of the download.
    reach : Reach or None
        Which server, once it is known.
    client : Client or None
        To it.
    challenge : dict
        What it says of the challenge; empty: nothing.
    """

    data: Path
    reach: Reach | None = None
    client: Client | None = None
    challenge: dict[str, Any] = field(default_factory=dict)


def look_around(data: Path) -> list[Finding]:
    """Carry out every check.

    Parameters
    ----------
    data : Path
        Folder of the download; need not be there.

    Returns
    -------
    list of Finding
        One per check, always in the same order.
    """
    here = Surroundings(data)
    checks: dict[str, Callable[[Surroundings], Finding]] = {
        "login": _login,
        "server": _server,
        "who": _who,
        "clock": _clock,
        "packages": _packages,
        "disk": _disk,
        "data": _data,
    }
    found = [_asked(name, check, here) for name, check in checks.items()]
    if here.client is not None:
        here.client.close()
    return found


def _asked(
    name: str, check: Callable[[Surroundings], Finding], here: Surroundings
) -> Finding:
    """Carry out one check; whatever goes wrong with it is its finding."""
    try:
        return check(here)
    except ChallengeError as error:
        return Finding(name, Health.FAULT, error.message, error.hint)
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0]
        told = f"It cannot be looked at: {type(error).__name__}: {reason}"
        return Finding(name, Health.FAULT, told)


def _login(here: Surroundings) -> Finding:
    here.reach = reach = find_reach()
    if not reach.token:
        told = f"Nobody is logged in at {reach.url}."
        repair = f"challenge login {reach.url}"
        return Finding("login", Health.WARNING, told, repair)
    if reach.kept == VARIABLE:
        told = f"The token comes from {VARIABLE}, and goes to {reach.url}."
    elif reach.kept == KEYRING:
        told = f"The token for {reach.url} is in the keyring of this machine."
    else:
        told = f"The token for {reach.url} is in {reach.kept}, which only you can read."
    return Finding("login", Health.OK, told)


def _server(here: Surroundings) -> Finding:
    # As a visitor: whether somebody is known is another question.
    with connect(Reach(_reach(here).url, "", "")) as visitor:
        here.challenge = visitor.challenge()
    title = here.challenge["title"]["en"]
    return Finding("server", Health.OK, f"{_reach(here).url} answers: {title}.")


def _who(here: Surroundings) -> Finding:
    reach = _reach(here)
    here.client = connect(reach)
    here.challenge = here.client.challenge()
    you = here.challenge["you"]
    if you is None:
        told = "To the server you are a visitor, who has no data and hands nothing in."
        return Finding("who", Health.WARNING, told, f"challenge login {reach.url}")
    if you["role"] != "team":
        told = f"You are the {you['role']} {you['name']}; only a team hands in."
        return Finding("who", Health.WARNING, told, f"challenge login {reach.url}")
    return Finding("who", Health.OK, f"You are the team {you['name']}.")


def _clock(here: Surroundings) -> Finding:
    with connect(Reach(_reach(here).url, "", "")) as visitor:
        ahead = datetime.now(UTC) - visitor.clock()
    told = f"This clock differs {ahead.total_seconds():+.0f} s from the server's."
    if abs(ahead) > CLOCK_AHEAD:
        repair = "Let the system set its clock by the network."
        return Finding("clock", Health.WARNING, told, repair)
    return Finding("clock", Health.OK, told)


def _packages(here: Surroundings) -> Finding:
    with connect(Reach(_reach(here).url, "", "")) as visitor:
        there = visitor.runtime()
    if missing := [tool for tool in TOOLS if _version(tool) is None]:
        told = f"To make a bundle, this machine misses {', '.join(missing)}."
        repair = "Install the extra `team`, as the start page of the server says."
        return Finding("packages", Health.WARNING, told, repair)
    differ = [
        f"{tool}: {_version(tool)} here, {there['packages'][tool]} there"
        for tool in TOOLS
        if tool in there["packages"] and _version(tool) != there["packages"][tool]
    ]
    mine = platform.python_version()
    if mine.split(".")[:2] != there["python"].split(".")[:2]:
        differ.insert(0, f"Python: {mine} here, {there['python']} there")
    if differ:
        told = f"A bundle that works here may not load there: {'; '.join(differ)}."
        repair = f"pip install --no-deps -r {_reach(here).url}/api/runtime.txt"
        return Finding("packages", Health.WARNING, told, repair, tuple(differ))
    told = f"Python {mine} and {len(TOOLS)} packages are as on the server."
    return Finding("packages", Health.OK, told)


def _disk(here: Surroundings) -> Finding:
    above = (here.data.absolute(), *here.data.absolute().parents)
    place = next(folder for folder in above if folder.is_dir())
    free = shutil.disk_usage(place).free
    told = f"{free / 1e9:,.1f} GB is free in {place}."
    if free < ROOM_BYTES:
        repair = f"du -sh {place}/*"
        return Finding("disk", Health.WARNING, told, repair)
    return Finding("disk", Health.OK, told)


def _data(here: Surroundings) -> Finding:
    from challenge.client.downloading import digest, places

    fetch = f"challenge download {here.data}"
    if not here.data.is_dir():
        told = f"There is no folder {here.data}; nothing was downloaded here."
        return Finding("data", Health.WARNING, told, fetch)
    if not here.challenge:
        told = "Not compared, since the server does not say what belongs in it."
        return Finding("data", Health.WARNING, told)
    files = here.challenge["release"]["files"]
    found = places(here.data, here.challenge, site=_reach(here).url)
    gone = [name for name, place in found.items() if not place.is_file()]
    other = [
        name
        for name, place in found.items()
        if name not in gone and digest(place) != files[name]
    ]
    if gone or other:
        told = f"{len(gone)} files are missing and {len(other)} differ, such as "
        told += f"{(gone + other)[0]}."
        return Finding("data", Health.FAULT, told, fetch, tuple(gone + other))
    told = f"All {len(files)} files in {here.data} are as the server has them."
    return Finding("data", Health.OK, told)


def _reach(here: Surroundings) -> Reach:
    """Say which server, also where the token that belongs to it cannot be had."""
    if here.reach is None:
        from challenge.settings import Settings

        here.reach = Reach(Settings().url, "", "")
    return here.reach


def _version(tool: str) -> str | None:
    names = (tool, f"{tool}-skinny")
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None
