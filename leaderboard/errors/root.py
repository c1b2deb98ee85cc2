"""The root of the tree: what every refusal carries."""

from __future__ import annotations


class ScoringError(ValueError):
    """Root of the tree.

    Parameters
    ----------
    message : str
        What happened, to which thing.
    hint : str
        What to do next.

    Attributes
    ----------
    slug : str
        Stable name of this kind of refusal.
    """

    slug = "scoring-error"

    def __init__(self, message: str, *, hint: str) -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message} {hint}")
