"""Invitation cards as one file, to print where no server runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from markupsafe import Markup

from challenge.brief import Brief
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.web.cards import Made, draw_card
from challenge.web.pages import environment, texts
from challenge.web.site import LOCAL
from challenge.web.statics import FOLDER

Paper = Literal["a4", "a6"]
Language = Literal["nl", "en"]


def write_cards(
    made: Sequence[Made],
    *,
    brief: Brief,
    site: str,
    language: Language = "nl",
    paper: Paper = "a4",
) -> str:
    """Write cards as HTML that loads nothing: styles and QR codes are in it.

    Parameters
    ----------
    made : sequence of tuple of Invitation and str
        As they were just made, each with its code.
    brief : Brief
        Says which challenge, and on which clock a link ends.
    site : str
        Address that the world knows the server by.
    language : {"nl", "en"}
        Of the roles; what to do stands on each card in both.
    paper : {"a4", "a6"}
        Four cards on a sheet to cut, or one on each.

    Returns
    -------
    str
        Holds the codes: for the printer, and for nobody else.
    """
    place = f"{site.rstrip('/')}/"
    shown = {
        "cards": [draw_card(place, one, brief.event.clock) for one in made],
        "t": texts(language),
        "challenge_title": getattr(brief.title, language),
        "language": language,
        # Ours, and no text of anybody: it must not be escaped to work.
        "style": Markup((FOLDER / "cards.css").read_text("utf-8")),  # noqa: S704
        "paper": paper,
        "local": is_local(site),
        "notices": (NOTICE[language], FORBIDDEN_USE[language]),
    }
    return environment().get_template("people/card_file.html").render(shown)


def is_local(site: str) -> bool:
    """Tell whether an address leads to the machine itself, on a phone to the phone.

    Parameters
    ----------
    site : str
        With its scheme.

    Returns
    -------
    bool
        True for names of this machine.
    """
    return urlsplit(site).hostname in LOCAL
