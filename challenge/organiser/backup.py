"""Backups of all that the service keeps, and the way back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.errors import ChallengeError, WritingFailedError
from challenge.organiser.desk import By
from challenge.terminal import (
    Json,
    console,
    explained,
    print_json,
    read_settings,
    tell_refusal,
)

if TYPE_CHECKING:
    from challenge.backups import Made, Restored
    from challenge.settings import Settings

app = typer.Typer()


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Of backups; on another disk is best.")
    ] = None,
    encrypt_with: Annotated[
        Path | None, typer.Option(help="Key file; one stream that nobody else reads.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Afterwards only so many newest stay.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Try it out: put it back, open and count.")
    ] = False,
    every: Annotated[
        float | None, typer.Option(min=0.1, help="Again after so many minutes.")
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option(help="Make a key file, and no backup.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy all that the service keeps into a new folder, while it works.

    Database, releases, bundles, pitches, sealed predictions, and MLflow. It is as
    secret as the server: it holds every hidden label. Files that did not change since
    the backup before take no room, so one every five minutes is cheap; an encrypted
    one is whole each time.

    Example: `challenge backup /mnt/backups --keep 50 --every 5`
    """
    with explained():
        if new_key is not None:
            _make_key(new_key)
            return
        if folder is None:
            raise typer.BadParameter("Name a folder, or `--new-key FILE`.")
        settings = read_settings()
        told = _Errand(folder, settings, encrypt_with, keep, verify, as_json)
        if every is None:
            told.run()
            return
        _repeat(told.run, every * 60)


class _Errand:
    """One backup as it was asked for, again and again."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        encrypt_with: Path | None,
        keep: int | None,
        verify: bool,
        as_json: bool,
    ) -> None:
        from challenge.backups import read_key

        self._folder, self._settings, self._keep = folder, settings, keep
        self._key = read_key(encrypt_with) if encrypt_with else None
        self._verify, self._as_json = verify, as_json

    def run(self) -> None:
        """Make it, try it out, and remove what is too old; in that order."""
        from challenge.backups import Making, drop_old, prove

        with _progress() as show:
            making = Making(self._settings, key=self._key, progress=show)
            made = making.make(self._folder)
        if self._verify:
            with console.status("Trying it out"):
                prove(made.place, self._settings, key=self._key)
        gone = drop_old(self._folder, keep=self._keep) if self._keep else []
        self._tell(made, gone)

    def _tell(self, made: Made, gone: list[Path]) -> None:
        if self._as_json:
            print_json(_document(made) | {"verified": self._verify, "removed": gone})
            return
        files = len(made.manifest.files)
        console.print(
            f"Wrote {files} files ({made.manifest.bytes / 1e6:,.1f} MB,"
            f" {made.linked} of them shared with the backup before) to"
            f" {escape(str(made.place))}/ in {made.manifest.seconds:.1f} s."
            + (" Put back for a try, and whole." if self._verify else "")
            + (f" Removed {len(gone)} older." if gone else ""),
            soft_wrap=True,
        )
        if self._key is None:
            warning = "It holds every hidden label: keep it as you keep the server."
            console.print(f"[bold]{warning}[/bold]", soft_wrap=True)
        if self._folder.stat().st_dev == self._settings.home.stat().st_dev:
            console.print(
                "It stands on the same disk as the home, and is lost with it: name a"
                " folder on another disk, or copy it there.",
                soft_wrap=True,
            )


def _document(made: Made) -> dict[str, Any]:
    """Tell a program what was made."""
    from dataclasses import asdict

    manifest = made.manifest
    return {
        "backup": made.place,
        "database": manifest.database,
        "database_at": manifest.database_at,
        "seconds": manifest.seconds,
        "files": len(manifest.files),
        "linked": made.linked,
        "bytes": manifest.bytes,
        "holds": asdict(manifest.census),
    }


def _make_key(place: Path) -> None:
    from challenge.backups import make_key

    make_key(place)
    console.print(
        f"Wrote a key to {escape(str(place))}. Keep a copy of it elsewhere, and never"
        " beside the backups: without it nobody opens them, we neither.",
        soft_wrap=True,
    )


def _repeat(run: Callable[[], None], seconds: float) -> None:
    """Run until told to stop; one that fails is told, and tried again the next time."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.is_set():
        try:
            run()
        except ChallengeError as error:
            tell_refusal(error)
        except OSError as error:
            tell_refusal(WritingFailedError(error))
        stopping.wait(seconds)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each stage; they go away at the end."""
    from rich.progress import MofNCompleteColumn, Progress

    bars: dict[str, Any] = {}
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total)
            progress.update(bars[stage], completed=done, total=total)

        yield show


@app.command()
def restore(
    place: Annotated[Path, typer.Argument(metavar="BACKUP", help="Folder of one.")],
    by: By,
    into: Annotated[
        Path | None, typer.Option(help="Home; left out: CHALLENGE_HOME.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Key file of an encrypted one.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what is there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back, every file held against its checksum first.

    Stop the service before, and start it after. Nothing is removed: with `--replace`
    what is there moves to a folder in the home that begins with `.before-`. What came
    in after the backup is not in it; it says until when it goes.

    Example: `challenge restore /mnt/backups/20261123T051500Z --by "Your Name"`
    """
    from challenge.backups import read_key
    from challenge.backups import restore as put_back
    from challenge.rules.naming import NAME_LENGTH
    from challenge.rules.text import check_name

    with explained():
        name = check_name(by, longest=NAME_LENGTH, field="--by")
        settings = read_settings()
        if into is not None:
            settings = settings.model_copy(update={"home": into})
        opened = read_key(key) if key else None
        with console.status("Checking, and putting back"):
            done = put_back(
                place,
                settings,
                by=name,
                now=datetime.now(UTC),
                key=opened,
                replace=replace,
            )
        if as_json:
            print_json(_outcome(done))
        else:
            _tell_outcome(done, settings.home)


def _outcome(done: Restored) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "complete_until": done.manifest.database_at,
        "holds": asdict(done.manifest.census),
        "aside": done.aside,
        "waiting_again": done.waiting_again,
        "to_track": done.to_track,
        "lost": done.lost,
        "differences": [
            {"kind": d.kind, "subject": d.subject, "told": str(d)}
            for d in done.books.differences
        ],
    }


def _tell_outcome(done: Restored, home: Path) -> None:
    census = done.manifest.census
    until = f"{done.manifest.database_at:%Y-%m-%d %H:%M:%S} UTC"
    last = "No submission is in it."
    if census.last_received_at:
        last = f"The last submission in it is {census.last_submission},"
        last += f" of {census.last_received_at:%H:%M:%S} UTC."
    lines = [
        f"Put back into {home}/: all until {until}, in phase"
        f" {census.phase or 'of the brief'}. {last}",
        "What came in after that is not in it: tell the teams to look at their list,"
        " and to hand in again what is missing.",
    ]
    if done.lost is not None:
        lost = ", ".join(done.lost) or "none"
        lines.append(f"Of the database that was there it lacks: {lost}.")
    if done.waiting_again or done.to_track:
        lines.append(
            f"{done.waiting_again} that ran wait again; {done.to_track} results go to"
            " MLflow again, once a worker runs."
        )
    if done.aside:
        lines.append(f"What was there is in {done.aside}; remove it when all is well.")
    lines += [f"Differs: {difference}." for difference in done.books.differences]
    if done.books.differences:
        lines.append("docs/operations.md says of each what to do.")
    lines.append("Start the service, and look with `challenge doctor`.")
    for line in lines:
        console.print(escape(line), soft_wrap=True)
