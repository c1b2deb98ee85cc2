"""What the figures of a challenge rest on, and whether real rows had a part in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from challenge.brief.definition import Brief

STATUS: Mapping[str, str] = {
    "published": "published figures",
    "assumed": "assumptions",
    "mpc": "figures computed together without sharing rows",
    "learned": "figures learned from real rows inside a partner's walls",
}


def personal(brief: Brief) -> str:
    """Say which part rows about people had.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    str
        The start of an English sentence.
    """
    learned = [f"`{p.name}`" for p in brief.partners if p.is_learned]
    if not learned:
        return "No personal data used"
    return f"Figures of {', '.join(learned)} were learned from real rows"


def collection(brief: Brief) -> Iterator[str]:
    """Say how the figures came about, and on what they rest.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Yields
    ------
    str
        A line of Markdown.
    """
    rows = "No row of a partner went in, so there was nobody to ask for consent."
    if any(partner.is_learned for partner in brief.partners):
        rows = (
            f"{personal(brief)} inside the partner's walls: no row left them, and"
            " the audit report says what was checked."
        )
    yield (
        "Nothing was collected. Partners gave schemas: columns with declared figures,"
        f" each with its provenance. {rows}"
    )
    yield ""
    sources = [c.source for partner in brief.partners for c in partner.columns]
    counts = Counter[str](source.status for source in sources)
    told = [f"{counts[s]} columns rest on {words}" for s, words in STATUS.items()]
    yield f"{'; '.join(told)}."
    published = {source.reference for source in sources if source.status != "assumed"}
    if published:
        yield from ("", "**Sources.**", "")
        yield from (f"- {reference}" for reference in sorted(published))
