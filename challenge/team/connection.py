"""The client of whoever types: with what is set, else with what `login` kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.markup import escape

from challenge.team.keeping import find_login
from challenge.terminal import console

if TYPE_CHECKING:
    from challenge.client import Client, Retry

VARIABLE = "CHALLENGE_TOKEN"


@dataclass(frozen=True, slots=True)
class Reach:
    """Which server a team's commands talk to, and as whom.

    Attributes
    ----------
    url : str
        Its address.
    token : str
        Empty: as a visitor.
    kept : str
        Where the token comes from: ``"CHALLENGE_TOKEN"``, ``"keyring"`` or the path
        of a file; empty where there is none.
    """

    url: str
    token: str
    kept: str

    @property
    def repair(self) -> str:
        """What to do about a token that the server does not know."""
        if self.kept == VARIABLE:
            return (
                f"It was read from {VARIABLE}, which comes before `challenge login`:"
                " correct it, or unset it to be who logged in."
            )
        return (
            f"`challenge login {self.url}` with the token that you were given, or with"
            f" a new one: made at {self.url}/account, or asked of the organiser."
        )


def find_reach() -> Reach:
    """Find out which server to talk to, and as whom.

    Returns
    -------
    Reach
        What the environment sets comes first; a token that was kept goes to no other
        server than the one that it is of.

    Raises
    ------
    LoginUnusableError
        If what was kept is needed and cannot be used.
    ServerUnreachableError
        If the address that is set is none.
    """
    from challenge.client.problems import site_of
    from challenge.settings import Settings

    settings = Settings()
    is_set = "url" in settings.model_fields_set
    if is_set and settings.token:
        return Reach(site_of(settings.url), settings.token, VARIABLE)
    login = find_login()
    url = site_of(settings.url if is_set or login is None else login.url)
    if settings.token:
        return Reach(url, settings.token, VARIABLE)
    if login is None or login.url != url:
        return Reach(url, "", "")
    return Reach(url, login.token, login.kept)


def connect(reach: Reach | None = None) -> Client:
    """Make the client; it asks nothing yet, and says when it asks again.

    Parameters
    ----------
    reach : Reach or None
        None finds it.

    Returns
    -------
    Client
        To be closed.
    """
    from challenge.client import Client

    reach = reach or find_reach()
    return Client(
        reach.url, token=reach.token or None, told=tell_retry, repair=reach.repair
    )


def tell_retry(retry: Retry) -> None:
    """Say at the terminal that something is asked again.

    Parameters
    ----------
    retry : Retry
        Before it is waited for.
    """
    again = f"Trying again in {retry.seconds:g} s ({retry.number} of {retry.most})."
    console.print(f"[yellow]{escape(retry.reason)}[/yellow] {again}", soft_wrap=True)
