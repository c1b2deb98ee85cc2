"""Where models may run without a sandbox."""

from __future__ import annotations

import pytest

from challenge.errors import TrustRefusedError
from challenge.rules.trust import check_trust
from challenge.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_submissions_may_be_trusted_where_only_this_machine_comes(host: str) -> None:
    check_trust(Settings(trust_submissions=True, host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "venue", ""])
def test_elsewhere_they_are_refused_with_the_host_and_what_to_do(host: str) -> None:
    with pytest.raises(TrustRefusedError) as refused:
        check_trust(Settings(trust_submissions=True, host=host))
    assert f"on {host}:" in refused.value.message
    assert "CHALLENGE_HOST=127.0.0.1" in refused.value.hint


def test_an_address_for_everybody_is_well_where_nothing_is_trusted() -> None:
    check_trust(Settings(host="0.0.0.0"))
