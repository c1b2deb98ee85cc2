"""A shelf that is a folder of this machine, or one that every machine mounts."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from challenge.writing import flushed, settle


class Shelf(Protocol):
    """Whatever keeps files that every machine sees."""

    @property
    def folder(self) -> Path:
        """Folder of this machine where `bring` puts things, under their names."""
        ...

    def draft(
        self, name: Path, content: BinaryIO, *, is_private: bool = False
    ) -> AbstractContextManager[Callable[[], object]]:
        """Hold a file ready; it gets its name when what is given is called."""
        ...

    def bring(self, name: Path) -> Path:
        """Have a file on this machine, whole, and tell where."""
        ...

    def names(self, folder: str) -> set[str]:
        """List what has its name in a folder."""
        ...

    def check(self) -> None:
        """Really write something that does not stay."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A shelf on a disk: nothing is ever copied to be read.

    Attributes
    ----------
    folder : Path
        Which one; made when something comes into it.
    """

    folder: Path

    @contextmanager
    def draft(
        self, name: Path, content: BinaryIO, *, is_private: bool = False
    ) -> Iterator[Callable[[], object]]:
        """Write a file; it gets its name at once when the block calls for it.

        The slow part comes before the block, so that a transaction in it is short. A
        block that does not call leaves nothing.

        Parameters
        ----------
        name : Path
            Relative to the folder; what has it is replaced.
        content : binary file
            Read from where it is, to its end.
        is_private : bool
            Whether this account alone may read the file and look into its folders.

        Yields
        ------
        callable
            Gives the file its name; without arguments.

        Raises
        ------
        OSError
            If it cannot be written; nothing of it stays.
        """
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        for parent in name.parents[:-1] if is_private else ():
            (self.folder / parent).chmod(0o700)
        draft = place.with_name(f".{secrets.token_hex(8)}.draft")
        try:
            with flushed(draft, is_private=is_private) as file:
                shutil.copyfileobj(content, file)
            yield partial(settle, draft, place)
        finally:
            draft.unlink(missing_ok=True)

    def bring(self, name: Path) -> Path:
        """Tell where a file stands.

        Parameters
        ----------
        name : Path
            Relative to the folder.

        Returns
        -------
        Path
            In the folder itself.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        """
        place = self.folder / name
        place.stat()
        return place

    def names(self, folder: str) -> set[str]:
        """List what has its name in a folder.

        Parameters
        ----------
        folder : str
            Such as ``bundles``.

        Returns
        -------
        set of str
            Names of files; drafts of an upload that was cut off do not count, and a
            folder that nobody made yet is empty.
        """
        place = self.folder / folder
        if not place.is_dir():
            return set()
        with os.scandir(place) as entries:
            return {entry.name for entry in entries if entry.name[0] != "."}

    def check(self) -> None:
        """Really write something that does not stay.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with self.draft(Path("check"), io.BytesIO(b"check")):
            pass
