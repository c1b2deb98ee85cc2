"""A pitch to practise on: nothing that a juror answers here is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from challenge.brief.jury import Example
from challenge.brief.sections import Criterion
from challenge.records import Opinion
from challenge.rules.rubric import POINTS
from challenge.web.access import Here, Person
from challenge.web.pages import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ExampleView:
    """An example pitch, the rubric, and after answering what was agreed.

    Attributes
    ----------
    example : Example or None
        From the brief; None: nothing was agreed.
    rubric : tuple of Criterion
        From the brief.
    opinion : Opinion
        Points as they were just given.
    answered : bool
        Whether every criterion has points; what was agreed is shown only then.
    asked : bool
        Whether points were sent.
    """

    template: ClassVar[str] = "jury/example.html"
    example: Example | None
    rubric: tuple[Criterion, ...]
    opinion: Opinion
    answered: bool
    asked: bool


@router.get("/jury/example")
def example(request: Request, here: Here, person: Person) -> Response:
    """Show the example; with points in the address, also what was agreed.

    A form that changes nothing is a question: so it is asked with GET, and nobody can
    count it later.
    """
    asked = request.query_params
    said = {c.slug: asked.get(f"points_{c.slug}", "") for c in here.brief.rubric}
    points = {
        slug: int(value)
        for slug, value in said.items()
        if value in {str(point) for point in POINTS}
    }
    view = ExampleView(
        example=here.brief.jury.example,
        rubric=here.brief.rubric,
        opinion=Opinion(points),
        answered=len(points) == len(here.brief.rubric),
        asked="answer" in asked,
    )
    status = 422 if view.asked and not view.answered else 200
    return page(request, view, reader=person, status=status)
