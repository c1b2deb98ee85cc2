"""Who may do what: one table of every route, and nothing goes past it.

A route that does not stand here makes `create_app` fail, so that nobody can forget to
decide. What somebody may see *of* a page (a team its own submissions, a juror no
practice figures) is decided where it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.routing import APIRoute

from challenge.records import Role

Roles = frozenset[Role | None]
"""Those who may; None is a visitor who is not logged in."""

VISITORS: Roles = frozenset({None, *Role})
MEMBERS: Roles = frozenset(Role)
TEAMS: Roles = frozenset({Role.TEAM})
JURORS: Roles = frozenset({Role.JUROR})
ORGANISERS: Roles = frozenset({Role.ORGANISER})
# Reads what an organiser reads, and changes nothing.
DESK: Roles = frozenset({Role.ORGANISER, Role.AUDITOR})
ROOM: Roles = frozenset({Role.JUROR, Role.ORGANISER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Policy:
    """The roles that each route admits.

    Attributes
    ----------
    routes : mapping of (str, str) to frozenset
        ``(method, path)``, the path as it is declared, to the roles that may.
    """

    routes: Mapping[tuple[str, str], Roles]

    def admits(self, method: str, path: str, role: Role | None) -> bool:
        """Tell whether a route admits somebody.

        Parameters
        ----------
        method : str
            ``"GET"``, ``"POST"`` and so on; ``"HEAD"`` goes for ``"GET"``.
        path : str
            As declared, with its parameters in braces.
        role : Role or None
            None for a visitor.

        Returns
        -------
        bool
            False for a route that is not in the table.
        """
        return role in self.routes.get((method.replace("HEAD", "GET"), path), ())

    def needed(self, method: str, path: str) -> list[str]:
        """Name the roles that a route admits.

        Parameters
        ----------
        method, path : str
            As `admits` takes them.

        Returns
        -------
        list of str
            In alphabetical order, without visitors.
        """
        found = self.routes.get((method.replace("HEAD", "GET"), path), frozenset())
        return sorted(role for role in found if role is not None)

    def differs(self, routers: Iterable[APIRouter]) -> set[tuple[str, str]]:
        """Compare the table with the routes that there are.

        Parameters
        ----------
        routers : iterable of APIRouter
            All of the application.

        Returns
        -------
        set of (str, str)
            Routes that only one of the two has.
        """
        declared = {
            (method, route.path)
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in (route.methods or set()) - {"HEAD"}
        }
        mounts = {key for key in self.routes if key[0] == "*"}
        return declared ^ (self.routes.keys() - mounts)


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
            "GET /api/docs",
            "GET /api/releases/{version}/files/{name:path}",
            "GET /api/runtime",
            "GET /api/runtime.txt",
            "GET /health/live",
            "GET /health/ready",
            # pages
            "GET /",
            "GET /challenge",
            "GET /data",
            "GET,POST /login",
            "POST /logout",
        ),
        **_table(
            MEMBERS,
            # api
            "GET /api/submissions",
            "GET /api/submissions/{submission_id}",
            "GET /api/submissions/{submission_id}/scorecard",
            "POST /api/terms",
            # pages
            "POST /data",
            "GET /submissions",
            "GET /submissions/{submission_id}",
            "GET /submissions/{submission_id}/scorecard",
        ),
        **_table(
            TEAMS,
            # api
            "POST /api/pitches",
            "POST /api/submissions",
        ),
        **_table(
            JURORS,
            # api
            "PUT /api/ballots/{team_name}",
        ),
        **_table(
            DESK,
            # api
            "GET /api/ballots",
            "GET /api/downloads",
            "GET /api/verdict",
            # pages
            "GET /organiser",
            "GET /organiser/verdict",
        ),
        **_table(
            ORGANISERS,
            # MLflow's own pages can change what they show.
            "* /mlflow",
        ),
    }
)
"""Of this product; docs/access.md is written from it."""
