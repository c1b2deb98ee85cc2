"""Why is my place this? Four sentences, from the facts on a row of the board."""

from __future__ import annotations

from leaderboard.language import Language
from leaderboard.language import language as language_of
from leaderboard.ranking.board import Row


def reasons(row: Row, language: str) -> tuple[str, str, str, str]:
    """Explain one place, in words that hold for whoever reads them.

    They say what the row holds and nothing else: what `leaderboard.readers.release_row`
    took out of it, they cannot tell. No sentence holds a difference or a margin: how
    much a team is short would be an equation in the hidden labels, and an invitation
    to climb on chance.

    Parameters
    ----------
    row : Row
        From `leaderboard.rank`, as far as its reader may see it.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    tuple of str
        The place and who is certainly above and below; the score with its
        interval; the policy; why the row is listed here.

    Raises
    ------
    LanguageUnknownError
        If there are no sentences in `language`.

    Examples
    --------
    >>> from leaderboard.ranking.board import Why
    >>> from leaderboard.estimates import Estimate
    >>> why = Why(ranked=3, below=2, listed_by="alone")
    >>> row = Row("a", 1, 1, True, Estimate(0.104, 0.095, 0.113), None, None, why)
    >>> reasons(row, "en")[1]
    'The scaled Brier score is 0.104 (95% interval 0.095 to 0.113); higher is better.'
    """
    spoken = language_of(language)
    texts = spoken.texts
    policy = row.policy.state if row.policy else "none"
    return (
        _place(row, spoken),
        texts["why_score"].format(
            value=spoken.number(row.score.value),
            interval=spoken.interval_aloud(row.score, 3),
        ),
        texts[f"why_policy_{policy}"],
        _listing(row, spoken),
    )


def _place(row: Row, language: Language) -> str:
    texts, why = language.texts, row.why
    if row.outside:
        return texts["why_outside"]
    if why.ranked == 1:
        return texts["why_only"]
    return texts[
        "why_place" if row.place_low == row.place_high else "why_places"
    ].format(
        low=row.place_low,
        high=row.place_high,
        above=_counted("why_above", why.above, language),
        below=_counted("why_below", why.below, language),
    )


def _counted(key: str, count: int, language: Language) -> str:
    """Say how many, with the words for none and for one."""
    texts = language.texts
    return texts.get(f"{key}_{count}", texts[key]).format(count=language.count(count))


def _listing(row: Row, language: Language) -> str:
    texts = language.texts
    if row.outside is None:
        return texts[f"why_listed_{row.why.listed_by}"]
    unknown = texts["outside_other"].format(reason=row.outside)
    return texts.get(f"why_listed_{row.outside}", unknown)
