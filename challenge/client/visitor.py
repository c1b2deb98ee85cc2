"""What everybody may ask of a server, with a token or without."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from challenge.client.answers import Invitation, Joined, Runtime, You
from challenge.client.transport import Retry, Transport

if TYPE_CHECKING:
    import pandas as pd


class Visitor:
    """A connection to one challenge server.

    What was asked is asked again, with growing pauses, when the line breaks or the
    server is busy (429, 503); nothing is ever handed in twice by that.

    Parameters
    ----------
    url : str
        Address of the server, such as ``http://127.0.0.1:8000``.
    token : str or None
        Of a team, juror or organiser; None sees only what a visitor sees.
    told : callable or None
        Hears of every `Retry` before it is waited for.
    repair : str
        What to do about a token that the server does not know; empty: log in again.
    wait : callable
        Waits so many seconds.

    Raises
    ------
    ServerUnreachableError
        If `url` is no address.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        told: Callable[[Retry], None] | None = None,
        repair: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = Transport(
            url, token=token, told=told, repair=repair, wait=wait
        )

    def __enter__(self) -> Self:
        """Give the client itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self.close()

    @property
    def site(self) -> str:
        """Scheme and host of the server."""
        return self._transport.site

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def challenge(self) -> dict[str, Any]:
        """Ask what the challenge is, its terms, who you are, and which files you get.

        Returns
        -------
        dict
            As ``GET /api/challenge`` describes.
        """
        return self._json("GET", "/api/challenge")

    def phase(self) -> str:
        """Ask in which phase the challenge is.

        Returns
        -------
        str
            Such as ``"open"``.
        """
        found: str = self._json("GET", "/api/phase")["phase"]
        return found

    def you(self) -> You | None:
        """Ask who you are.

        Returns
        -------
        You or None
            None for a visitor, without a token.
        """
        found: You | None = self.challenge()["you"]
        return found

    def invitation(self, code: str) -> Invitation:
        """Ask what an invitation is for, without using it.

        Parameters
        ----------
        code : str
            The end of its link.

        Returns
        -------
        Invitation
            Open.
        """
        found: Invitation = self._ask("GET", _invitation(code)).json()
        return found

    def join(self, code: str, *, name: str = "") -> Joined:
        """Come in with an invitation of a team, which uses it up.

        Parameters
        ----------
        code : str
            The end of its link.
        name : str
            What the team wants to be called; only where the invitation has no name.

        Returns
        -------
        Joined
            With the token, shown now and never again.
        """
        form = {"name": name}
        found: Joined = self._ask("POST", _invitation(code), json=form).json()
        return found

    def runtime(self) -> Runtime:
        """Ask what a model can import on the server.

        Returns
        -------
        Runtime
            ``{"python": "3.11.7", "packages": {"numpy": "2.4.0", …}}``.
        """
        found: Runtime = self._ask("GET", "/api/runtime").json()
        return found

    def clock(self) -> datetime:
        """Ask what time it is there.

        Returns
        -------
        datetime
            Aware UTC, in whole seconds; what the server's own clock says.
        """
        answer = self._ask("GET", "/health/live")
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)

    def board(self) -> dict[str, Any]:
        """Ask for the ranked board.

        Returns
        -------
        dict
            ``{"rows": [...]}`` in the order of the page.
        """
        return self._json("GET", "/api/board")

    def board_frame(self) -> pd.DataFrame:
        """Give the ranked board as a frame.

        Returns
        -------
        DataFrame
            One row per team in the order of the page; the columns are the fields.
        """
        return frame_of(self.board()["rows"])

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        return dict(self._ask(method, path, **request).json())

    @property
    def _ask(self) -> Callable[..., Any]:
        return self._transport.ask


def frame_of(rows: list[Any]) -> pd.DataFrame:
    """Make a frame of documents; pandas is paid for when it is wanted.

    Parameters
    ----------
    rows : list of dict
        One a row.

    Returns
    -------
    DataFrame
        A column a field.
    """
    import pandas as pd

    return pd.DataFrame(rows)


def _invitation(code: str) -> str:
    return f"/api/invitations/{quote(code.strip(), safe='')}"
