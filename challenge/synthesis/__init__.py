"""From partner schemas to a release: public rows for teams, sealed rows for the day.

::

    planning    what is to be built, read and checked
    secret      keys and streams of a build; sets: row sets and their partitions
    drawing     complete household rows, from the declared law to labels on top
    tables      what partners see of them, and the flat frame of features
    stored      a partition on disk, in `parts`; a build on disk, in `drafts`
    building    all of it in order, into a folder that appears at once
    audit       what was declared held against what was made
    documents   what stands beside the rows: dictionary, datasheet, descriptors
    release     a release as it is read, with its `manifest` and `rows`
    opening     which releases there are
    publication the gate
    walls       the other road: from a partner's own rows, inside its walls
    disclosure  what such rows could tell about somebody
"""

from challenge.synthesis.building import build
from challenge.synthesis.manifest import Manifest, Publication, Secrets
from challenge.synthesis.opening import latest, open_release, versions
from challenge.synthesis.publication import publish
from challenge.synthesis.release import Release, digest
from challenge.synthesis.rows import RowSet

__all__ = [
    "Manifest",
    "Publication",
    "Release",
    "RowSet",
    "Secrets",
    "build",
    "digest",
    "latest",
    "open_release",
    "publish",
    "versions",
]
