"""A database in which every secret is a value that stands nowhere else."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pandas as pd
from sqlalchemy import update

from challenge.kit.wheel import wheel_name
from challenge.records import Interest, Opinion, Principal, Role, Stage, State
from challenge.rules.registration import register
from challenge.rules.shelf import pdf_name
from challenge.rules.slides import inspect_pdf
from challenge.settings import Settings
from challenge.shelf import Folder
from challenge.store import Unit, open_database
from challenge.store.incidents import Incident
from challenge.store.sessions import Session
from challenge.store.tables import submissions
from challenge.synthesis import Release
from leaderboard import Estimate, Scorecard

from ...factories import RELEASE, Player
from .canaries import Planted, fine

PEOPLE = {
    "Zwaluw": Role.TEAM,
    "Grutto": Role.TEAM,
    "Wulp": Role.TEAM,
    "Ans": Role.JUROR,
    "Bo": Role.JUROR,
    "Chris": Role.JUROR,
    "Organisatie": Role.ORGANISER,
    "Bron": Role.PARTNER,
    "Toezicht": Role.AUDITOR,
}
# Juror Ans has a name that stands nowhere else.
NAMES = {name: name for name in PEOPLE} | {"Ans": "Jurylid-Qx81"}
RIVAL = "b0a7c0de7e1a0704"
LOWER = {"final": 0.9137531, "external": 0.8317513}
SCORED, REFUSED, GONE = "b0a7c0de5c0aed01", "b0a7c0de4ef00502", "b0a7c0de60e00603"
# Of a team that has a script for its name.
STRANGE = "b0a7c0de57a06e05"
# Behind all that somebody typed: a page that does not escape it runs it.
SCRIPT = "\"'><img src=x onerror=alert(1)>"
HELP = "QX1O"  # the code of a request holds neither 1 nor O
RUN = "feedc0dedeadbeef00aa11bb22cc33dd"
BUNDLE = "5eedb0a7" * 8
TEXTS = {
    "refused-title": "plant-titel-geweigerd",
    "refused-note": "plant-notitie-inzending",
    "refused-message": "plant-melding-weigering",
    "refused-log": "plant-logregel-model",
    "card": "plant-kaart-model",
    "disqualified-why": "plant-reden-inzending-weg",
    "help-text": "plant-hulpvraag",
    "help-answer": "plant-hulpantwoord",
    "pitch-title": "plant-pitchtitel",
    "pitch-text": "plant-pitchtekst",
    "pitch-canvas": "plant-canvas",
    "pitch-link": "plant-pitchlink",
    "pitch-pdf": "plant-in-de-pdf",
    "interpretation": "plant-duiding",
    "ballot-note": "plant-oordeel-feedback",
    "ballot-draft": "plant-oordeel-concept",
    "private-note": "plant-eigen-aantekening",
    "recusal-reason": "plant-reden-verschoning",
    "conflict-reason": "plant-reden-belang",
    "audit-detail": "plant-auditdetail",
    "incident-path": "/plant-incidentpad",
    "announcement": "plant-mededeling",
    "withdrawn-announcement": "plant-ingetrokken-mededeling",
    "rescoring-reason": "plant-reden-herscoren",
    "barred-why": "plant-reden-gediskwalificeerd",
    "token-label": "plant-label-token",
    "token-start": "kr_plantstart",
    "invitation-name": "plant-genodigde",
    "verdict-reasons": "plant-motivering",
    "lesson": "plant-les",
    "withdrawn-lesson": "plant-ingetrokken-les",
    "worker-name": "plant-werker",
}
# As it is kept; what is sought is the part before.
SAID = {item: text + SCRIPT for item, text in TEXTS.items()}
# Hashes of what lets somebody in.
HASHES = {
    "token-hash": "7a" * 32,
    "password-hash": "$argon2id$plant-wachtwoord",
    "session-hash": "7b" * 32,
    "invitation-hash": "7c" * 32,
}
# Where a path asks for something, these are there.
PLACES = {
    "submission_id": (SCORED, REFUSED),
    "team_name": ("Zwaluw", "Grutto"),
    "juror_name": (NAMES["Ans"],),
    "number": ("1",),
    "version": ("1",),
    "name:path": ("manifest.json",),
    "name": (wheel_name(),),
    "slug": ("quickstart",),
}
# Further than the end of a list.
BEHIND = ("/organiser/incidents?code=PLNT-22",)
UNKNOWN = "0000-0000-0000-0000"
CODES = {
    "/invitation/{code}": UNKNOWN,
    "/api/invitations/{code}": UNKNOWN,
    "/organiser/help/{code}": HELP,
}


class Plantation:
    """Everything planted, and everybody's token."""

    def __init__(self, settings: Settings, release: Release) -> None:
        self._settings, self._release = settings, release
        self.now = datetime.now(UTC)
        self.database = open_database(settings.database)
        with self.database.begin() as unit:
            self.tokens = {
                name: register(unit, role, NAMES[name], by="a test", now=self.now)[1]
                for name, role in PEOPLE.items()
            }
            self.people = {name: person(unit, name) for name in PEOPLE}
        self.cards = self._score()
        with self.database.begin() as unit:
            plant_runs(self, unit)
            plant_house(self, unit)
            plant_jury(self, unit)

    def planted(self) -> dict[str, Planted]:
        """Tell by what each item is found."""
        secret = self._release.secrets()
        hidden = self._release.sealed("board")
        board = self.cards["board"]
        numbers = {f"{rows}-exact": primary(card) for rows, card in self.cards.items()}
        numbers["replicates"] = fine(board.replicates[:20])
        numbers["board-groups"] = fine(in_groups(board))
        words = {item: (text,) for item, text in (TEXTS | HASHES).items()} | {
            "true-risk": tuple(f"{r:.9f}"[:-2] for r in hidden.true_risk[:20]),
            "effects": tuple(f"{e:.9f}"[:-2] for e in secret.effects if e % 0.01),
            "row-ids": tuple(hidden.ids[:20]),
            "hidden-labels": tuple(
                sep.join(map(str, hidden.labels[:40].astype(kind).tolist()))
                for sep in ("", ",", ", ", "\n")
                for kind in (int, float, bool)
            ),
            "hidden-features": tuple(in_rows(hidden.features)),
            "seed": (secret.seed,),
            "salt": (secret.salt,),
            "run-id": (RUN,),
            "submission-id": (SCORED, REFUSED),
            "bundle-sha256": (BUNDLE,),
            "help-code": (HELP,),
            "juror-name": (NAMES["Ans"],),
        }
        return {item: Planted(words=sought) for item, sought in words.items()} | numbers

    def go(self, phase: str) -> None:
        """Go to a phase of the table."""
        with self.database.begin() as unit:
            at, by = datetime.now(UTC), "a test"
            goal = "jury" if phase == "decided" else phase
            unit.phases.change(goal, by=by, now=at)
            if phase in ("decided", "closed") and not unit.verdicts.all():
                unit.panels.change(is_open=False, by=by, now=at)
                unit.verdicts.add(
                    ["Zwaluw"],
                    reasons=SAID["verdict-reasons"],
                    deviation="",
                    by=by,
                    now=at,
                )

    def _score(self) -> dict[str, Scorecard]:
        """Score for real on board rows; the others are the same, and a bit lower."""
        player = Player(self.database, self._release, self._settings.home)
        player.play(SCORED, player.guess(0.1), "Zwaluw")
        player.play(RIVAL, player.guess(0.05), "Grutto")
        player.play(STRANGE, player.guess(0.02), f"Kievit {SCRIPT}")
        mine: dict[str, Scorecard] = {}
        with self.database.begin() as unit:
            for key in (RIVAL, SCORED):
                card = Scorecard.from_json(unit.results.get(key).scorecard)
                mine = {"board": card} | {
                    rows: scaled(card, factor) for rows, factor in LOWER.items()
                }
                finals = {rows: mine[rows].to_json() for rows in LOWER}
                finals["transport"] = "[]"
                unit.finals.record(
                    key, finals, release=RELEASE, scorer="1", now=self.now
                )
            unit.results.track(SCORED, RUN)
            unit.submissions._connection.execute(
                update(submissions)
                .where(submissions.c.id == STRANGE)
                .values(title=SCRIPT, note=SCRIPT, card=f"# {SCRIPT}")
            )
        return mine


