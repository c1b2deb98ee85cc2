"""The address that a server takes."""

from __future__ import annotations

import socket

import pytest

from challenge.errors import AddressTakenError
from challenge.serving import listen
from challenge.settings import Settings


def test_an_answer_leaves_at_once_and_whoever_went_is_missed() -> None:
    with (
        listen(Settings(port=0)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_an_address_that_somebody_has_is_named() -> None:
    with listen(Settings(port=0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(AddressTakenError, match=str(port)):
            listen(Settings(port=port))
