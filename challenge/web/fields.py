"""Fields of a form that follow from the rubric, or from the teams."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from challenge.brief import Brief
from challenge.records import Opinion


async def read_form(request: Request) -> FormData:
    """Read a form whose fields follow from the rubric.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    FormData
        Its fields.
    """
    return await request.form()


Fields = Annotated[FormData, Depends(read_form)]


def opinion_of(fields: FormData, brief: Brief) -> Opinion:
    """Read what stands on a ballot from a form.

    Parameters
    ----------
    fields : FormData
        ``points_<criterion>`` is 1 to 5, ``"none"`` or absent.
    brief : Brief
        Has the rubric.

    Returns
    -------
    Opinion
        As it was typed.
    """
    said = {c.slug: text_of(fields, f"points_{c.slug}") for c in brief.rubric}
    return Opinion(
        # Nine digits are beyond any scale, and thousands are no number at all.
        points={s: int(value[:9]) for s, value in said.items() if value.isdecimal()},
        abstained=tuple(slug for slug, value in said.items() if value == "none"),
        note=text_of(fields, "note"),
        private_note=text_of(fields, "private_note"),
    )


def version_of(fields: FormData) -> int | None:
    """Read which version of a ballot a form changes.

    Parameters
    ----------
    fields : FormData
        With or without ``version``.

    Returns
    -------
    int or None
        None where it is no number.
    """
    found = text_of(fields, "version")
    return int(found) if found.isdecimal() and len(found) < 9 else None


def text_of(fields: FormData, name: str) -> str:
    """Read one field as text.

    Parameters
    ----------
    fields : FormData
        Of any form.
    name : str
        Which field.

    Returns
    -------
    str
        With plain line breaks, without white space around it; empty if it is absent.
    """
    found = fields.get(name)
    return found.replace("\r\n", "\n").strip() if isinstance(found, str) else ""