def person(unit: Unit, name: str) -> Principal:
    found = unit.people.named(PEOPLE[name], NAMES[name])
    assert found is not None
    return found


def scaled(card: Scorecard, factor: float) -> Scorecard:
    """Make another card of it: as paired, with figures of its own."""
    metrics = {
        name: Estimate(*(v and v * factor for v in (e.value, e.low, e.high)))
        for name, e in card.metrics.items()
    }
    return replace(card, metrics=metrics, replicates=card.replicates * factor)


def primary(card: Scorecard) -> Planted:
    """Seek the exact scores and their intervals."""
    return fine(
        end
        for e in card.metrics.values()
        for end in (e.value, e.low, e.high)
        if end is not None and end == end
    )


def in_rows(features: pd.DataFrame) -> Iterator[str]:
    """Write hidden rows as a sheet or a file has them, and the columns of a file."""
    for row in features.iloc[:20].itertuples(index=False):
        yield from (sep.join(map(str, row)) for sep in (",", ", ", ";", "\t"))
    for name in features:
        yield "\n".join(map(str, features[name].iloc[:40]))


def in_groups(card: Scorecard) -> list[float]:
    """Collect the exact gaps of the board rows and areas."""
    gaps = [gap.value for gap in card.gaps.values()]
    return gaps + [area.expected for area in card.areas if area.expected]


