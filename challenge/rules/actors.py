"""Who the audit table says did something: a person, or a part of the service."""

from __future__ import annotations

from challenge.brief.names import folded
from challenge.errors import RequestRefusedError
from challenge.rules.text import check_name

NAME_LENGTH = 80
# What the audit log calls whoever is no person.
ACTORS = frozenset({"schedule", "command line", "demo", "worker", "a visitor"})


def check_actor(name: str) -> str:
    """Accept the name of a person who takes responsibility at the terminal.

    Parameters
    ----------
    name : str
        As it was typed after ``--by``.

    Returns
    -------
    str
        As it will be kept.

    Raises
    ------
    RequestRefusedError
        If it is empty, too long, cannot be shown, may read as another one, or is what
        the audit log calls a part of the service.
    """
    name = check_name(name, longest=NAME_LENGTH, field="--by")
    if folded(name) in ACTORS:
        raise RequestRefusedError(
            "--by",
            f"the audit log calls the service {name}.",
            hint="Write the name of a person.",
        )
    return name
