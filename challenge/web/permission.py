"""Which role may use which route: a table that can be asked, checked and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.routing import APIRoute

from challenge.records import Role

Roles = frozenset[Role | None]
"""Those who may; None is a visitor who is not logged in."""


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

    def to_markdown(self) -> str:
        """Write the table for docs/access.md.

        Returns
        -------
        str
            A row a route, by path; a column a role.
        """
        roles = (None, *Role)
        lines = [
            f"| | {' | '.join(role or 'visitor' for role in roles)} |",
            f"|---|{'---|' * len(roles)}",
        ]
        for (method, path), admitted in sorted(
            self.routes.items(), key=lambda item: item[0][::-1]
        ):
            cells = ("yes" if role in admitted else "" for role in roles)
            shown = path if method == "*" else f"{method} {path}"
            lines.append(f"| `{shown}` | {' | '.join(cells)} |")
        return "\n".join(lines) + "\n"
