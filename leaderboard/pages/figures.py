"""Turn estimates into the marks that a row of a table draws, with their words.

Between the records, which know no language, and the templates, which do no
arithmetic. What a mark says to a screen reader is made here, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leaderboard.charts import Mark
from leaderboard.estimates import Estimate
from leaderboard.language import Language
from leaderboard.records import Scorecard


@dataclass(frozen=True, slots=True)
class Entry:
    """One team with its practice figures, in the order of the board.

    Attributes
    ----------
    name : str
        Name of the team.
    card : Scorecard
        Its published scorecard of the practice rows.
    own : bool
        Whether the reader belongs to this team.
    outside : bool
        Whether it stands outside the ranking.
    """

    name: str
    card: Scorecard
    own: bool = False
    outside: bool = False


def score_mark(entry_name: str, score: Estimate, language: Language) -> Mark:
    """Draw a score on the board.

    Parameters
    ----------
    entry_name : str
        Name of the team.
    score : Estimate
        Scaled Brier score; higher is better.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, score and interval in its title.
    """
    title = language.texts["board_mark"].format(
        team=entry_name,
        score=language.number(score.value),
        interval=language.interval_aloud(score, 3),
    )
    return Mark(title, score)


def missed_mark(name: str, rate: Estimate | None, language: Language) -> Mark:
    """Draw a share that is not recognised, or the hatch.

    Parameters
    ----------
    name : str
        Team or group.
    rate : Estimate or None
        Share in [0, 1]; None where suppressed.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, share and interval in its title.
    """
    if rate is None:
        return Mark(f"{name}: {language.texts['suppressed']}", None)
    title = language.texts["missed_mark"].format(
        team=name,
        value=language.number(rate.value, 0, 100, "%"),
        interval=language.interval_aloud(rate, 0, 100),
    )
    return Mark(title, rate)


def ratio_mark(name: str, ratio: Estimate | None, language: Language) -> Mark:
    """Draw observed divided by expected, or the hatch.

    Parameters
    ----------
    name : str
        The group.
    ratio : Estimate or None
        1 is exactly right; None where suppressed.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, ratio and interval in its title.
    """
    if ratio is None:
        return Mark(f"{name}: {language.texts['suppressed']}", None)
    title = language.texts["missed_mark"].format(
        team=name,
        value=language.number(ratio.value, 2),
        interval=language.interval_aloud(ratio, 2),
    )
    return Mark(title, ratio)


def ends(estimates: Iterable[Estimate | None]) -> list[float]:
    """List every value and interval end that an axis must cover.

    Parameters
    ----------
    estimates : iterable of Estimate or None
        None is left out.

    Returns
    -------
    list of float
        In the unit of the estimates.
    """
    return [
        number
        for estimate in estimates
        if estimate is not None
        for number in (estimate.value, estimate.low, estimate.high)
        if number is not None
    ]
