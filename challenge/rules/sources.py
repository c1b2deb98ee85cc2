"""Source sets: which partners' tables somebody works with."""

from __future__ import annotations

from challenge.brief import Brief
from challenge.brief.sections import ALL
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.schema import Words

EVERYTHING = Words(nl="Alle bronnen", en="All sources")


def source_of(person: Principal | None, brief: Brief) -> str:
    """Name the source set of a reader.

    Parameters
    ----------
    person : Principal or None
        A team has the set it was registered with, else the brief's; whoever is no
        team reads the data with all tables.
    brief : Brief
        Names the sets, and the teams that have one.

    Returns
    -------
    str
        One of ``brief.source_names``.
    """
    if person is None or person.role is not Role.TEAM:
        return ALL
    return person.sources or brief.source_of(person.name)


def label_of(source: str, brief: Brief) -> Words:
    """Say what people call a source set.

    Parameters
    ----------
    source : str
        One of ``brief.source_names``.
    brief : Brief
        Has the labels.

    Returns
    -------
    Words
        In Dutch and English.
    """
    return {named.name: named.label for named in brief.sources}.get(source, EVERYTHING)


def check_source(source: str, brief: Brief) -> None:
    """Refuse a source set that the brief does not have.

    Parameters
    ----------
    source : str
        As somebody typed it.
    brief : Brief
        Names the sets.

    Raises
    ------
    RequestRefusedError
        If there is no such set.
    """
    if source not in brief.source_names:
        raise RequestRefusedError(
            "sources",
            f"there is no source set {source}.",
            hint=f"Choose one of: {', '.join(brief.source_names)}.",
        )


def features_of(source: str, brief: Brief) -> tuple[str, ...]:
    """List the features that a source set can fill.

    Parameters
    ----------
    source : str
        One of ``brief.source_names``.
    brief : Brief
        Says from which table each feature comes.

    Returns
    -------
    tuple of str
        In the order of the frame.
    """
    tables = brief.tables_of(source)
    return tuple(f.name for f in brief.features if f.table in tables)
