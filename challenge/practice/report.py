"""The server's report of a model, as one page that needs nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from challenge.practice.data import Data
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from leaderboard import Scorecard
from leaderboard.language import language as language_of
from leaderboard.pages import ScorecardView, scorecard_fragment

if TYPE_CHECKING:
    from challenge.practice.running import Run

_PACKAGE = "challenge.practice"
# The web's own, so that the page looks as on the server.
_SHEETS = ("style.css", "charts.css")
# Answers that differ by less are the same, as on the server's page.
_SAME_BELOW = 1e-6
# A page of its own asks for no file; a font of the machine takes its place.
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")


def write_report(card: Scorecard, run: Run, data: Data, *, language: str = "nl") -> str:
    """Write what a model is worth on practice rows as a page.

    Parameters
    ----------
    card : Scorecard
        From `challenge.practice.evaluate`.
    run : Run
        Its title, warnings and log.
    data : Data
        Which release, and its words for groups.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        A whole HTML document; equal scorecards and runs give equal bytes.

    Raises
    ------
    LanguageUnknownError
        If no page is written in that language.
    """
    texts = report_texts(language)
    title = run.title or texts["untitled"]
    view = ScorecardView(
        scorecard=card,
        team=title,
        title=title,
        rows_kind="practice",
        language=language,
        labels=data.rules.labels[language],
    )
    environment = Environment(
        autoescape=True,
        loader=PackageLoader(_PACKAGE, ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        t=texts,
        language=language,
        data=data,
        challenge_title=getattr(data.rules.title, language),
        title=title,
        run=run,
        warnings=warnings_of(run, language),
        report=Markup(scorecard_fragment(view)),  # noqa: S704 - our own, escaped there
        notices=_notices(data, language),
        sheets=Markup(_styles()),  # noqa: S704 - our own files
    )


def report_texts(language: str) -> Mapping[str, str]:
    """Read the report's own texts.

    Parameters
    ----------
    language : str
        ``"nl"`` or ``"en"``; any other reads English.

    Returns
    -------
    mapping of str to str
        By key; some with ``{placeholders}``.
    """
    place = resources.files(_PACKAGE).joinpath("report.toml")
    words = tomllib.loads(place.read_text("utf-8"))
    found: dict[str, str] = words.get(language, words["en"])
    return found


def warnings_of(run: Run, language: str) -> list[str]:
    """Say what the server would warn of.

    Parameters
    ----------
    run : Run
        What came of running a bundle.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    list of str
        Sentences; those about packages are English, as on the server.
    """
    found = [*run.warnings]
    if run.repeat_difference is not None and run.repeat_difference >= _SAME_BELOW:
        difference = language_of(language).number(run.repeat_difference, 6)
        found.append(report_texts(language)["repeats"].format(difference=difference))
    return found


def _notices(data: Data, language: str) -> list[str]:
    always = [NOTICE[language], FORBIDDEN_USE[language]]
    return [*always, *([REHEARSAL[language]] if data.manifest.rehearsal else [])]


def _styles() -> str:
    folder = resources.files("challenge").joinpath("web", "static")
    sheets = (folder.joinpath(name).read_text("utf-8") for name in _SHEETS)
    return _FONT.sub("", "\n".join(sheets))
