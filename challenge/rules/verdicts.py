"""The verdict: an order with reasons, written down by whoever leads the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from challenge.brief import Brief
from challenge.brief.names import folded
from challenge.errors import RequestRefusedError
from challenge.records import Principal
from challenge.rules.basis import RECORDED, Computed, awaited_finals, check_basis
from challenge.rules.blockers import verdict_demand
from challenge.rules.panel import check_deliberating, check_leads
from challenge.rules.text import check_text
from challenge.store import Unit
from challenge.store.verdicts import Decision

REASONS_LENGTH = 10_000
VERSIONS = "versions"
"""The field of a refusal since another version came between."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is about to be written down.

    Attributes
    ----------
    places : tuple of str
        Teams by place.
    reasons : str
        Why, for everybody.
    deviation : str
        Why it differs from the computed order; empty where it does not.
    """

    places: tuple[str, ...]
    reasons: str
    deviation: str = ""

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Take what was written down as a draft.

        Parameters
        ----------
        decision : Decision
            A version of the verdict.

        Returns
        -------
        Draft
            The same order, with the same texts.
        """
        return cls(decision.places, decision.reasons, decision.deviation)


def check_deciding(unit: Unit, person: Principal, brief: Brief, release: str) -> None:
    """Refuse a verdict before the panel is closed, and after the end.

    Where the model board has a part in it, a verdict also waits for the final scores:
    one that came later would change the order behind it.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    person : Principal
        Who wants to write it down.
    brief : Brief
        Says where the challenge begins, and what a verdict rests on.
    release : str
        ``slug/version``.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        If ballots or final scores that it rests on may still change, or the verdict is
        published already.
    """
    check_leads(person)
    check_deliberating(unit, brief)
    if waits := awaited_finals(unit, brief, release):
        raise RequestRefusedError(
            "finals",
            f"{', '.join(waits)} has no final score yet, which counts here.",
            hint="Wait for the worker, or let the organiser disqualify it.",
        )


def check_draft(draft: Draft, *, computed: Sequence[str]) -> Draft:
    """Accept an order with its reasons, or say what is wrong with it.

    Parameters
    ----------
    draft : Draft
        As it was typed.
    computed : sequence of str
        Judged teams in the order of the ballots.

    Returns
    -------
    Draft
        Without white space around its texts, and without a reason for a deviation
        that there is not.

    Raises
    ------
    RequestRefusedError
        If a team is missing or stands there twice, there are no reasons, or the order
        is another one than was computed without saying why.
    """
    if not draft.places or sorted(draft.places) != sorted(computed):
        raise RequestRefusedError(
            "places",
            "every judged team takes one place.",
            hint=f"Order these: {', '.join(computed)}.",
        )
    reasons = check_text("reasons", draft.reasons, longest=REASONS_LENGTH)
    deviates = draft.places != tuple(computed)
    deviation = check_text(
        "deviation",
        draft.deviation if deviates else "",
        shortest=int(deviates),
        longest=REASONS_LENGTH,
    )
    return Draft(draft.places, reasons, deviation)


def check_version(unit: Unit, draft: Draft, version: int, brief: Brief) -> None:
    """Refuse a verdict whose writer has not seen the last one.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    draft : Draft
        The same as the last one, which still holds: it was sent twice, which is
        nothing to refuse.
    version : int
        How many there were when its form was made.
    brief : Brief
        Says what a verdict rests on.

    Raises
    ------
    RequestRefusedError
        If another one came between.
    """
    if len(unit.verdicts.all()) != version and not _is_repeated(unit, draft, brief):
        raise RequestRefusedError(
            VERSIONS,
            "another verdict was written down meanwhile.",
            hint="Read it, and send this one again if it still holds.",
        )


def check_winner(draft: Draft, winner: str) -> None:
    """Refuse a verdict whose winner was not typed once more.

    Parameters
    ----------
    draft : Draft
        Who wins stands first.
    winner : str
        As it was typed; capitals and spaces do not count.

    Raises
    ------
    RequestRefusedError
        If it names another team.
    """
    if folded(winner) != folded(draft.places[0]):
        raise RequestRefusedError(
            "winner",
            f"{winner or 'nobody'} does not stand first.",
            hint=f"Type the name of the team that wins: {draft.places[0]}.",
        )


def decide(
    unit: Unit,
    person: Principal,
    draft: Draft,
    *,
    version: int,
    winner: str,
    computed: Computed,
    brief: Brief,
    release: str,
    now: datetime,
) -> None:
    """Write the verdict down; a later version holds, and earlier ones stay.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Chair or organiser.
    draft : Draft
        The order with its reasons.
    version : int
        How many versions there were when its form was made.
    winner : str
        Name of the team that wins, typed once more.
    computed : Computed
        Judged teams in the order of the ballots.
    brief : Brief
        Says where the challenge begins, and what a verdict rests on.
    release : str
        ``slug/version``.
    now : datetime
        Aware UTC.

    Raises
    ------
    PermissionDeniedError
        If they do not lead the panel.
    RequestRefusedError
        As `check_deciding`, `check_basis`, `check_draft`, `check_version` and
        `check_winner` do.
    """
    check_deciding(unit, person, brief, release)
    check_basis(unit, computed, brief, release)
    draft = check_draft(draft, computed=computed.places)
    unit.verdicts.hold()
    check_version(unit, draft, version, brief)
    check_winner(draft, winner)
    if _is_repeated(unit, draft, brief):
        return
    versions = unit.verdicts.all()
    unit.verdicts.add(**asdict(draft), by=person.name, now=now)
    unit.audit.add(
        person.name,
        RECORDED,
        draft.places[0],
        now=now,
        version=len(versions) + 1,
        before=list(versions[-1].places) if versions else None,
        after=list(draft.places),
        computed=list(computed.places),
    )


def _is_repeated(unit: Unit, draft: Draft, brief: Brief) -> bool:
    """Tell whether a draft says what the last version does, and that one holds."""
    known = unit.verdicts.all()
    same = bool(known) and Draft.of(known[-1]) == draft
    return same and not verdict_demand(unit, brief).count
