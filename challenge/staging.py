"""A challenge on a stage of its own: a home, a release, people, and a server.

For whoever plays a day on real parts, as the demonstration and a rehearsal do, and may
not touch anybody's real one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from challenge.errors import DemoBrokenError
from challenge.records import Role
from challenge.rules.publication import publish_release
from challenge.rules.registration import enrol
from challenge.rules.tokens import make_token
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import Release, build

# A server that stops waits for its worker, and that for what it cannot leave half done.
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody who takes part.

    Attributes
    ----------
    role : Role
        As what.
    name : str
        A name that nobody has.
    sources : str
        Source set of a team; empty: the brief says which.
    chairs : bool
        Whether a juror leads the panel.
    """

    role: Role
    name: str
    sources: str = ""
    chairs: bool = False


def own_home(settings: Settings, name: str) -> Settings:
    """Choose a new folder under the home, and nobody's configured database or cluster.

    Parameters
    ----------
    settings : Settings
        Of the real home.
    name : str
        What is played; the folder is called after it and the time.

    Returns
    -------
    Settings
        For the stage; nothing is made yet.
    """
    home = settings.home / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    # Not left out: a process that is started with these would read its environment.
    private = {"database_url": "", "engine": "", "files": home}
    return settings.model_copy(update={"home": home, **private})


def make_release(
    settings: Settings,
    *,
    seed: int,
    by: str,
    rows: Mapping[str, int] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Release:
    """Build the challenge as a rehearsal, and publish it.

    Parameters
    ----------
    settings : Settings
        Of the stage.
    seed : int
        Anybody can repeat it.
    by : str
        Who answers for it.
    rows : mapping of str to int, optional
        Other sizes than the brief's.
    progress : callable, optional
        Called with stage, steps done and steps in total.

    Returns
    -------
    Release
        Published.

    Raises
    ------
    ContentRefusedError
        If the challenge folder has faults.
    """
    release = build(
        settings.content / settings.challenge,
        settings.home / "releases",
        seed=seed,
        rows=rows,
        progress=progress,
    )
    publish_release(release, settings, by=by, rehearsal=True)
    return release


def enlist(settings: Settings, people: Iterable[Entrant], *, by: str) -> dict[str, str]:
    """Register people.

    Parameters
    ----------
    settings : Settings
        Of the stage.
    people : iterable of Entrant
        In this order.
    by : str
        Who adds them.

    Returns
    -------
    dict of str to str
        The token of each, by name.

    Raises
    ------
    RequestRefusedError
        If a name is taken.
    """
    now, tokens = datetime.now(UTC), {}
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        for one in people:
            person = enrol(
                unit,
                one.role,
                one.name,
                by=by,
                now=now,
                sources=one.sources,
                chairs=one.chairs,
            )
            tokens[one.name] = make_token(unit, person, label="", by=by, now=now)
    return tokens


class Serving:
    """The server as a process: web and worker, as `challenge serve` starts them.

    Parameters
    ----------
    settings : Settings
        Of the stage.
    log : file or None
        Gets what the server says; None: wherever this process writes.
    """

    def __init__(self, settings: Settings, log: IO[bytes] | None = None) -> None:
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 before it was started."""
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start it, and wait until it answers.

        Returns
        -------
        str
            Its address.

        Raises
        ------
        DemoBrokenError
            If it does not start.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "challenge", "serve", "--until-stdin-closes"],
            env=os.environ | self._settings.environment(),
            # The server ends when this closes, also when this process is killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            # Ctrl-C reaches this process alone, which then stops it in order.
            start_new_session=True,
        )
        told = self._process.stdout
        if url := told.readline().strip() if told else "":
            return url
        self.stop()
        raise DemoBrokenError("The server did not start.")

    def wait(self) -> None:
        """Wait until it ends by itself."""
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Stop it in good order: what is not tracked yet is written first."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
            self._close()

    def kill(self) -> None:
        """Let it be gone at once, as by a power cut; its worker ends with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()

    def _close(self) -> None:
        for pipe in (
            (self._process.stdin, self._process.stdout) if self._process else ()
        ):
            if pipe:
                pipe.close()
