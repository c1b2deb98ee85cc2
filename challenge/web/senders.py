"""From where a request comes, as failed log-ins and requests are counted."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network

from starlette.requests import Request

# What one household or phone has; whoever has one has 2**64 addresses in it.
_NETWORK_BITS = 64


def address_of(request: Request) -> str:
    """Say where a request comes from; empty if the server does not know.

    Parameters
    ----------
    request : Request
        As it came in.

    Returns
    -------
    str
        Address of the client, or of the proxy before us; of IPv6 the network.
    """
    told = request.client.host if request.client else ""
    try:
        address = IPv6Address(told)
    except ValueError:
        return told
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))
