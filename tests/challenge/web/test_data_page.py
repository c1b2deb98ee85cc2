"""The data page: terms, the reader's own tables column by column, and the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from challenge.brief import read_brief
from challenge.records import Role
from challenge.synthesis import Release
from challenge.synthesis.documents.dictionary import dictionary
from challenge.web.dictionary import read_dictionary

from .conftest import Ask
from .entrance import Desk, get, post

DATASETS = Path(__file__).parents[3] / "datasets"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_column_of_the_release_stands_on_the_page(
    ask: Ask, release: Release, language: str
) -> None:
    [answer] = ask([get(f"/data?lang={language}")])
    place = release.public_file("dictionary.json")
    for column in json.loads(place.read_text("utf-8"))["columns"]:
        assert f'class="hash">{column["name"]}</th>' in answer.text
        assert column["label"][language] in answer.text


def test_a_visitor_reads_that_the_audit_report_is_for_later(ask: Ask) -> None:
    [answer] = ask([get("/data?lang=nl")])
    assert "zodra je bent ingelogd" in answer.text
    assert "files/report.html" not in answer.text


def test_whoever_accepted_gets_the_audit_report(ask: Ask, desk: Desk) -> None:
    person, _ = desk.add(Role.TEAM, "Wulp")
    secret = desk.session(person)
    [before] = ask([get("/data", secret=secret)])
    _, _, rest = before.text.partition('name="sha256" value="')
    sha256 = rest.partition('"')[0]
    accepted = post("/data", secret=secret, sha256=sha256, accepted="true")
    after = get("/data", secret=secret)
    [answered, after_page] = ask([accepted, after])
    assert "files/report.html" not in before.text
    assert answered.status_code == 303
    assert 'files/report.html">' in after_page.text
    report = get("/api/releases/1/files/report.html", secret=secret)
    [fetched] = ask([report])
    assert fetched.status_code == 200


def test_a_form_without_its_tick_says_so_above_and_beside(ask: Ask, desk: Desk) -> None:
    person, _ = desk.add(Role.TEAM, "Wulp")
    [refused] = ask([post("/data", secret=desk.session(person), sha256="x")])
    assert refused.status_code == 422
    assert '<a href="#accepted">' in refused.text
    assert 'id="accepted-error"' in refused.text
    with desk.database.read() as unit:
        assert unit.handouts.accepted_at(person, "x") is None


def test_a_team_reads_of_its_own_sources_only(tmp_path: Path) -> None:
    brief = read_brief(DATASETS / "first-1000-days")
    place = tmp_path / "dictionary.json"
    place.write_text(json.dumps(dictionary(brief, rehearsal=True)), "utf-8")

    every = read_dictionary(place, "nl", brief.tables_of("all"))
    own = read_dictionary(place, "nl", brief.tables_of("cz"))

    assert {table.name for table in every} == {p.name for p in brief.partners}
    assert {table.name for table in own} == set(brief.tables_of("cz"))
    assert len(own) < len(every)


def test_a_column_says_its_unit_use_and_provenance(tmp_path: Path) -> None:
    brief = read_brief(DATASETS / "first-1000-days")
    place = tmp_path / "dictionary.json"
    place.write_text(json.dumps(dictionary(brief, rehearsal=True)), "utf-8")

    [table] = read_dictionary(place, "nl", ["cbs_household"])
    columns = {column.name: column for column in table.columns}

    assert columns["hh_id"].use == "koppelt tabellen"
    assert columns["hh_id"].provenance == "aanname: per uitgave gemaakt"
    assert "om mee te controleren, nooit een kenmerk" in columns["municipality"].use
    assert columns["municipality"].notes == "gevoelig"
