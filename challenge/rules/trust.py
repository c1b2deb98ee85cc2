"""When submissions may run without a sandbox."""

from __future__ import annotations

import ipaddress

from challenge.errors import TrustRefusedError
from challenge.settings import Settings


def check_trust(settings: Settings) -> None:
    """See that a server without a sandbox is for its own machine alone.

    Parameters
    ----------
    settings : Settings
        ``trust_submissions`` asks for it, ``host`` says who can reach the server.

    Raises
    ------
    TrustRefusedError
        If submissions are trusted on an address that others can reach.
    """
    if settings.trust_submissions and not is_loopback(settings.host):
        raise TrustRefusedError(settings.host)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    Parameters
    ----------
    host : str
        Address, or ``"localhost"``; another name may mean anything.

    Returns
    -------
    bool
        True for ``127.0.0.0/8``, ``::1`` and ``localhost``.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
