"""Backups: one folder each, whole or not there, tried out, and put back.

What the database names is written before it is named (bundles, pitches, predictions,
MLflow's artefacts) or after its own record of it (releases' signatures, MLflow's
database). So the second kind is copied before the database, and the first kind after.
"""

from challenge.backups.key_file import key_id, make_key, read_key
from challenge.backups.known import Known, last_known
from challenge.backups.making import Made, Making
from challenge.backups.manifest import Entry, Manifest
from challenge.backups.proving import prove
from challenge.backups.restoring import Restored, restore
from challenge.backups.series import backups_in, began_at

__all__ = [
    "Entry",
    "Known",
    "Made",
    "Making",
    "Manifest",
    "Restored",
    "backups_in",
    "began_at",
    "key_id",
    "last_known",
    "make_key",
    "prove",
    "read_key",
    "restore",
]
