"""Make a bundle of a trained model: the zip that a team hands in.

Runs on a team's machine. Nothing heavy is imported before a model is packaged.

::

    packaging     `package`: all of it in order
    sample        the rows that a model is tried on
    answers       what a model is, and whether its answers are probabilities
    pickling      the model as bytes
    own           whose modules travel along
    luggage       what it carries that should stay at home
    requirements  the packages that it needs, held against the server's
    writing       the files of a bundle
    loader        the one file of ours in it, for a function
"""

from challenge.bundling.packaging import package

__all__ = ["package"]
