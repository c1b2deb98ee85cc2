"""What a page says comes from the brief of this challenge."""

from __future__ import annotations

import httpx
import pytest

from challenge.brief import read_brief

from ...factories import QUICKSTART
from .conftest import Ask


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_challenge_names_its_own_columns_to_audit_with(
    ask: Ask, language: str
) -> None:
    url = f"http://test/challenge?lang={language}"
    [answer] = ask([httpx.Request("GET", url)])

    protected = read_brief(QUICKSTART).protected
    audited = ", ".join(getattr(a.label, language) for a in protected)
    assert f"({audited})" in answer.text
