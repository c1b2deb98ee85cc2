"""When submissions may run without a sandbox."""

from __future__ import annotations

from challenge.addresses import is_loopback
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
