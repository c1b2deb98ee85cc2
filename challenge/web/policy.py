"""Who may do what: one table of every route, and nothing goes past it.

A route that does not stand here makes `create_app` fail, so that nobody can forget to
decide. What somebody may see *of* a page (a team its own submissions, a juror no
practice figures) is decided where it is made.
"""

from __future__ import annotations

from challenge.records import Role
from challenge.web.permission import Policy, Roles

VISITORS: Roles = frozenset({None, *Role})
MEMBERS: Roles = frozenset(Role)
# An auditor reads everywhere and changes nothing.
ACTORS: Roles = MEMBERS - {Role.AUDITOR}
TEAMS: Roles = frozenset({Role.TEAM})
JURORS: Roles = frozenset({Role.JUROR})
ORGANISERS: Roles = frozenset({Role.ORGANISER})
# Reads what an organiser reads, and changes nothing.
DESK: Roles = frozenset({Role.ORGANISER, Role.AUDITOR})
ROOM: Roles = frozenset({Role.JUROR, Role.ORGANISER, Role.AUDITOR})


def _table(roles: Roles, *lines: str) -> dict[tuple[str, str], Roles]:
    """Read lines such as ``GET /board`` or ``GET,POST /login``."""
    found: dict[tuple[str, str], Roles] = {}
    for line in lines:
        methods, _, path = line.partition(" ")
        found |= {(method, path): roles for method in methods.split(",")}
    return found


POLICY = Policy(
    {
        **_table(
            VISITORS,
            # api
            "GET /api/board",
            "GET /api/challenge",
            "GET,POST /api/invitations/{code}",
            "GET /api/docs",
            "GET /api/phase",
            "GET /api/releases/{version}/files/{name:path}",
            "GET /api/runtime",
            "GET /api/runtime.txt",
            "GET /health/live",
            "GET /health/ready",
            # pages
            "GET /",
            "GET /board.csv",
            "GET /board/big",
            "GET /board/part",
            "GET /challenge",
            "GET /clock",
            "GET /data",
            "GET /kit/",
            "GET /kit/{name}",
            "GET /method",
            # verdict: 404 until all is closed
            "GET /lessons",
            "GET /lessons.csv",
            "GET /verdict",
            "GET /verdict.json",
            # people: the ways in and out
            "GET,POST /invitation/{code}",
            "GET,POST /login",
            "POST /logout",
        ),
        **_table(
            MEMBERS,
            # api
            "GET /api/submissions",
            "GET /api/submissions/{submission_id}",
            "GET /api/submissions/{submission_id}/scorecard",
            # pages
            "GET /kit/{slug}.zip",
            "GET /submissions",
            "GET /submissions/{submission_id}",
            "GET /submissions/{submission_id}/live",
            "GET /submissions/{submission_id}/scorecard",
            "GET /submissions/{submission_id}/scorecard.csv",
            # people
            "GET /account",
        ),
        **_table(
            ACTORS,
            # api
            "POST /api/terms",
            # pages
            "POST /data",
            # people
            "POST /account/password",
            "POST /account/sessions/close",
            "POST /account/tokens",
            "POST /account/tokens/{token_id}/revoke",
        ),
        **_table(
            TEAMS,
            # api
            "POST /api/pitches",
            "POST /api/submissions",
            "PUT,DELETE /api/submissions/{submission_id}/final",
            # team
            "GET,POST /help",
            "GET,POST /interpretation",
            "GET,POST /picks",
            "GET,POST /pitch",
            "POST /pitch/pdf",
            "POST /pitch/pdf/remove",
            "GET /start",
            "GET /start/live",
            "POST /submissions",
        ),
        **_table(
            ROOM | TEAMS,
            # team: its own alone
            "GET /pitch/{team_name}/pdf",
        ),
        **_table(
            JURORS,
            # api
            "PUT /api/ballots/{team_name}",
            # jury room
            "GET /jury",
            "GET,POST /jury/conflicts",
            "GET,POST /jury/{team_name}",
        ),
        **_table(
            JURORS | ORGANISERS,
            # jury room: chair and organiser, as `challenge.rules.panel.leads` says
            "POST /jury/clock",
            "GET,POST /jury/panel",
        ),
        **_table(
            ROOM,
            # jury room
            "GET /jury/blank",
            "GET /jury/clock",
            "GET /jury/example",
        ),
        **_table(
            DESK,
            # team
            "GET /organiser/help",
            "GET /organiser/help/{code}",
            "GET /organiser/interpretations",
            # phases
            "GET /api/rescore",
            "GET /api/rescore/{number}",
            "GET /organiser/phase",
            "GET /organiser/rescoring",
            # api
            "GET /api/ballots",
            "GET /api/downloads",
            "GET /api/verdict",
            # people
            "GET /api/teams",
            "GET /organiser/invitations/cards",
            "GET /organiser/people",
            # pages
            "GET /api/audit",
            "GET /organiser",
            "GET /organiser/announcements",
            "GET /organiser/audit",
            "GET /organiser/audit.csv",
            "GET /organiser/data",
            "GET /organiser/handover/{team_name}.zip",
            "GET /organiser/incidents",
            "GET /organiser/live",
            "GET /metrics",
            "GET /organiser/script",
            "GET /organiser/teams/{team_name}/disqualify",
            "GET /organiser/teams/{team_name}/extra",
            "GET /organiser/ballots",
            "GET /organiser/verdict",
            "GET /organiser/verdict.csv",
            "GET /organiser/verdict.json",
        ),
        **_table(
            ROOM,
            # verdict
            "GET /jury/deliberation",
            "GET /jury/verdict",
        ),
        **_table(
            frozenset({Role.JUROR, Role.ORGANISER}),
            # verdict: the chair's name stands with the jurors
            "POST /jury/deliberation",
            "POST /jury/verdict",
            # lessons
            "POST /lessons",
            "POST /lessons/{number}/withdraw",
        ),
        **_table(
            ORGANISERS,
            # team
            "POST /organiser/help/{code}",
            "POST /organiser/interpretations/{team_name}/waive",
            # desk
            "POST /organiser/announcements",
            "POST /organiser/teams/{team_name}/disqualify",
            "POST /organiser/teams/{team_name}/extra",
            "POST /organiser/announcements/{number}/withdraw",
            # phases
            "POST /api/phase",
            "PUT /api/phase/{name}",
            "POST /api/rescore",
            "POST /api/rescore/{number}/publish",
            "PUT,DELETE /api/submissions/{submission_id}/disqualification",
            "POST /organiser/phase",
            "POST /organiser/phase/schedule",
            "POST /organiser/rescoring",
            "POST /organiser/rescoring/{number}/publish",
            # jury room
            "GET,POST /organiser/ballots/{juror_name}/{team_name}",
            # MLflow's own pages; what would change a run there is refused.
            "* /mlflow",
            # people
            "GET,POST /organiser/people/list",
            "POST /api/teams",
            "POST /organiser/invitations/cards",
            "POST /organiser/invitations/{invitation_id}/renew",
            "POST /organiser/invitations/{invitation_id}/revoke",
            "POST /organiser/people/{person_id}/bar",
            "POST /organiser/people/{person_id}/chair",
            "POST /organiser/people/{person_id}/invitation",
            "POST /organiser/people/{person_id}/token",
        ),
    }
)
"""Of this product; docs/access.md is written from it."""
