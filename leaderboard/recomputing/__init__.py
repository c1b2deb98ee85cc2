"""Recompute a board from a folder, without the service; the one part that reads files.

::

    FOLDER/
        board.toml                  capacity, seed, and who handed in what, in order
        rows.csv                    label, cluster, area, and one column per attribute
        predictions/<key>.csv       one probability per row
        reference/<sources>.csv     the reference model's, where the brief names one
        scorecards/<key>.json       in place of rows and predictions
        brief.toml                  the policy, unless `--policy` names another file
        served.json                 the board as it was published, to compare with

``docs/recompute.md`` says what stands in each.
"""

from __future__ import annotations

from leaderboard.recomputing.board import Recomputed, recompute
from leaderboard.recomputing.folder import Folder, read_folder
from leaderboard.recomputing.schema import scorecard_schema

__all__ = ["Folder", "Recomputed", "read_folder", "recompute", "scorecard_schema"]
