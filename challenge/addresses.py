"""Which addresses only this machine reaches."""

from __future__ import annotations

from ipaddress import ip_address
from socket import getaddrinfo


def is_loopback(host: str) -> bool:
    """Tell whether a name leads to this machine and nowhere else.

    Parameters
    ----------
    host : str
        A name or an address.

    Returns
    -------
    bool
        False for a name that leads nowhere, and for none at all, which means every
        address of this machine.
    """
    try:
        found = {entry[4][0] for entry in getaddrinfo(host, None)} if host else set()
    except OSError:
        return False
    return bool(found) and all(ip_address(each).is_loopback for each in found)
