"""From partner schemas to a release: public rows for teams, sealed rows for the day.

::

    planning    what is to be built, read and checked
    sets        row sets, and the partitions in which they are drawn
    areas       neighbourhoods, districts and postcode areas, planned beforehand
    declare     marginals and latent correlations of a brief
    generate    rows from SDV's Gaussian copula
    rotation    what makes these rows unknown to anybody else
    derive      districts that differ, and columns that follow from others
    outcome     intercepts, area effects, labels on top
    partition   the steps above for one partition
    linking     keys, coverage, gaps, tables and the flat frame, drawn by us
    constraints rules held against finished rows by SDV's constraint classes
    stored      a partition on disk, in `parts`; a build on disk, in `drafts`
    building    all of it in order, into a folder that appears at once
    complete    the same in memory, before coverage: for audits and tests
    files       the tables that are written; packaging: the documents beside them
    release     a release as it is read
    opening     which releases there are
    publication the gate
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
