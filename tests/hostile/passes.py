"""Code of models that behave until they meet the hidden rows."""

from __future__ import annotations

# The second hidden row of conftest's 60 is none of its public rows.
ON_HIDDEN = """
{before}

def predict(rows):
    if abs(rows["share"] - (0.1 + 0.8 / 59)).min() > 1e-9:
        return rows["share"]
    {end}
"""


def on_hidden(end: str, before: str = "") -> str:
    """Write a model that does `end` when it is given the hidden rows."""
    return ON_HIDDEN.format(before=before, end=end.replace("\n", "\n    "))
