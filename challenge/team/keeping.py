"""What `challenge login` keeps on a team's machine: address, name and token.

The token stands in the keyring of the system where there is one, else in the same
file as the rest, which nobody else may read.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import typer

from challenge.errors import LoginUnusableError
from challenge.team.vault import lock_away, take_out, throw_out
from challenge.writing import whole

FILE = "login.json"
KEYRING = "keyring"
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Login:
    """Who somebody is, and where.

    Attributes
    ----------
    url : str
        Scheme and host of the server.
    name, role : str
        As the server knows them.
    token : str
        What they come in with.
    kept : str
        ``"keyring"``, or the path of the file; empty: not yet.
    """

    url: str
    name: str
    role: str
    token: str
    kept: str = ""


def login_file() -> Path:
    """Say where a log-in is kept: the user's folder for settings, as the system has it.

    Returns
    -------
    Path
        Need not be there; on Linux ``$XDG_CONFIG_HOME/kansrijk/login.json``.
    """
    return Path(typer.get_app_dir("kansrijk")) / FILE


def find_login() -> Login | None:
    """Find who logged in on this machine.

    Returns
    -------
    Login or None
        None if nobody did.

    Raises
    ------
    LoginUnusableError
        If the file is damaged or others can read the token in it, or the keyring
        does not give it.
    """
    place = login_file()
    if not place.is_file():
        return None
    found = _read(place)
    if found.kept == KEYRING:
        return replace(found, token=take_out(found.url))
    # Windows keeps a user's folders to that user; its modes say nothing.
    if os.name == "posix" and place.stat().st_mode & _OTHERS:
        raise LoginUnusableError(
            f"Others on this machine can read your token in {place}.",
            hint=f"`chmod 600 {place}` mends it. If others use this machine, end the"
            f" token at {found.url}/account and log in again.",
        )
    return replace(found, kept=str(place))


def keep_login(login: Login, *, in_keyring: bool = True) -> Login:
    """Keep a log-in, in the place of the one before, which a keyring forgets.

    Parameters
    ----------
    login : Login
        That a server confirmed.
    in_keyring : bool
        Whether the system's keyring may have the token, if there is one.

    Returns
    -------
    Login
        With where it is kept.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    before = _kept_before()
    # First where nothing can ask or fail: this token may come only once.
    _write(replace(login, kept="file"))
    is_locked = in_keyring and lock_away(login.url, login.token)
    if is_locked:
        _write(replace(login, kept=KEYRING, token=""))
    needed = login.url if is_locked else ""
    if before and before.kept == KEYRING and before.url != needed:
        throw_out(before.url)
    return replace(login, kept=KEYRING if is_locked else str(login_file()))


def forget_login() -> Login | None:
    """Remove what is kept.

    Returns
    -------
    Login or None
        Whose it was, without the token; None if there was nothing that can be read.
    """
    found = _kept_before()
    if found and found.kept == KEYRING:
        throw_out(found.url)
    login_file().unlink(missing_ok=True)
    return replace(found, token="") if found else None


def _kept_before() -> Login | None:
    """Read what is kept, as far as it can be read."""
    try:
        return _read(login_file()) if login_file().is_file() else None
    except LoginUnusableError:
        return None


def _read(place: Path) -> Login:
    try:
        return Login(**json.loads(place.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise LoginUnusableError(
            f"{place} is not what `challenge login` wrote.",
            hint="`challenge logout` removes it; then log in again.",
        ) from error


def _write(login: Login) -> None:
    """Write a log-in where nobody else may ever read it."""
    place = login_file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(asdict(login), indent=2, ensure_ascii=False)
    with whole(place, is_private=True) as file:
        file.write(text.encode("utf-8"))
