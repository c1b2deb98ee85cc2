"""The keyring of this machine's system, where there is a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from challenge.errors import LoginUnusableError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "kansrijk"
"""Under which a keyring lists what we keep there."""

# keyring calls 1 and above recommended: below are those that fail, forget, or write
# plain text.
_REAL = 1.0


def find_vault() -> KeyringBackend | None:
    """Find the system's keyring.

    Returns
    -------
    KeyringBackend or None
        None where there is none that keeps a secret.
    """
    import keyring

    try:
        found = keyring.get_keyring()
        return found if float(found.priority) >= _REAL else None
    except Exception:  # backends of others raise what they like
        return None


def lock_away(site: str, token: str) -> bool:
    """Keep a token in the keyring.

    Parameters
    ----------
    site : str
        Of which server.
    token : str
        What to keep.

    Returns
    -------
    bool
        False where there is none, it is locked and stays so, or its question is
        broken off.
    """
    vault = find_vault()
    if vault is None:
        return False
    try:
        vault.set_password(SERVICE, site, token)
        return vault.get_password(SERVICE, site) == token
    except (Exception, KeyboardInterrupt):
        # As above, and whoever breaks off its question: the file takes its place.
        return False


def take_out(site: str) -> str:
    """Get a token from the keyring.

    Parameters
    ----------
    site : str
        Of which server.

    Returns
    -------
    str
        As it was kept.

    Raises
    ------
    LoginUnusableError
        If the keyring is locked or gone, or has it no more.
    """
    hint = (
        f"Unlock it and run the command again, or `challenge login {site} --no-keyring`"
        " keeps a token in a file that only you can read."
    )
    vault, reason = find_vault(), "there is none any more"
    if vault is not None:
        try:
            if token := vault.get_password(SERVICE, site):
                return token
            reason = "it has none for this server"
        except Exception as error:  # as above
            reason = str(error).rstrip(".") or type(error).__name__
    raise LoginUnusableError(
        f"The keyring of this machine does not give your token: {reason}.", hint=hint
    )


def throw_out(site: str) -> bool:
    """Remove a token from the keyring.

    Parameters
    ----------
    site : str
        Of which server.

    Returns
    -------
    bool
        False if it could not be, or was not there.
    """
    vault = find_vault()
    try:
        if vault is not None:
            vault.delete_password(SERVICE, site)
    except Exception:  # as above
        return False
    return vault is not None
