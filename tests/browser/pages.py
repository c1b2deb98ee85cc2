"""Every page, and who opens it: a new page is added here, or a test says so."""

from __future__ import annotations

from dataclasses import dataclass

from .day import JUROR, ORGANISER, OTHER_TEAM, TEAM

LANGUAGES = ("nl", "en")
# A laptop, a phone, and the narrowest that WCAG 2.1 asks of us.
WIDTHS = (1280, 390, 320)


@dataclass(frozen=True)
class Stop:
    """One page on the round.

    Attributes
    ----------
    route : str
        As the application names it; `Day.names` fills its parameters.
    reader : str
        Who opens it; empty: a visitor.
    names : tuple of (str, str)
        Parameters that are another than usual, by the name of their value.
    """

    route: str
    reader: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def path(self, names: dict[str, str]) -> str:
        """Write the path with its parameters filled in."""
        return self.route.format(**names | {key: names[as_] for key, as_ in self.names})

    def __str__(self) -> str:
        """Name it in a test's report, and in a picture's."""
        which = ".".join(as_ for _, as_ in self.names)
        return "-".join(part for part in (self.route, which, self.reader) if part)


PAGES = (
    Stop("/"),
    Stop("/challenge"),
    Stop("/data"),
    Stop("/data", TEAM),
    Stop("/login"),
    Stop("/api/docs"),
    Stop("/submissions", TEAM),
    Stop("/submissions/{submission_id}", TEAM),
    Stop(
        "/submissions/{submission_id}", OTHER_TEAM, (("submission_id", "refused_id"),)
    ),
    Stop("/submissions/{submission_id}/scorecard", TEAM),
    Stop("/organiser", ORGANISER),
    Stop("/organiser/verdict", ORGANISER),
    Stop("/", JUROR),
    Stop("/nowhere"),
)
# No page stands there: the error page is drawn.
NOWHERE = ("/nowhere",)
# A browser may ask for them, and what comes is no page.
NOT_PAGES: dict[str, str] = {}
