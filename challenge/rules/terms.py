"""The terms of a release: what whoever downloads it agrees to, once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from challenge.brief import Brief
from challenge.errors import RequestRefusedError, TermsNotAcceptedError
from challenge.records import Principal, Role
from challenge.store import Unit
from challenge.synthesis import Release
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE


@dataclass(frozen=True)
class Terms:
    """What whoever downloads one release agrees to.

    Attributes
    ----------
    release : str
        ``slug/version``.
    text : dict of str to tuple of str
        The terms in order, by language.
    """

    release: str
    text: dict[str, tuple[str, ...]]

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the release's name and of every word, in both languages."""
        whole = json.dumps([self.release, self.text], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()

    def binds(self, person: Principal) -> bool:
        """Tell whether somebody must accept before a download.

        Parameters
        ----------
        person : Principal
            Who wants a file.

        Returns
        -------
        bool
            False for an organiser: they set the terms.
        """
        return person.role is not Role.ORGANISER


def terms_of(brief: Brief, release: Release) -> Terms:
    """Write the terms of a release from its brief.

    Parameters
    ----------
    brief : Brief
        Names the challenge and what is for auditing only.
    release : Release
        Which one.

    Returns
    -------
    Terms
        In Dutch and English; the same brief and release give the same digest.
    """
    path = Path(__file__).with_name("terms.toml")
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    facts = {
        language: {
            "notice": NOTICE[language],
            "forbidden_use": FORBIDDEN_USE[language],
            "title": getattr(brief.title, language),
            "audited": ", ".join(getattr(a.label, language) for a in brief.protected),
        }
        for language in text
    }
    return Terms(
        release=release.name,
        text={
            language: tuple(term.format(**facts[language]) for term in terms)
            for language, terms in text.items()
        },
    )


def accept(
    unit: Unit, person: Principal, terms: Terms, *, sha256: str, now: datetime
) -> datetime:
    """Record that somebody accepts the terms; doing it again changes nothing.

    Parameters
    ----------
    unit : Unit
        An open writing transaction.
    person : Principal
        Who accepts: a team's token speaks for the team.
    terms : Terms
        As they are now.
    sha256 : str
        Hex digest of the terms that they read.
    now : datetime
        Aware UTC.

    Returns
    -------
    datetime
        When they were accepted the first time.

    Raises
    ------
    RequestRefusedError
        If they read other terms than these.
    """
    if sha256 != terms.sha256:
        raise RequestRefusedError(
            "sha256",
            "these are not the terms of this release.",
            hint="Read the terms again, and accept them with the digest beside them.",
        )
    already = unit.handouts.accepted_at(person, terms.sha256)
    if already is None:
        unit.handouts.accept(person, terms.release, terms.sha256, now=now)
        unit.audit.add(
            person.name,
            "accept terms",
            terms.release,
            now=now,
            role=person.role,
            sha256=terms.sha256,
        )
    return already or now


def check_accepted(unit: Unit, person: Principal, terms: Terms) -> None:
    """Let somebody download only after they accepted the terms.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    person : Principal
        Who wants a file.
    terms : Terms
        Of its release.

    Raises
    ------
    TermsNotAcceptedError
        If they have to accept them first.
    """
    if terms.binds(person) and unit.handouts.accepted_at(person, terms.sha256) is None:
        raise TermsNotAcceptedError(terms.release)
