"""What came of a restore, for whoever has to tell the room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from challenge.terminal import console

if TYPE_CHECKING:
    from challenge.backups import Restored
    from challenge.settings import Settings

_PAST = frozenset({"frozen", "jury", "closed"})
"""Phases after the last that takes submissions."""


def outcome(done: Restored) -> dict[str, Any]:
    """Tell a program what was put back.

    Parameters
    ----------
    done : Restored
        What there is now.

    Returns
    -------
    dict
        For JSON.
    """
    from dataclasses import asdict

    return {
        "complete_until": done.manifest.database_at,
        "holds": asdict(done.manifest.census),
        "aside": done.aside,
        "waiting_again": done.waiting_again,
        "to_track": done.to_track,
        "lost": done.lost,
        "undone": [act._asdict() for act in done.undone],
        "content": asdict(done.content),
        "differences": [
            {"kind": d.kind, "subject": d.subject, "told": str(d)}
            for d in done.books.differences
        ],
    }


def tell_outcome(done: Restored, settings: Settings, *, is_apart: bool) -> None:
    """Tell a person what was put back, what is not, and what to do now.

    Parameters
    ----------
    done : Restored
        What there is now.
    settings : Settings
        Where it is.
    is_apart : bool
        Whether that is another place than the environment says.
    """
    for line in (*_lines(done, settings), _start(done, settings, is_apart)):
        console.print(escape(line), soft_wrap=True)


def _lines(done: Restored, settings: Settings) -> Iterator[str]:
    census = done.manifest.census
    until = f"{done.manifest.database_at:%Y-%m-%d %H:%M:%S} UTC"
    phase = f", in phase {census.phase}" if census.phase else ""
    last = "No submission is in it."
    if census.last_received_at:
        last = f"The last submission in it is {census.last_submission},"
        last += f" of {census.last_received_at:%H:%M:%S} UTC."
    yield f"Put back into {settings.home}/: all until {until}{phase}. {last}"
    lacks = "What came in after that is not in it"
    if census.phase not in _PAST:
        lacks += ": tell the teams to look at their list, and to hand in again what is"
        lacks += " missing"
    yield f"{lacks}."
    yield from _losses(done)
    if done.waiting_again or done.to_track:
        yield (
            f"{done.waiting_again} that ran wait again; {done.to_track} results go to"
            " MLflow again, once a worker runs."
        )
    yield from _own_folder(done)
    if done.aside:
        yield f"What was there is in {done.aside}; remove it when all is well."
    yield from (f"Differs: {difference}." for difference in done.books.differences)
    if done.books.differences:
        yield "docs/operations.md says of each what to do."


def _own_folder(done: Restored) -> Iterator[str]:
    """Say where the challenge's own folder is, if something has to be known of it."""
    place, copy = done.content.place, done.content.copy
    if not done.manifest.content:
        yield (
            "The backup has not the challenge's own folder, without which the service"
            " does not start: let CHALLENGE_CONTENT name it, as it was then."
        )
    elif copy == place:
        yield f"The challenge's own folder is back in {place}."
    elif copy:
        yield (
            f"The challenge's own folder {place} was left alone, and is not as it was"
            f" then: {', '.join(done.content.differs)}. As it was, it is in {copy}; a"
            f" service that does not start needs CHALLENGE_CONTENT={copy.parent}."
        )


def _start(done: Restored, settings: Settings, is_apart: bool) -> str:
    needed = f"CHALLENGE_HOME={settings.home}"
    if is_apart:
        if done.content.copy:
            needed += f", CHALLENGE_CONTENT={settings.content}"
        needed += " and without CHALLENGE_FILES"
        if not settings.database_url:
            needed += " and CHALLENGE_DATABASE_URL"
    return f"Start the service with {needed}, and look with `challenge doctor`."


def _losses(done: Restored) -> Iterator[str]:
    """Name what the database that was there had, and this one has not."""
    if done.lost is not None:
        lost = ", ".join(f"{key} of {team}" for key, team in done.lost.items())
        yield f"Of the database that was there it lacks: {lost or 'no submission'}."
    if done.undone:
        yield (
            "These acts came after the backup and are undone: people have again what"
            " was taken away. Do again what still holds."
        )
    for act in done.undone:
        at = f"{act.at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"- {at} {act.actor}: {act.action} {act.subject}"
