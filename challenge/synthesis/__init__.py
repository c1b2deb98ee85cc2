"""From partner schemas to a release: public rows for teams, sealed rows for the day.

::

    declare   marginals and latent correlations of a brief, and the secret seed frame
    generate  rows from SDV's Gaussian copula (the only importer of sdv)
    link      areas, keys, coverage and missing values, drawn by us
    outcome   effects drawn from the secret, intercept calibrated, labels on top
    building  the steps above in order, into a folder that appears at once
    release   reading a release, and publishing it
"""

from challenge.synthesis.building import build
from challenge.synthesis.release import (
    Manifest,
    Release,
    RowSet,
    latest,
    open_release,
    publish,
)

__all__ = [
    "Manifest",
    "Release",
    "RowSet",
    "build",
    "latest",
    "open_release",
    "publish",
]
