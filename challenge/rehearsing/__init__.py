"""A rehearsal of the day: many teams, a jury, and things that break.

`plan` says from a seed who does what and when; `teams`, `jury`, `desk`, `viewers` and
`faults` do it, over HTTP and with signals, and write in the `ledger` what they were
answered; `account` holds that against what the server kept; `report` tells both.
"""

from __future__ import annotations

from challenge.rehearsing.commands import app

__all__ = ["app"]
