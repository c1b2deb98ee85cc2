"""What stands between backticks in a sentence of ours, drawn as code."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_CODE = re.compile(r"`([^`]+)`")


def coded(sentence: str) -> Markup:
    """Draw commands and names of files in a sentence as code; escape all of it.

    Parameters
    ----------
    sentence : str
        Also what somebody typed may stand in it.

    Returns
    -------
    Markup
        Safe HTML.

    Examples
    --------
    >>> coded("Run `challenge doctor`, not <b>.")
    Markup('Run <code>challenge doctor</code>, not &lt;b&gt;.')
    """
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704