def plant_runs(world: Plantation, unit: Unit) -> None:
    """A submission that was refused, one that fell away, and a question about it."""
    facts = {
        "team_id": world.people["Zwaluw"].id,
        "release": RELEASE,
        "stage": Stage.PROOF,
        "state": State.REFUSED,
        "created_at": world.now,
        "updated_at": world.now,
        "bundle_sha256": BUNDLE,
    }
    unit.submissions.add(
        id=REFUSED,
        **facts,
        title=SAID["refused-title"],
        note=SAID["refused-note"],
        message=SAID["refused-message"],
        log=SAID["refused-log"],
        card=SAID["card"],
        reason="crashed",
        hint="-",
        worker=SAID["worker-name"],
    )
    unit.submissions.add(id=GONE, **facts)
    unit.picks.disqualify(GONE, SAID["disqualified-why"])
    unit.help_requests.add(
        world.people["Zwaluw"],
        code=HELP,
        text=SAID["help-text"],
        submission_id=REFUSED,
        now=world.now,
    )
    unit.help_requests.answer(
        HELP, SAID["help-answer"], by="Organisatie", now=world.now
    )
    unit.rescorings.ask(
        RELEASE,
        scorer="9",
        by="Organisatie",
        reason=SAID["rescoring-reason"],
        now=world.now,
    )


def plant_house(world: Plantation, unit: Unit) -> None:
    """What stands in logs, and what lets somebody in."""
    now, mine = world.now, world.people["Zwaluw"]
    later = now + timedelta(days=1)
    unit.audit.add("a test", "plant thing", "-", now=now, why=SAID["audit-detail"])
    unit.incidents.add(
        Incident("PLNT-22", now, 404, "GET", SAID["incident-path"], "team", "E")
    )
    for name in ("announcement", "withdrawn-announcement"):
        unit.announcements.add(nl=SAID[name], en=SAID[name], by="a test", now=now)
    unit.announcements.withdraw(2, now=now)
    for name in ("lesson", "withdrawn-lesson"):
        said = {"kind": "question", "text": SAID[name], "interpretation": ""}
        unit.lessons.add(**said, by=world.people["Organisatie"], now=now)
    unit.lessons.withdraw(2, now=now)
    unit.people.bar(world.people["Wulp"], SAID["barred-why"])
    unit.people.keep_password(mine, HASHES["password-hash"])
    unit.tokens.add(
        mine,
        token_hash=HASHES["token-hash"],
        start=TEXTS["token-start"],  # the service makes it: 16 characters
        scope="read",
        label=SAID["token-label"],
        now=now,
    )
    unit.sessions.open(Session(HASHES["session-hash"], mine.id, now, later))
    unit.invitations.add(
        code_hash=HASHES["invitation-hash"],
        role=Role.TEAM,
        name=SAID["invitation-name"],
        created_by="a test",
        created_at=now,
        expires_at=later,
    )


def plant_jury(world: Plantation, unit: Unit) -> None:
    """What the team tells the jury, and what Ans thinks of it."""
    now, people = world.now, world.people
    # Packed, as most programs that make a PDF do.
    packed = zlib.compress(TEXTS["pitch-pdf"].encode())
    pdf = b"%PDF-1.4\nstream\n" + packed + b"\nendstream\n%%EOF\n"
    sha256, size = inspect_pdf(BytesIO(pdf))
    shelf = Folder(world._settings.files_folder)
    with shelf.draft(pdf_name(sha256), BytesIO(pdf)) as keep:
        keep()
    unit.pitches.put(
        people["Zwaluw"],
        title=SAID["pitch-title"],
        text=SAID["pitch-text"],
        link=f"https://example.org/{TEXTS['pitch-link']}",
        canvas={"1": SAID["pitch-canvas"]},
        pdf_sha256=sha256,
        pdf_bytes=size,
        now=now,
    )
    for team in ("Grutto", "Wulp"):
        unit.pitches.put(people[team], title="Idee", text="Tekst.", now=now)
    unit.interpretations.write(people["Zwaluw"], SAID["interpretation"], now=now)
    for juror in ("Ans", "Bo", "Chris"):
        for team in ("Zwaluw", "Grutto", "Wulp"):
            knows = (juror, team) == ("Ans", "Wulp")
            kind = Interest.KNOWS if knows else Interest.NONE
            reason = SAID["conflict-reason"] if knows else ""
            unit.conflicts.declare(
                people[juror], people[team], kind, reason=reason, now=now
            )
    points = {"bruikbaarheid": 5}
    for team, opinion, facts in (
        (
            "Zwaluw",
            Opinion(points, (), SAID["ballot-note"], SAID["private-note"]),
            {"submitted_at": now},
        ),
        ("Grutto", Opinion({}, (), SAID["ballot-draft"]), {}),
        (
            "Wulp",
            Opinion({}, (), SAID["recusal-reason"]),
            {"submitted_at": now, "recused": True},
        ),
    ):
        unit.ballots.put(people["Ans"], people[team], opinion, now=now, **facts)
