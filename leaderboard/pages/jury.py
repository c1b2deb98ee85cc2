"""Write what the jury says so far: teams, jurors, agreement, and what weights do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leaderboard.charts import Mark
from leaderboard.charts.axes import axis_over
from leaderboard.estimates import Estimate
from leaderboard.jury import JurorResult, JuryResult, TeamResult, Weighted
from leaderboard.language import Language, language
from leaderboard.pages.figures import ends
from leaderboard.pages.rendering import render

_DIGITS = 2  # of points, which are means of whole numbers


@dataclass(frozen=True, slots=True)
class JuryView:
    """What one reader may see of the jury's verdict.

    Attributes
    ----------
    result : JuryResult or None
        Of `leaderboard.jury.tally_ballots`; None before the first points.
    language : str
        ``"nl"`` or ``"en"``.
    criteria : mapping of str to str
        Word for each criterion, in `language`; what is absent shows as it is.
    scale : tuple of float
        Fewest and most points; no interval stretches the axis beyond them.
    unjudged : tuple of str
        Teams that pitched and have no points.
    recusals : tuple of (str, str)
        Juror and team.
    tie_set : tuple of str or None
        The only teams that compete; None where all do.
    weighted : Weighted or None
        Of `leaderboard.jury.weigh`; None where nothing is weighed.
    unweighted : tuple of str
        Judged teams that weights leave out.
    """

    result: JuryResult | None
    language: str = "nl"
    criteria: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[float, float] = (1.0, 5.0)
    unjudged: tuple[str, ...] = ()
    recusals: tuple[tuple[str, str], ...] = ()
    tie_set: tuple[str, ...] | None = None
    weighted: Weighted | None = None
    unweighted: tuple[str, ...] = ()


def jury_fragment(view: JuryView) -> str:
    """Write the verdict as it stands, plain means first.

    Parameters
    ----------
    view : JuryView
        What the reader may see.

    Returns
    -------
    str
        Safe HTML without links: a dot with its whisker per team, how strict each
        juror is, alpha per criterion, and the winner at other weights.

    Raises
    ------
    LanguageUnknownError
        If no page is written in the view's language.
    """
    words = language(view.language)
    teams = view.result.teams if view.result else ()
    jurors = view.result.jurors if view.result else ()
    # A little room, so that no dot stands in the next column.
    severities = [1.2 * juror.severity for juror in jurors]
    return render(
        view.language,
        "jury.html",
        view=view,
        digits=_DIGITS,
        teams=[(team, team_mark(team, words)) for team in teams],
        jurors=[(juror, *_severity(juror, words)) for juror in jurors],
        # Without an error nothing compares jurors, and a severity of 0 says nothing.
        compared=any(team.error is not None for team in teams),
        score_axis=axis_over(ends(team.score for team in teams), within=view.scale),
        severity_axis=axis_over([-1.0, 1.0, *severities], steps=4),
    )


def team_mark(team: TeamResult, language: Language) -> Mark:
    """Draw a team's score; in grey where it does not compete.

    Parameters
    ----------
    team : TeamResult
        Of the jury.
    language : Language
        Of the page.

    Returns
    -------
    Mark
        With name, score and interval in its title.
    """
    title = language.texts["board_mark"].format(
        team=team.team,
        score=language.number(team.score.value, _DIGITS),
        interval=language.interval_aloud(
            team.score, _DIGITS, absent="jury_no_interval"
        ),
    )
    return Mark(title, team.score, muted=team.place_low is None)


def _severity(juror: JurorResult, language: Language) -> tuple[str, Mark]:
    """Say a severity in words, and draw it."""
    points = language.number(abs(juror.severity), _DIGITS)
    if points == language.number(0, _DIGITS):
        words = language.texts["jury_usual"]
    else:
        key = "jury_stricter" if juror.severity > 0 else "jury_milder"
        words = language.texts[key].format(points=points)
    return words, Mark(f"{juror.juror}: {words}", Estimate(juror.severity))
