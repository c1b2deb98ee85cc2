"""Coming in and going out: a token that is kept, and one that is forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer
from rich.markup import escape

from challenge.errors import ServerUnreachableError
from challenge.team.connection import tell_retry
from challenge.team.keeping import KEYRING, Login, forget_login, keep_login
from challenge.terminal import Json, console, explained, print_json

app = typer.Typer()

_INVITATION = "/invitation/"


@app.command()
def login(
    url: Annotated[
        str, typer.Argument(help="Address of the server, or the link of an invitation.")
    ],
    token: Annotated[
        str, typer.Option(help="`-` reads it from standard input; else you are asked.")
    ] = "",
    name: Annotated[
        str, typer.Option(help="Of your team, where the invitation has none.")
    ] = "",
    no_keyring: Annotated[
        bool, typer.Option("--no-keyring", help="Keep the token in a file of yours.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Log in on this machine, with a token or with the link of an invitation.

    The token is kept in the keyring of your system, or else in a file that only you
    can read. CHALLENGE_URL and CHALLENGE_TOKEN come before it.

    Example: `challenge login https://kansrijk.example`
    """
    if token not in ("", "-"):
        told = "a token that is typed stays in your shell's history; give `-`"
        raise typer.BadParameter(told, param_hint="--token")
    with explained():
        found = _found(url, name) if _INVITATION in url else _shown(url, token)
        kept = _kept(found, in_keyring=not no_keyring)
    if as_json:
        print_json({key: getattr(kept, key) for key in ("url", "name", "role", "kept")})
    else:
        _tell(kept)


@app.command()
def logout(as_json: Json = False) -> None:
    """Forget who you are on this machine; the token itself stays as it is.

    Example: `challenge logout`
    """
    with explained():
        was = forget_login()
    if as_json:
        print_json({"url": was.url, "name": was.name} if was else None)
    elif was is None:
        console.print("Nobody is logged in on this machine.")
    else:
        console.print(f"{escape(was.name)} is logged out of {was.url}.")
        console.print(f"The token still works; end it at {was.url}/account.")


def _shown(url: str, token: str) -> Login:
    """Ask for a token, and the server who has it."""
    from challenge.client import Client
    from challenge.client.problems import site_of
    from challenge.errors import LoginUnusableError

    site = site_of(url)
    secret = _token(site, token)
    repair = (
        "Copy the whole token, which begins with kansrijk_. A new one is made at"
        f" {site}/account, or asked of the organiser."
    )
    with Client(site, token=secret, told=tell_retry, repair=repair) as client:
        you = client.you()
    if you is None:
        raise LoginUnusableError("There is no token in what was given.", hint=repair)
    return Login(site, you["name"], you["role"], secret)


def _token(site: str, typed: str) -> str:
    if typed == "-":
        return sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        told = "there is no terminal to ask for it; give `-` and send it to"
        raise typer.BadParameter(f"{told} standard input", param_hint="--token")
    prompt = f"Token for {site} (it is not shown)"
    return str(typer.prompt(prompt, hide_input=True, err=True)).strip()


def _found(url: str, name: str) -> Login:
    """Say what an invitation is for, and come in with it."""
    from challenge.client import Client
    from challenge.client.problems import site_of

    site = site_of(url)
    code = unquote(urlsplit(url).path.partition(_INVITATION)[2]).strip("/")
    with Client(site, told=tell_retry) as client:
        found = client.invitation(code)
        whom = escape(found["name"] or "a team that chooses its name")
        console.print(f"{escape(found['challenge']['en'])}: an invitation for {whom}.")
        if found["sources"]:
            console.print(f"Sources: {escape(found['sources']['en'])}.")
        if found["role"] == "team" and not (found["name"] or name):
            name = _name()
        with _told_if_lost(found["name"] or name):
            joined = client.join(code, name="" if found["name"] else name)
    return Login(site, joined["name"], joined["role"], joined["token"])


@contextmanager
def _told_if_lost(name: str) -> Iterator[None]:
    """Say how to come in after all: an invitation works once, its answer may go."""
    told = (
        "Type the same command again. Does it say that the invitation was used? Then"
        " your team is there, and its token was lost on the way: ask the organiser for"
        f' a new link (`challenge invitation back "{name}"`), and log in with that.'
    )
    try:
        yield
    except ServerUnreachableError as error:
        raise ServerUnreachableError(
            error.url, reason=error.reason, hint=told
        ) from error
    except KeyboardInterrupt:
        console.print(escape(told), soft_wrap=True)
        raise


def _name() -> str:
    if not sys.stdin.isatty():
        told = "the invitation has no name and there is no terminal to ask for one"
        raise typer.BadParameter(told, param_hint="--name")
    return str(typer.prompt("What is your team called?", err=True))


def _kept(found: Login, *, in_keyring: bool) -> Login:
    """Keep a log-in; a token that cannot be kept is shown, since it comes only once."""
    try:
        return keep_login(found, in_keyring=in_keyring)
    except OSError:
        console.print("Your token cannot be kept here; it is shown only now:")
        typer.echo(found.token)
        raise


def _tell(kept: Login) -> None:
    from challenge.addresses import is_loopback

    site = urlsplit(kept.url)
    console.print(f"You are the {kept.role} {escape(kept.name)} at {kept.url}.")
    place = "the keyring of this machine"
    if kept.kept != KEYRING:
        place = f"{escape(kept.kept)}, which only you can read"
    console.print(f"The token is kept in {place}.", soft_wrap=True)
    if site.scheme == "http" and not is_loopback(site.hostname or ""):
        told = "This address is not https: others on the network can read your token."
        console.print(f"[yellow]{told}[/yellow]")
    for variable in _set_beside():
        told = f"{variable} is set and comes first: unset it to be who logged in."
        console.print(f"[yellow]{told}[/yellow]")
    if kept.role == "team":
        console.print("Next: `challenge kit`, or `challenge download` for data alone.")


def _set_beside() -> list[str]:
    """Name the variables that come before what is kept."""
    from challenge.settings import PREFIX, Settings

    given = Settings().model_fields_set & {"url", "token"}
    return [f"{PREFIX}{name.upper()}" for name in sorted(given)]
