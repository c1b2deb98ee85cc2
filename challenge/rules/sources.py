"""Source sets: which partners' tables somebody works with."""

from __future__ import annotations

from challenge.brief import Brief
from challenge.brief.sections import ALL
from challenge.errors import RequestRefusedError
from challenge.records import Principal, Role
from challenge.schema import Words

EVERYTHING = Words(nl="Alle bronnen", en="All sources")
UNDECIDED = Words(nl="Nog niet gekozen", en="Not chosen yet")


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

    Raises
    ------
    RequestRefusedError
        If it is a team of which neither says so: it gets nothing, rather than all.
    """
    if person is None or person.role is not Role.TEAM:
        return ALL
    return set_for(person.name, brief, chosen=person.sources)


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


def label_for(team: Principal, brief: Brief) -> Words:
    """Say to an organiser which source set a team has, or that somebody has to choose.

    Parameters
    ----------
    team : Principal
        Registered; perhaps before the brief had source sets.
    brief : Brief
        Names the sets.

    Returns
    -------
    Words
        In Dutch and English.
    """
    try:
        return label_of(source_of(team, brief), brief)
    except RequestRefusedError:
        return UNDECIDED


def set_for(team: str, brief: Brief, *, chosen: str = "") -> str:
    """Name the source set that a team of this name gets.

    Parameters
    ----------
    team : str
        Its name; the brief may know it.
    brief : Brief
        Names the sets, and the teams that have one.
    chosen : str
        Set that the organiser chose for it; empty: the brief says which.

    Returns
    -------
    str
        One of ``brief.source_names``; the one with everything where there is no other.

    Raises
    ------
    RequestRefusedError
        If there is no such set, or nobody chose.
    """
    found = chosen or brief.source_of(team)
    if found in brief.source_names:
        return found
    problem = (
        f"there is no source set {found}."
        if found
        else f"the brief names no team {team}, so somebody has to choose."
    )
    every = ", ".join(brief.source_names)
    hint = f"Add the team with `--sources` and one of: {every}."
    raise RequestRefusedError("sources", problem, hint=hint)


def check_choice(team: Principal, brief: Brief) -> None:
    """Refuse a choice for a team to which the brief gives another set.

    Parameters
    ----------
    team : Principal
        As it is being registered.
    brief : Brief
        Its word goes before that of the command line.

    Raises
    ------
    RequestRefusedError
        If the two differ.
    """
    named = brief.source_of(team.name)
    if named is not None and team.sources not in ("", named):
        raise RequestRefusedError(
            "sources",
            f"the brief gives {team.name} the set {named}, not {team.sources}.",
            hint="Leave `--sources` out, or change the team in brief.toml.",
        )


def core_of(brief: Brief) -> tuple[str, ...]:
    """List the partners whose tables every team gets.

    Parameters
    ----------
    brief : Brief
        Names the tables of the core.

    Returns
    -------
    tuple of str
        As the schemas call them, each once; empty where every team gets every table.
    """
    named = {partner.name: partner.partner for partner in brief.partners}
    return tuple(dict.fromkeys(named[table] for table in brief.core))


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
