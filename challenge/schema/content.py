"""Records of what people write, and the faults they come back as.

A content file is validated by a frozen record. Whatever is wrong becomes a list of
`challenge.errors.Fault`, all of them at once.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from challenge.errors import Fault
from challenge.schema.documents import Document

_SLUGS = {"missing": "key-missing", "extra_forbidden": "key-unknown"}
_REPAIRS = {
    "key-missing": "Add this key.",
    "key-unknown": "Remove it, or check its spelling.",
}


class Content(BaseModel):
    """A frozen record of something a person wrote; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Words(Content):
    """One text in the two languages of the product.

    Attributes
    ----------
    nl, en : str
        Dutch (B1 level) and English.
    """

    nl: str
    en: str


def refusal(slug: str, problem: str, repair: str) -> PydanticCustomError:
    """Make the error that a record's validator raises for a fault of its own.

    Parameters
    ----------
    slug, problem, repair : str
        As in `challenge.errors.Fault`.

    Returns
    -------
    PydanticCustomError
        To be raised inside a validator.
    """
    return PydanticCustomError(
        slug, "{problem}", {"problem": problem, "repair": repair}
    )


def faults_of(document: Document, error: ValidationError) -> list[Fault]:
    """Translate a record's validation error into faults with a place.

    Parameters
    ----------
    document : Document
        The file that was validated.
    error : ValidationError
        What pydantic found.

    Returns
    -------
    list of Fault
        In file order, one for each error.
    """
    details = error.errors()
    faults = []
    for detail in details:
        # A list that is too short only because its items are at fault says nothing.
        inner = [
            d for d in details if d["loc"][:-1][: len(detail["loc"])] == detail["loc"]
        ]
        if detail["type"] == "too_short" and inner:
            continue
        kind = str(detail["type"])
        # pydantic's own kinds are written with underscores, ours with dashes.
        slug = _SLUGS.get(kind, kind if "-" in kind else "value-invalid")
        stock = _REPAIRS.get(slug, "Write a value of the kind asked for.")
        repair = str(detail.get("ctx", {}).get("repair", stock))
        problem = str(detail["msg"]).rstrip(".") + "."
        if slug == "value-invalid":
            problem += f" Found {detail['input']!r:.80}."
        faults.append(document.fault(detail["loc"], slug, problem, repair))
    return faults
