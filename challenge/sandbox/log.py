"""What a guest prints: the first part of it is kept, the rest is dropped."""

from __future__ import annotations

import os

from challenge.sandbox.printable import strip_invisible

LOG_BYTES = 64 * 1024
_CHUNK = 1 << 16


class Log:
    """The reading end of a pipe that a guest prints to.

    Parameters
    ----------
    pipe : int
        Descriptor of the reading end; it is closed with the log.

    Attributes
    ----------
    pipe : int or None
        The same; None once the log is closed.
    """

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self.pipe: int | None = pipe
        self._kept = bytearray()
        self._is_cut = False

    @property
    def text(self) -> str:
        """What was kept: text, at most 64 KiB of it, marked when there was more."""
        text = strip_invisible(self._kept.decode(errors="replace"))
        cut = f"\n[log cut at {LOG_BYTES // 1024} KiB]\n"
        return text + cut if self._is_cut else text

    def drain(self) -> bool:
        """Keep the first part of what is there and drop the rest.

        Returns
        -------
        bool
            Whether more may come.
        """
        if self.pipe is None:
            return False
        for _ in range(16):  # a flood may not keep us here
            try:
                part = os.read(self.pipe, _CHUNK)
            except BlockingIOError:
                return True
            if not part:
                return False
            room = LOG_BYTES - len(self._kept)
            self._kept += part[:room]
            self._is_cut = self._is_cut or len(part) > room
        return True

    def mark(self) -> tuple[int, bool]:
        """Remember what is there now.

        Returns
        -------
        tuple of int and bool
            For `cut`.
        """
        self.drain()
        return len(self._kept), self._is_cut

    def cut(self, mark: tuple[int, bool]) -> None:
        """Forget what was printed since a mark.

        Parameters
        ----------
        mark : tuple of int and bool
            From `mark`.
        """
        self.drain()
        length, self._is_cut = mark
        del self._kept[length:]

    def close(self) -> None:
        """Keep what is there and listen no more."""
        if self.pipe is not None:
            self.drain()
            os.close(self.pipe)
            self.pipe = None
