"""What the jury's verdict has to do with the model board: nothing, unless agreed."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from challenge.schema import Content, Words, refusal


class Weights(Content):
    """Published weights that put model board and jury into one order.

    Attributes
    ----------
    model, jury : float
        In (0, 1), and 1 together.
    """

    model: float = Field(gt=0, lt=1)
    jury: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _one_together(self) -> Self:
        if not math.isclose(self.model + self.jury, 1, abs_tol=1e-9):
            raise refusal(
                "weights-sum",
                f"The weights add up to {self.model + self.jury:g}.",
                "Let model and jury add up to 1.",
            )
        return self


class Example(Content):
    """A pitch to practise on before the round; it never counts.

    Attributes
    ----------
    title, text : Words
        As a team would write them.
    points : dict of str to int
        What was agreed beforehand: 1 to 5 for each criterion of the rubric.
    why : Words
        Why those points.
    """

    title: Words
    text: Words
    points: dict[str, Annotated[int, Field(ge=1, le=5)]]
    why: Words


class Jury(Content):
    """How the verdict comes about; by default two results that are never merged.

    Attributes
    ----------
    within_tie_set : bool
        Only teams that share the lead of the model board compete for the verdict.
    weights : Weights or None
        Weights of model board and jury; None keeps two results.
    blind_to_board : bool
        Jurors see the model board, and the line of any team on it, only once the panel
        is closed.
    talk_minutes, question_minutes : int
        How long a pitch lasts, and the questions after it.
    example : Example or None
        A pitch that jurors practise on, to agree on what points mean; None: they do
        not.
    """

    within_tie_set: bool = False
    weights: Weights | None = None
    blind_to_board: bool = False
    talk_minutes: int = Field(default=5, ge=1, le=60)
    question_minutes: int = Field(default=3, ge=1, le=60)
    example: Example | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.within_tie_set and self.weights:
            raise refusal(
                "jury-two-rules",
                "Both `within_tie_set` and `weights` let the model board decide.",
                "Keep one of the two.",
            )
        return self
