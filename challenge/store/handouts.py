"""Who accepted the terms of a release, and who fetched which file of it, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select

from challenge.records import Principal
from challenge.store.tables import acceptances, downloads, people


@dataclass(frozen=True, slots=True)
class HandoutCount:
    """What one person has of the releases.

    Attributes
    ----------
    accepted : tuple of str
        Releases of which they accepted the terms, as ``slug/version``, oldest first.
    downloads : int
        Files fetched; one that was fetched twice counts twice.
    """

    accepted: tuple[str, ...] = ()
    downloads: int = 0


class Handouts:
    """Keep acceptances and downloads inside one transaction.

    Parameters
    ----------
    connection : Connection
        An open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accept(
        self, person: Principal, release: str, sha256: str, *, now: datetime
    ) -> None:
        """Keep that somebody accepted terms; once, so look first.

        Parameters
        ----------
        person : Principal
            Who.
        release : str
            ``slug/version``.
        sha256 : str
            Hex digest of the terms.
        now : datetime
            Aware UTC.
        """
        self._connection.execute(
            insert(acceptances).values(
                person_id=person.id, release=release, sha256=sha256, at=now
            )
        )

    def accepted_at(self, person: Principal, sha256: str) -> datetime | None:
        """Tell when somebody accepted terms.

        Parameters
        ----------
        person : Principal
            Who.
        sha256 : str
            Hex digest of the terms.

        Returns
        -------
        datetime or None
            Aware UTC; None if they did not.
        """
        return self._connection.execute(
            select(acceptances.c.at).where(
                acceptances.c.person_id == person.id, acceptances.c.sha256 == sha256
            )
        ).scalar_one_or_none()

    def log(
        self,
        person: Principal,
        release: str,
        file: str,
        *,
        now: datetime,
        is_part: bool = False,
    ) -> None:
        """Keep that somebody fetched a file.

        Parameters
        ----------
        person : Principal
            Who.
        release : str
            ``slug/version``.
        file : str
            Name in the manifest.
        now : datetime
            Aware UTC.
        is_part : bool
            Whether it was a range of the file: parts count as one download.
        """
        mine = (
            (downloads.c.person_id == person.id)
            & (downloads.c.release == release)
            & (downloads.c.file == file)
        )
        if is_part and self._connection.scalar(select(exists().where(mine))):
            return
        self._connection.execute(
            insert(downloads).values(
                person_id=person.id, release=release, file=file, at=now
            )
        )

    def counts(self) -> dict[int, HandoutCount]:
        """Count what each person accepted and fetched.

        Returns
        -------
        dict of int to HandoutCount
            By the person's id; whoever did neither is absent.
        """
        releases: dict[int, list[str]] = {}
        accepted = select(acceptances.c.person_id, acceptances.c.release)
        for row in self._connection.execute(accepted.order_by(acceptances.c.at)):
            releases.setdefault(row.person_id, []).append(row.release)
        fetched: dict[int, int] = {
            row.person_id: row.number
            for row in self._connection.execute(
                select(downloads.c.person_id, func.count().label("number")).group_by(
                    downloads.c.person_id
                )
            )
        }
        return {
            person: HandoutCount(
                tuple(dict.fromkeys(releases.get(person, ()))), fetched.get(person, 0)
            )
            for person in releases.keys() | fetched.keys()
        }

    def downloads(self) -> list[dict[str, object]]:
        """List every download.

        Returns
        -------
        list of dict
            Oldest first: role, name, release, file, at.
        """
        rows = self._connection.execute(
            select(
                people.c.role,
                people.c.name,
                downloads.c.release,
                downloads.c.file,
                downloads.c.at,
            )
            .join(people, people.c.id == downloads.c.person_id)
            .order_by(downloads.c.id)
        )
        return [dict(row) for row in rows.mappings()]
