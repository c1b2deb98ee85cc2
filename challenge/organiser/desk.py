"""What an organiser's command works on: the challenge, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from challenge.brief import Brief
    from challenge.settings import Settings
    from challenge.store import Database
    from challenge.synthesis import Release
    from challenge.web.access import Deployment

Because = Annotated[str, typer.Option(help="Why, in a sentence.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """The challenge that an organiser's command works on.

    Attributes
    ----------
    settings : Settings
        Where everything is.
    database : Database
        Open.
    brief : Brief
        Of the challenge that is served.
    """

    settings: Settings
    database: Database
    brief: Brief

    @property
    def now(self) -> datetime:
        """What time it is, aware UTC."""
        return datetime.now(UTC)

    @property
    def release(self) -> Release:
        """The published release; read only by commands that need one."""
        from challenge.rules.publication import published_release

        return published_release(self.settings)

    @property
    def deployment(self) -> Deployment:
        """The same as a server would have it, for what its pages work out."""
        from challenge.rules.terms import terms_of
        from challenge.web.access import Deployment
        from challenge.web.recent import Recent

        release = self.release
        return Deployment(
            self.settings,
            self.database,
            self.brief,
            release,
            terms_of(self.brief, release),
            Recent(1),
        )


@contextmanager
def opened() -> Iterator[Desk]:
    """Open the database beside the brief, and close it at the end.

    Yields
    ------
    Desk
        Of the challenge that the settings name.
    """
    from challenge.brief import read_brief
    from challenge.rules.publication import check_home
    from challenge.settings import Settings
    from challenge.store import open_database

    settings = Settings()
    check_home(settings)
    brief = read_brief(settings.content / settings.challenge)
    with closing(open_database(settings.database)) as database:
        yield Desk(settings, database, brief)
