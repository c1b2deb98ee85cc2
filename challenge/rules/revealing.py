"""What a release was drawn from: a secret until the challenge is closed."""

from __future__ import annotations

import json
from pathlib import Path

from challenge.synthesis import Release

REVEALED, MECHANISM = "revealed.json", "mechanism.toml"
_CHECK = (
    "python -c \"import hashlib, json; r = json.load(open('revealed.json'));"
    " b = bytes.fromhex(r['seed'] + r['salt']) + open('mechanism.toml', 'rb').read();"
    " print(hashlib.sha256(b).hexdigest() == r['commitment'])\""
)

_SAYS = f"""\
{REVEALED} and {MECHANISM} are what {{release}} was drawn from. The SHA-256
of the bytes of seed, salt and {MECHANISM}, one after another, must be the
commitment, and that must be `seed_commitment` in manifest.json as everybody has it:

    {_CHECK.replace("{", "{{").replace("}", "}}")}"""


def reveal(folder: Path, release: Release) -> str:
    """Write seed, salt and mechanism beside what the public manifest promised.

    Never before the end: with them and our code every hidden label can be drawn again.

    Parameters
    ----------
    folder : Path
        Of the auditor.
    release : Release
        Its ``sealed/`` must be readable by this process.

    Returns
    -------
    str
        For who reads the folder: what they are, and how to hold them against the
        manifest.

    Raises
    ------
    ReleaseMissingError
        If the secret is gone.
    ReleaseAlteredError
        If it is not what a build writes.
    """
    kept = release.secrets()
    (folder / MECHANISM).write_bytes(kept.mechanism.encode())
    told = {
        "release": release.name,
        "seed": kept.seed,
        "salt": kept.salt,
        "mechanism_sha256": kept.mechanism_sha256,
        "commitment": release.manifest.seed_commitment,
        "rehearsal": kept.rehearsal,
    }
    (folder / REVEALED).write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return _SAYS.format(release=release.name)
