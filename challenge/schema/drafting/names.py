"""Column names, and headers that point at a person or a place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from challenge.schema.columns import Use
from challenge.schema.partners import STANDING

HOUSEHOLD = "hh_id"
RESERVED = {
    HOUSEHOLD,
    "child_id",
    "municipality",
    "district",
    "neighbourhood",
    "postcode",
    "set",
    "missing",
    STANDING,
}
"""Names that a challenge gives to something else."""

_PERSON = {
    "bsn|burgerservice|sofi|ssn|social_security|passport|paspoort":
        "is a person's number",
    "iban|rekening|bank_account|credit_card|creditcard": "is an account number",
    "e_?mail|telefoon|telephone|phone|mobiel|mobile|^tel$": "reaches a person",
    "(^|_)ip(v[46])?(_|$)|mac_address|user_agent|kenteken|licen[cs]e_plate":
        "reaches a person",
    "adres|address|straat|street|huisnummer|house_number": "is an address",
    "geboorte_?dat|birth_?dat|date_of_birth|(^|_)dob(_|$)": "is a date of birth",
    "(voor|achter|roep|meisjes|sur|first|last|full|maiden|user)_?(naam|name)s?":
        "is a person's name",
    "^(naam_.*|name_of_.*|initialen|initials)$": "is a person's name",
    # Not "opname" and "deelname": those are stays and taking part.
    "(^|_)(naam|names?)$|[a-z]naam$": "is a name",
    "^(?!(aantal|number_of|has|heeft|is|bij|naar)_)(.*_)?"
    "((huis|tand|kinder|jeugd)?arts|gp|general_practitioner|doctor|dokter|physician"
    "|midwife|verloskundige|behandelaar|therap(eut|ist)|(zorg|hulp)verlener"
    "|begeleider|medewerker|consulent|case_?(manager|worker)|social_worker|voogd"
    "|guardian|contact_?(persoon|person)|mentor|coach|teacher|leraar|leerkracht"
    "|docent)(_\\d+)?$": "is a person's name",
    "^(?!(aantal|number_of|has|heeft|is|bij|naar)_)(.*_)?"
    "((basis)?school|praktijk|kliniek|clinic|ziekenhuis|hospital|kinderdagverblijf"
    "|kinderopvang|instelling|institution|organi[sz]ati(e|on)|werkgever|employer"
    "|bedrijf|company)(_\\d+)?$": "is the name of an organisation",
    "^(?!(aantal|number_of|has|heeft)_)(.*_)?"
    "(opmerking(en)?|toelichting(en)?|notities?|memo|omschrijving|vrije_tekst|remarks?"
    "|comments?|notes|free_text)(_|$)": "is a free text",
}  # fmt: skip
_PLACE = (
    "(^|_)(gemeente|municipality|wijk|buurt|neighbou?rhood|district|woonplaats|city)"
    "_?(code|naam|name|nr|number)?(_|$)|postcode|postal|zip_?code|(^|_)pc[46](_|$)"
    "|latitude|longitude|(^|_)(lat|lon|lng)(_|$)"
)
_PROTECTED = (
    "herkomst|(^|_)origin(_|$)|nationalit|etnic|ethnic|migrat|religi|geloof|language"
    "|(^|_)(thuis|moeder|voer)?taal(_|$)|(^|_)tolk|interpreter|geslacht|gender"
    "|(^|_)sex(_|$)"
)
_KEY = (
    "(^|_)(id|ids|key|sleutel|uuid|guid|code|nr|nummer|number|pseudo\\w*)$|^(id|key)_|"
    "pseudoni|(client|klant|patient|persoons|dossier)_?(id|nr|nummer|number|code)"
)


def column_name(header: str) -> str:
    """Turn a header into a column name.

    Parameters
    ----------
    header : str
        As the source has it.

    Returns
    -------
    str
        Small letters, digits and underscores, a letter first; at most 48 long.

    Examples
    --------
    >>> column_name("Aantal Kinderen (<18)")
    'aantal_kinderen_18'
    >>> column_name("2020 café")
    'c_2020_cafe'
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:48].strip("_")
    return name if name[:1].isalpha() else f"c_{name}".rstrip("_")


def unique_names(
    headers: Iterable[str], table: str, taken: Iterable[str] = ()
) -> list[str]:
    """Give each header a column name of its own.

    Parameters
    ----------
    headers : iterable of str
        As the source has them.
    table : str
        Name of the table; stands before a name that is used elsewhere.
    taken : iterable of str
        Names used elsewhere.

    Returns
    -------
    list of str
        In the order of the headers.

    Examples
    --------
    >>> unique_names(["Work!", "work?", "set"], "cbs")
    ['work', 'cbs_work', 'cbs_set']
    """
    used, names = RESERVED | set(taken), []
    for header in headers:
        name = column_name(header)
        base = name if name not in used else f"{table}_{name}"
        name, number = base, 1
        while name in used:
            number += 1
            name = f"{base}_{number}"
        used.add(name)
        names.append(name)
    return names


def personal(header: str) -> str:
    """Say why a header cannot stand in a schema that leaves a partner.

    Parameters
    ----------
    header : str
        As the source has it.

    Returns
    -------
    str
        End of a sentence; empty if the header is fine.

    Examples
    --------
    >>> personal("E-mail"), personal("Gemeente"), personal("inkomen")
    ('reaches a person', 'is a place: areas are fictional here, see brief.toml', '')
    >>> personal("Huisarts"), personal("aantal_huisarts"), personal("opname")
    ("is a person's name", '', '')
    """
    name = column_name(header)
    for pattern, reason in _PERSON.items():
        if re.search(pattern, name):
            return reason
    is_place = re.search(_PLACE, name)
    return "is a place: areas are fictional here, see brief.toml" if is_place else ""


def is_key(header: str) -> bool:
    """Tell whether a header looks like a key.

    Parameters
    ----------
    header : str
        As the source has it.

    Returns
    -------
    bool
        True for ``client_id`` and its like.

    Examples
    --------
    >>> is_key("ClientNr"), is_key("number of rooms")
    (True, False)
    """
    return re.search(_KEY, column_name(header)) is not None


def use_of(header: str) -> Use:
    """Tell what a column may be used for, as far as its header says.

    Parameters
    ----------
    header : str
        As the source has it.

    Returns
    -------
    {"feature", "audit"}
        Origin, language and their like audit and never predict.

    Examples
    --------
    >>> use_of("Herkomst moeder"), use_of("inkomen")
    ('audit', 'feature')
    """
    return "audit" if re.search(_PROTECTED, column_name(header)) else "feature"
