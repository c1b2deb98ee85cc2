"""Every act is in the audit table: who, what, and what it was before and after."""

from __future__ import annotations

import ast
import re
import shutil
from functools import cache
from pathlib import Path

import httpx
import pytest

from challenge.rules.terms import terms_of
from challenge.store import open_database
from challenge.synthesis import Release
from challenge.web.app import create_app
from challenge.web.policy import POLICY

from ...conftest import settings_for
from .conftest import asking
from .entrance import SITE
from .test_forms import BRIEF, World

SOURCE = Path(__file__).parents[3] / "challenge"
DOC = Path(__file__).parents[3] / "docs/audit-log.md"
FIRST = "a" * 16
# Acts that change nothing that was there, and so have no before and after.
ADDING = {
    "accept invitation": "somebody comes in",
    "accept terms": "somebody agrees, once for each text",
    "add announcement": "a new message",
    "add {role}": "a new name",
    "ask help": "a new question",
    "ask rescore": "a new question",
    "change password": "neither may be kept",
    "confirm": "it says who is there",
    "export board": "a folder for an auditor",
    "fail to confirm": "nothing came of it",
    "fail to log in": "nothing came of it",
    "hand over": "a file for the next pilot",
    "invite {guest.role}": "a new card",
    "log in": "it opens a session",
    "make stick": "a folder for a team",
    "make token": "a new token",
    "note lesson": "a new line",
    "publish release": "once, and it stays as it is",
    "restore backup": "everything is as it was then",
    "share with partner": "a folder for a partner",
    "start clock": "a pitch begins",
    "stop clock": "a pitch ends",
    "write note": "a team's own text, of which the last one stands",
}
SENT = {
    "POST /api/invitations/{code}": ("", {"name": "Wulp"}),
    "POST /api/terms": ("Grutto", {"sha256": "{terms}"}),
    "POST /api/pitches": ("Zwaluw", {"title": "Nieuw", "text": "Tekst."}),
    "PUT /api/submissions/{submission_id}/final": ("Zwaluw", {"choice": 1}),
    "DELETE /api/submissions/{submission_id}/final": ("Zwaluw", None),
    "PUT /api/submissions/{submission_id}/disqualification": (
        "Organisatie",
        {"reason": "Een fout."},
    ),
    "DELETE /api/submissions/{submission_id}/disqualification": ("Organisatie", None),
    "POST /api/rescore": ("Organisatie", {"reason": "Een fout."}),
    "POST /api/teams": ("Organisatie", {"name": "Mus"}),
    "PUT /api/phase/{name}": (
        "Organisatie",
        {"starts_at": "2199-01-01T10:00:00+01:00"},
    ),
    "POST /api/phase": ("Organisatie", {"phase": "frozen"}),
    # From here on the jury judges.
    "POST /api/rescore/{number}/publish": (
        "Organisatie",
        {"note": "Een fout hersteld."},
    ),
    "PUT /api/ballots/{team_name}": (
        "Ans",
        {"points": {one.slug: 4 for one in BRIEF.rubric}},
    ),
}
UNLOGGED = {
    "POST /api/submissions": "the table of submissions keeps every upload",
}


