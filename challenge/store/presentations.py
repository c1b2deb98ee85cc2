"""All that a team wrote for others to read: pitch, canvas and duiding together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from challenge.records import Principal
from challenge.store.tables import interpretations, people, pitches


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a team hands over in words.

    Attributes
    ----------
    title, text, link : str
        Of the pitch.
    canvas : dict of str to str
        Section to what stands in it.
    pdf_sha256 : str
        Of the PDF on the shelf; empty without one.
    interpretation : str
        What its figures mean.
    """

    title: str
    text: str
    link: str
    canvas: dict[str, str]
    pdf_sha256: str
    interpretation: str


class Presentations:
    """Read them inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, team: Principal) -> Presentation:
        """Read what one team wrote.

        Parameters
        ----------
        team : Principal
            Whose.

        Returns
        -------
        Presentation
            Empty where it wrote nothing.
        """
        row = self._connection.execute(
            select(pitches, interpretations.c.text.label("interpretation"))
            .select_from(people)
            .outerjoin(pitches, pitches.c.team_id == people.c.id)
            .outerjoin(interpretations, interpretations.c.team_id == people.c.id)
            .where(people.c.id == team.id)
        ).one()
        return Presentation(
            row.title or "",
            row.text or "",
            row.link or "",
            {str(key): str(said) for key, said in (row.canvas or {}).items()},
            row.pdf_sha256 or "",
            row.interpretation or "",
        )
