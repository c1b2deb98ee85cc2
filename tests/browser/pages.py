"""Every page, and who opens it when: add a page here as soon as it is served."""

from __future__ import annotations

from dataclasses import dataclass, field

from .day import AUDITOR, DELIBERATION, JUROR, ORGANISER, OTHER_TEAM, TEAM

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
    moment : str
        As `Day.go_to` takes it.
    names : dict of str to str
        Which of `Day.names` fills a parameter, where it is not the one of its name.
    """

    route: str
    reader: str = ""
    moment: str = "open"
    names: dict[str, str] = field(default_factory=dict, hash=False)

    def path(self, names: dict[str, str]) -> str:
        """Write the path with its parameters filled in."""
        own = {parameter: names[name] for parameter, name in self.names.items()}
        return self.route.format(**names | own)

    def __str__(self) -> str:
        """Name it in a test's report, and in a picture's."""
        moment = "" if self.moment == "open" else self.moment
        parts = (self.route, *self.names.values(), self.reader, moment)
        return "-".join(part for part in parts if part)


PAGES = (
    Stop("/"),
    Stop("/", JUROR, "jury"),
    Stop("/", TEAM, "frozen"),
    Stop("/", moment="closed"),
    Stop("/account", TEAM),
    Stop("/api/docs"),
    Stop("/board/big"),
    Stop("/challenge"),
    Stop("/clock", moment="jury"),
    Stop("/data"),
    Stop("/data", TEAM),
    Stop("/help", TEAM),
    Stop("/interpretation", TEAM),
    Stop("/invitation/{code}"),
    Stop("/jury", JUROR, "jury"),
    Stop("/jury/blank", JUROR, "jury"),
    Stop("/jury/clock", JUROR, "jury"),
    Stop("/jury/conflicts", JUROR, "jury"),
    Stop("/jury/deliberation", JUROR, DELIBERATION),
    Stop("/jury/example", JUROR, "jury"),
    Stop("/jury/panel", ORGANISER, "jury"),
    Stop("/jury/verdict", JUROR, DELIBERATION),
    Stop("/jury/{team_name}", JUROR, "jury"),
    Stop("/kit/"),
    Stop("/kit/", TEAM),
    Stop("/lessons", moment="closed"),
    Stop("/lessons", ORGANISER),
    Stop("/login"),
    Stop("/method"),
    Stop("/organiser", ORGANISER),
    Stop("/organiser", AUDITOR, "jury"),
    Stop("/organiser/announcements", ORGANISER),
    Stop("/organiser/audit", ORGANISER),
    Stop("/organiser/ballots", ORGANISER, "jury"),
    Stop("/organiser/ballots/{juror_name}/{team_name}", ORGANISER, "jury"),
    Stop("/organiser/data", ORGANISER),
    Stop("/organiser/help", ORGANISER),
    Stop("/organiser/help/{code}", ORGANISER, names={"code": "help_code"}),
    Stop("/organiser/incidents", ORGANISER),
    Stop("/organiser/interpretations", ORGANISER),
    Stop("/organiser/invitations/cards", ORGANISER),
    Stop("/organiser/people", ORGANISER),
    Stop("/organiser/people/list", ORGANISER),
    Stop("/organiser/phase", ORGANISER),
    Stop("/organiser/rescoring", ORGANISER),
    Stop("/organiser/script", ORGANISER),
    Stop("/organiser/teams/{team_name}/disqualify", ORGANISER),
    Stop("/organiser/teams/{team_name}/extra", ORGANISER),
    Stop("/organiser/verdict", ORGANISER, DELIBERATION),
    Stop("/picks", TEAM),
    Stop("/pitch", TEAM),
    Stop("/start", TEAM),
    Stop("/submissions", TEAM),
    Stop("/submissions/{submission_id}", TEAM),
    Stop(
        "/submissions/{submission_id}",
        OTHER_TEAM,
        names={"submission_id": "refused_id"},
    ),
    Stop("/submissions/{submission_id}/scorecard", TEAM),
    Stop("/verdict", moment="closed"),
    Stop("/nowhere"),
)
# No page stands there: the error page is drawn.
NOWHERE = ("/nowhere",)
# What else a browser may ask for.
NOT_PAGES = {
    "/board.csv": "a file",
    "/board/part": "the part of the board that lives",
    "/kit/{name}": "a file",
    "/kit/{slug}.zip": "a file",
    "/lessons.csv": "a file",
    "/metrics": "for Prometheus",
    "/organiser/audit.csv": "a file",
    "/organiser/handover/{team_name}.zip": "a file",
    "/organiser/live": "the part of the desk that lives",
    "/organiser/verdict.csv": "a file",
    "/organiser/verdict.json": "a file",
    "/pitch/{team_name}/pdf": "a file",
    "/start/live": "the part of the start page that lives",
    "/submissions/{submission_id}/live": "the part of a submission that lives",
    "/submissions/{submission_id}/scorecard.csv": "a file",
    "/verdict.json": "a file",
}
