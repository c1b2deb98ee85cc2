"""Backups of all that the service keeps, and the way back."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from challenge.errors import ChallengeError, WritingFailedError
from challenge.organiser.outcome import outcome, tell_outcome
from challenge.terminal import (
    By,
    Json,
    console,
    explained,
    print_json,
    read_settings,
    tell_refusal,
)

if TYPE_CHECKING:
    from challenge.backups import Made
    from challenge.settings import Settings

app = typer.Typer()
log = logging.getLogger(__name__)


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

    Database, releases, bundles, pitches, sealed predictions, MLflow, and the
    challenge's own folder. It is as secret as the server: it holds every hidden label.
    Files that did not change since the backup before take no room, so one every five
    minutes is cheap; an encrypted one is whole each time.

    Example: `challenge backup /mnt/backups --keep 50 --every 5`
    """
    from challenge.backups import read_key

    with explained():
        if new_key is not None:
            _make_key(new_key)
            return
        if folder is None:
            raise typer.BadParameter("Name a folder, or `--new-key FILE`.")
        key = read_key(encrypt_with) if encrypt_with else None
        errand = _Errand(folder, read_settings(), key, keep, verify, as_json)
        if every is None:
            errand.run()
        else:
            _repeat(errand.run, every * 60)


@dataclass(frozen=True)
class _Errand:
    """One backup as it was asked for, again and again."""

    folder: Path
    settings: Settings
    key: bytes | None
    keep: int | None
    verify: bool
    as_json: bool

    def run(self) -> None:
        """Make it, try it out, and remove what is too old; in that order."""
        from challenge.backups import Making

        with _progress() as show:
            making = Making(self.settings, key=self.key, progress=show)
            made = making.make(self.folder, keep=self.keep, verify=self.verify)
        self._tell(made)

    def _tell(self, made: Made) -> None:
        from challenge.backups import key_id

        sealed_with = key_id(self.key) if self.key else None
        if self.as_json:
            more = {"sealed_with": sealed_with, "verified": self.verify}
            print_json(_document(made) | more)
            return
        files = len(made.manifest.files)
        console.print(
            f"Wrote {files} files ({made.manifest.bytes / 1e6:,.1f} MB,"
            f" {made.linked} of them shared with the backup before) to"
            f" {escape(str(made.place))}/ in {made.manifest.seconds:.1f} s."
            + (f" Sealed with key {sealed_with}." if sealed_with else "")
            + (" Put back for a try, and whole." if self.verify else "")
            + (f" Removed {len(made.removed)} older." if made.removed else ""),
            soft_wrap=True,
        )
        if self.key is None:
            warning = "It holds every hidden label: keep it as you keep the server."
            console.print(f"[bold]{warning}[/bold]", soft_wrap=True)
        if not made.manifest.content:
            own = self.settings.content / self.settings.challenge
            console.print(
                f"There is no folder {escape(str(own))}, without which no service"
                " starts: set CHALLENGE_CONTENT as the server has it.",
                soft_wrap=True,
            )
        if self.folder.stat().st_dev == self.settings.home.stat().st_dev:
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
        "content": len(manifest.content),
        "linked": made.linked,
        "removed": made.removed,
        "bytes": manifest.bytes,
        "holds": asdict(manifest.census),
    }


def _make_key(place: Path) -> None:
    from challenge.backups import make_key

    made = make_key(place)
    console.print(
        f"Wrote key {made} to {escape(str(place))}. Keep a copy of it elsewhere, and"
        " never beside the backups: without it nobody opens them, we neither.",
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
        except Exception:
            # Whatever it is, the next one may succeed, and the day goes on.
            log.exception("A backup failed")
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
        Path | None, typer.Option(help="Home with all in it; or: CHALLENGE_HOME.")
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
    in after the backup is not in it; it says until when it goes, which submissions are
    lost, and who can do again what was taken away from them since.

    Example: `challenge restore /mnt/backups/20261123T051500Z --by "Your Name"`
    """
    from challenge.backups import read_key
    from challenge.backups import restore as put_back

    with explained():
        settings = read_settings()
        if into is not None:
            settings = _apart(settings, into)
        opened = read_key(key) if key else None
        with console.status("Checking, and putting back"):
            done = put_back(
                place,
                settings,
                by=by,
                now=datetime.now(UTC),
                key=opened,
                replace=replace,
            )
        if as_json:
            print_json(outcome(done))
        else:
            tell_outcome(done, settings, is_apart=into is not None)


def _apart(settings: Settings, home: Path) -> Settings:
    """Take a home with all in it: nothing that serves another day is touched."""
    from challenge.store.reaching import sqlite_file

    own: dict[str, Path | str | None]
    own = {"home": home, "files": None, "content": home / "content"}
    if sqlite_file(settings.database):
        own["database_url"] = ""
    return settings.model_copy(update=own)
