"""A refusal, as the form that was refused says it beside its field."""

from __future__ import annotations

from fastapi import Request

from challenge.errors import RequestRefusedError
from challenge.web.pages import choose_language, texts


def mistakes(
    request: Request, area: str, wrong: RequestRefusedError | None
) -> dict[str, str]:
    """Say what is wrong with which field, for the macros of forms.html.

    Parameters
    ----------
    request : Request
        Says which language.
    area : str
        First word of the texts, as in ``{area}_wrong_{field}``.
    wrong : RequestRefusedError or None
        Why the form was refused.

    Returns
    -------
    dict of str to str
        Field to sentence; without a text of its own, the service's English one.
    """
    if wrong is None:
        return {}
    said = texts(choose_language(request))
    return {wrong.field: said.get(f"{area}_wrong_{wrong.field}", wrong.message)}
