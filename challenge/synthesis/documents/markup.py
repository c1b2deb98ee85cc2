"""Texts that stay texts in Markdown: no tags, no links, nothing that a page would run.

Whoever writes a schema decides what stands in documents that everybody opens, and
Markdown lets HTML through.

References
----------
CommonMark 0.31, sections 6.1 (code spans), 6.3 (links) and 6.6 (raw HTML).
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from challenge.schema import Content

Told = TypeVar("Told")

_TAG = re.compile(r"<(?!https?://[^<>\s]*>)")
_BREAKS_CODE = set("`<&|\\")


def plain(told: Told) -> Told:
    """Make every text in something harmless; keys stay as they are.

    Parameters
    ----------
    told : object
        A text, or a record, mapping or list with texts in it.

    Returns
    -------
    object
        The same, with each text on one line, without a tag or a link.

    Examples
    --------
    >>> plain({"nl": "<b>R&D</b>"})
    {'nl': '&lt;b>R&amp;D&lt;/b>'}
    """
    made: Any = told
    if isinstance(told, str):
        text = " ".join(told.split()).replace("&", "&amp;").replace("<", "&lt;")
        made = text.replace("](", "]&#40;")
    elif isinstance(told, Content):
        fields = type(told).model_fields
        made = told.model_copy(update={f: plain(getattr(told, f)) for f in fields})
    elif isinstance(told, dict):
        made = {key: plain(value) for key, value in told.items()}
    elif isinstance(told, list | tuple):
        made = type(told)(plain(value) for value in told)
    return made  # type: ignore[no-any-return]


def code(value: str) -> str:
    """Show a value as it stands in a file.

    Parameters
    ----------
    value : str
        One line.

    Returns
    -------
    str
        Between backticks, or in an element if it has marks that end those.

    Examples
    --------
    >>> code("couple"), code("<20")
    ('`couple`', '<code>&lt;20</code>')
    """
    return f"<code>{plain(value)}</code>" if set(value) & _BREAKS_CODE else f"`{value}`"


def own_words(text: str) -> str:
    """Keep an organiser's Markdown, and take the tags out of it.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    str
        The same; an address between angle brackets stays one.
    """
    return _TAG.sub("&lt;", text)
