"""Fill the templates of one language."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from leaderboard import charts
from leaderboard.language import language
from leaderboard.pages import figures
from leaderboard.ranking import reasons


def render(slug: str, name: str, **context: object) -> str:
    """Fill a template.

    Parameters
    ----------
    slug : str
        Language: ``"nl"`` or ``"en"``.
    name : str
        File under ``templates/``; its first comment lists the context.
    **context
        What the template asks for.

    Returns
    -------
    str
        Safe HTML without links.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the language.
    """
    return _environment(slug).get_template(name).render(context)


@cache
def _environment(slug: str) -> Environment:
    """Templates of one language, with its forms of numbers as filters."""
    words = language(slug)
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("leaderboard"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": words.number,
        "count": words.count,
        "interval": words.interval,
        "moment": words.moment,
    }
    # Jinja's own `count` is a second name for `length`, which we use.
    environment.globals |= {
        "t": words.texts,
        "words": words,
        "draw": charts,
        "figures": figures,
        "replace": replace,
        "reasons": reasons,
        "hundred": lambda tick: words.number(tick, 0, 100),
    }
    return environment
