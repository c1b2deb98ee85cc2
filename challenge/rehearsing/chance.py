"""Where the chance of a rehearsal comes from: its seed, and what it is for."""

from __future__ import annotations

from random import Random


def stream(*purpose: object) -> Random:
    """Give a source of chance that is one purpose's alone.

    One team more, or one fault less, leaves everything else as it was.

    Parameters
    ----------
    *purpose : object
        The seed, and what is drawn; written as text.

    Returns
    -------
    Random
        The same for the same purpose.
    """
    return Random(":".join(map(str, purpose)))  # noqa: S311 - to be repeated