@cache
def calls() -> list[tuple[str, str, set[str]]]:
    """Every call that writes an entry: where, what, and which facts it names."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        if "unit.audit.add" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "unit.audit.add"
            ):
                given = [
                    element
                    for one in node.args
                    for element in (
                        one.value.elts if isinstance(one, ast.Starred) else [one]
                    )
                ]
                named = {word.arg for word in node.keywords if word.arg}
                found.append((path.name, said(given[1]), named))
    return found


def said(action: ast.expr) -> str:
    """Read the action; a name stands for what is worked out just above."""
    if isinstance(action, ast.Constant):
        return action.value
    if isinstance(action, ast.JoinedStr):
        return ast.unparse(action)[2:-1]
    return ast.unparse(action)


CONSTANTS = {
    "COMPARED": "compare teams",
    "MADE": "make stick",
    "EXPORTED": "export board",
    "PUBLISHED": "publish release",
    "RECORDED": "record verdict",
    "RESTORED": "restore backup",
    "_PICKED": "pick submission",
    "_SAVED": "save pitch",
    "_WROTE": "write note",
    "UNDECIDED": "close without verdict",
}


def test_an_entry_says_what_was_and_what_is_or_neither() -> None:
    found = calls()
    assert len(found) >= 40
    half = [one for one in found if ("before" in one[2]) != ("after" in one[2])]
    assert half == []
    adding = {
        CONSTANTS.get(what, what) for _, what, named in found if "before" not in named
    }
    assert adding == set(ADDING)


def test_the_documentation_names_every_act() -> None:
    table = DOC.read_text("utf-8").partition("## What is kept")[2].partition("\n## ")[0]
    told = set(re.findall(r"`([a-z]+ [a-z ]+|confirm)`", table))
    acts = {
        CONSTANTS.get(word, word).partition("{")[0].strip()
        for _, what, _ in calls()
        for word in re.findall(r"'([a-z ]+)'", what) or [what]
    }
    # A name is worked out just above its call.
    unnamed = {"act", "add"}
    missing = {
        act for act in acts - unnamed if not any(o.startswith(act) for o in told)
    }
    assert missing == set()


def request(world: World, route: str) -> httpx.Request:
    """Write a program's request, with what there is in this world to act on."""
    who, body = SENT[route]
    method, _, path = route.partition(" ")
    known = {
        "submission_id": FIRST,
        "code": world.known["invitation"],
        "name": "frozen",
        "number": 1,
        "team_name": "Kievit",
    }
    headers = {"Authorization": f"Bearer {world.room.tokens[who]}"} if who else {}
    if body and body.get("sha256"):
        body = {"sha256": terms_of(BRIEF, world.release).sha256}
    return httpx.Request(
        method, SITE + path.format(**known), headers=headers, json=body
    )


@pytest.fixture
def world(release: Release, tmp_path: Path) -> World:
    home = tmp_path / "home"
    shutil.copytree(release.path.parent, home / "releases/quickstart")
    shutil.copy(release.path.parents[2] / "challenge.db", home)
    return World(settings_for(home), release)


def test_every_act_of_a_program_is_in_the_audit_table(world: World) -> None:
    changing = {
        f"{method} {path}"
        for method, path in POLICY.routes
        if method not in ("GET", "*") and path.startswith("/api")
    }
    assert changing == SENT.keys() | UNLOGGED.keys()
    ask, added = asking(create_app(world.settings)), {}
    database = open_database(world.settings.database)

    def count() -> int:
        with database.read() as unit:
            return len(unit.audit.all())

    routes = list(SENT)
    turn = routes.index("POST /api/rescore/{number}/publish")
    for part in (routes[:turn], routes[turn:]):
        lengths = [count()]

        def sent(part=part, lengths=lengths):
            for route in part:
                yield request(world, route)
                lengths.append(count())

        told = ask(sent())
        assert [a.status_code for a in told if a.status_code >= 300] == []
        for route, one, two in zip(part, lengths, lengths[1:], strict=False):
            added[route] = two - one
        world.room.go("jury", is_open=True)
        world.room.change(world._enter)
    assert [route for route, more in added.items() if not more] == []
    with database.read() as unit:
        assert unit.audit.check().broken is None
    database.close()


def test_no_entry_says_what_stands_on_a_ballot_or_what_lets_somebody_in(
    world: World,
) -> None:
    secret = "Een opmerking die niemand leest"
    ballot = request(world, "PUT /api/ballots/{team_name}")
    invited = request(world, "POST /api/invitations/{code}")
    points = {one.slug: 4 for one in BRIEF.rubric}
    note = {"points": points, "note": secret}
    headers = {"Authorization": ballot.headers["Authorization"]}
    noted = httpx.Request("PUT", ballot.url, headers=headers, json=note)
    world.room.go("jury", is_open=True)
    asking(create_app(world.settings))([noted, invited])
    database = open_database(world.settings.database)
    with database.read() as unit:
        entries = unit.audit.all()
        [submitted] = [e for e in entries if e["action"] == "submit ballot"]
    database.close()
    assert set(submitted["detail"]) == {"before", "after"}
    text = str(entries)
    assert secret not in text
    assert "kansrijk_" not in text
    assert world.known["invitation"] not in text
