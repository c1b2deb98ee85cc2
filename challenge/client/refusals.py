"""What a script of a team says where something is refused: a sentence, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from challenge.errors import ChallengeError


@contextmanager
def explained() -> Iterator[None]:
    """End a script at a refusal, with what happened and what to do.

    For scripts; a notebook shows the exception itself, which has the same words.

    Yields
    ------
    None
        For the lines that may be refused, such as those that open data.

    Raises
    ------
    SystemExit
        In place of a `ChallengeError`: its words go to standard error, and the exit
        code is 1.

    Examples
    --------
    ::

        with explained():
            train = open_data("data").train
    """
    try:
        yield
    except ChallengeError as error:
        raise SystemExit(f"{error.message}\n{error.hint}".rstrip()) from error
