"""Drafts: where a release grows until it is whole, and what a killed build left.

A living build holds a lock on its draft, which ends with the process, however it
ends. A draft that nobody holds is abandoned: it is resumed when the plan is the same,
or cleared away by the next build. Only a folder that nobody else could write is one:
a planted seed would make a release that somebody can repeat.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from challenge.errors import ChallengeError
from challenge.locks import locked
from challenge.synthesis.parts import Parts
from challenge.synthesis.secret import Secret
from challenge.writing import whole

_NAME = ".building-"
_NOTE = "draft.json"
_Bits = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Note(BaseModel):
    """What a draft knows of its plan; its seed makes it a secret."""

    model_config = ConfigDict(frozen=True)

    plan: str
    seed: _Bits
    salt: _Bits
    rehearsal: bool

    @property
    def secret(self) -> Secret:
        """The secret with which its parts were drawn."""
        seed, salt = bytes.fromhex(self.seed), bytes.fromhex(self.salt)
        return Secret(seed, salt, self.rehearsal)

    def is_of(self, plan: str, seed: int | None) -> bool:
        """Whether a build of this plan, with this seed if one is given, goes on."""
        return self.plan == plan and (seed is None or self.secret == Secret.make(seed))


@dataclass(frozen=True, slots=True)
class Draft:
    """A release that is being built.

    Attributes
    ----------
    folder : Path
        For its owner's eyes alone, until it is whole.
    secret : Secret
        Seed and salt of the build.
    """

    folder: Path
    secret: Secret

    @property
    def parts(self) -> Parts:
        """The partitions drawn so far."""
        return Parts(self.folder / "parts")

    def empty(self) -> None:
        """Take away everything but the parts: half-written files of a killed build."""
        for name in ("public", "sealed"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def finish(self) -> None:
        """Take away what a release does not have, and let others read the rest.

        The note goes first: a draft without one is never resumed, so nobody takes
        half of the parts for all of them.
        """
        (self.folder / _NOTE).unlink()
        shutil.rmtree(self.parts.folder)
        self.folder.chmod(0o755)


@contextmanager
def open_draft(
    place: Path,
    plan: str,
    seed: int | None,
    *,
    resume: bool,
    make: Callable[[int | None], Secret] = Secret.make,
) -> Iterator[Draft]:
    """Start a draft, or take up an abandoned one.

    It stays behind when the build is interrupted, to be resumed; a refusal takes it
    away, since nothing would become of it.

    Parameters
    ----------
    place : Path
        Folder of the challenge's releases.
    plan : str
        Tells plans apart.
    seed : int or None
        Somebody typed it; None: of a new draft random, of one that is resumed any.
    resume : bool
        Take up a draft of the same plan, secret and all, if there is one, and leave
        those of other plans; otherwise clear every abandoned draft away.
    make : callable
        Makes a new secret of the seed, or refuses before anything is cleared away.

    Yields
    ------
    Draft
        Held by this process alone.
    """
    # Where nothing can be resumed, a refusal leaves no folder either.
    first = None if place.is_dir() else make(seed)
    for folder in (place.parent, place):
        # Whatever the umask is, nobody else of the group moves a release aside.
        folder.mkdir(0o755, parents=True, exist_ok=True)
    with ExitStack() as held:
        # Nobody else may mistake a draft for abandoned while it is being made.
        with locked(place):
            draft = _abandoned(place, plan, seed, held) if resume else None
            secret = draft.secret if draft else first or make(seed)
            _clear(place, noted=not resume)
            draft = draft or _new(place, plan, secret, held)
        draft.empty()
        try:
            yield draft
        except ChallengeError:
            _remove(draft.folder)
            raise


def has_abandoned(place: Path) -> bool:
    """Tell whether the next build that does not resume clears any rows away.

    Parameters
    ----------
    place : Path
        Folder of the challenge's releases; it need not be there.

    Returns
    -------
    bool
        Whether an interrupted build left a draft that nobody holds.
    """
    if not place.is_dir():
        return False
    with locked(place), ExitStack() as held:
        return any(_hold(f, held) and _known(f) for f in place.glob(f"{_NAME}*"))


def _new(place: Path, plan: str, secret: Secret, held: ExitStack) -> Draft:
    """Make a draft and hold it."""
    folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=place))
    held.enter_context(locked(folder))
    note = _Note(
        plan=plan,
        seed=secret.seed.hex(),
        salt=secret.salt.hex(),
        rehearsal=secret.rehearsal,
    )
    with whole(folder / _NOTE) as file:
        file.write(note.model_dump_json().encode())
    return Draft(folder, secret)


def _abandoned(
    place: Path, plan: str, seed: int | None, held: ExitStack
) -> Draft | None:
    """Find and hold a draft of this plan that nobody holds; a real event's first."""
    notes = {folder: _known(folder) for folder in sorted(place.glob(f"{_NAME}*"))}
    mine = {folder: n for folder, n in notes.items() if n and n.is_of(plan, seed)}
    for folder, note in sorted(mine.items(), key=lambda item: item[1].rehearsal):
        with ExitStack() as own:
            # Held first: until then its builder may have altered it.
            if _hold(folder, own) and _known(folder) == note:
                held.push(own.pop_all())
                return Draft(folder, note.secret)
    return None


def _clear(place: Path, *, noted: bool) -> None:
    """Remove drafts that nobody holds: those without a note, or all."""
    for folder in place.glob(f"{_NAME}*"):
        with ExitStack() as mine:
            if _hold(folder, mine) and (noted or _known(folder) is None):
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a draft; its note first, so that nobody resumes the other half."""
    (folder / _NOTE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _known(folder: Path) -> _Note | None:
    """Read the note of a draft; None unless its owner alone can have left it so."""
    note = folder / _NOTE
    try:
        if S_IMODE(folder.lstat().st_mode) != 0o700 or not _is_own_file(note.lstat()):
            return None
        return _Note.model_validate_json(note.read_bytes())
    except (OSError, ValueError):
        return None


def _is_own_file(found: os.stat_result) -> bool:
    return S_ISREG(found.st_mode) and found.st_uid == os.geteuid()


def _hold(folder: Path, held: ExitStack) -> bool:
    """Hold a draft of our own; False if another has it, or made a release of it."""
    import fcntl  # not on Windows, where a team reads releases and builds none

    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    held.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found, here = os.fstat(handle), folder.lstat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and os.path.samestat(found, here)
