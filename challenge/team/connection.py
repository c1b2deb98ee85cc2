"""The client of whoever types, with the address and token of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from challenge.settings import Settings

if TYPE_CHECKING:
    from challenge.client import Client


def connect() -> Client:
    """Make the client; it asks nothing yet.

    Returns
    -------
    Client
        To be closed.
    """
    from challenge.client import Client

    settings = Settings()
    return Client(settings.url, token=settings.token or None)
