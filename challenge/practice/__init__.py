"""Practising at home: the data of a release, and the server's own score of a model.

::

    data        a downloaded folder, opened and checked
    running     a bundle predicts practice rows as it does on the server
    evaluating  what a model is worth on practice rows
    folds       what it is worth in neighbourhoods that it was not trained on
    report      the server's report of a model, as one page
"""

from challenge.practice.data import Data, open_data
from challenge.practice.evaluating import evaluate
from challenge.practice.folds import cross_validate

__all__ = ["Data", "cross_validate", "evaluate", "open_data"]
