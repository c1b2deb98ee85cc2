"""What `challenge login` keeps on a team's machine: address, name and token.

The token stands in the keyring of the system where there is one, else in the same
file as the rest, which nobody else may read.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import typer

from challenge.errors import LoginUnusableError
from challenge.team.vault import lock_away, take_out, throw_out

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
    """Keep a log-in, in the place of the one before.

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
    is_locked = in_keyring and lock_away(login.url, login.token)
    kept = replace(login, kept=KEYRING if is_locked else "file")
    written = asdict(replace(kept, token="") if is_locked else kept)
    _write(login_file(), json.dumps(written, indent=2, ensure_ascii=False))
    return kept if is_locked else replace(kept, kept=str(login_file()))


def forget_login() -> Login | None:
    """Remove what is kept.

    Returns
    -------
    Login or None
        Whose it was, without the token; None if there was nothing that can be read.
    """
    place = login_file()
    if not place.is_file():
        return None
    try:
        found = _read(place)
    except LoginUnusableError:
        found = None
    if found and found.kept == KEYRING:
        throw_out(found.url)
    place.unlink()
    return replace(found, token="") if found else None


def _read(place: Path) -> Login:
    try:
        return Login(**json.loads(place.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise LoginUnusableError(
            f"{place} is not what `challenge login` wrote.",
            hint="`challenge logout` removes it; then log in again.",
        ) from error


def _write(place: Path, text: str) -> None:
    """Write a file that nobody else may ever read, beside its place and then there."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made with mode 0600, whatever the umask.
    number, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(place)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
