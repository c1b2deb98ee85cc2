"""From partner schemas to a release: public rows for teams, sealed rows for the day.

::

    declare   marginals and latent correlations of a brief, and the secret seed frame
    generate  rows from SDV's Gaussian copula (the only importer of sdv)
    link      areas, keys, coverage and missing values, drawn by us
    outcome   effects drawn from the secret, intercept calibrated, labels on top
    building  the steps above in order, into a folder that appears at once
    files     what is written
    release   a release as it is read
    publication  the gate
"""

from challenge.synthesis.building import build
from challenge.synthesis.manifest import Manifest, Publication, Secrets
from challenge.synthesis.publication import publish
from challenge.synthesis.release import Release, digest, latest, open_release, versions
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
