"""The seed of the replicates: secret while a challenge runs, repeatable after it."""

from __future__ import annotations

import hashlib

from challenge.synthesis import Release


def replicate_seed(release: Release) -> int:
    """Give the seed from which the replicates of hidden rows are drawn.

    Replicates are linear equations in the labels, so their seed is secret; derived,
    not stored, so that the auditor can repeat it from the revealed seed.

    Parameters
    ----------
    release : Release
        Its ``sealed/`` must be readable by this process.

    Returns
    -------
    int
        64 bits.
    """
    digest = hashlib.sha256(f"replicates:{release.secret}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
