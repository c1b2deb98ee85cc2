"""Teams with tables of different partners, from terms to board, over real HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import yaml

from challenge.client import Client
from challenge.errors import ServerRefusedError
from challenge.records import Role
from challenge.settings import Settings
from challenge.store import open_database
from challenge.synthesis import build

from ..conftest import settings_for, sign
from ..factories import QUICKSTART, pyfunc_bundle
from .conftest import Server, accept, finish, register_all, run_server

pytestmark = [pytest.mark.sandbox, pytest.mark.full]
CLINIC, STREET = ("sleep_problems", "reads_aloud"), ("social_contacts",)
SOURCES = """
core = ["parents"]

[[sources]]
name = "clinic"
label = { nl = "Spreekuur", en = "Clinic" }
tables = ["clinic"]
[[sources]]
name = "street"
label = { nl = "Straat", en = "Street" }
tables = ["street"]
"""
TEAMS = {"Zwaluw": "clinic", "Grutto": "clinic", "Kievit": "street"}

# Says how much of a column it was given, and gives chances that differ by it. Rows
# arrive shuffled, so what is added to tell rows apart comes from the row itself.
SEES = """
import numpy as np
import pandas as pd
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        for name, column in frame.items():
            print("saw", name, column.dtype, int(column.notna().sum()))
        hidden = frame["social_contacts"]
        if len(frame) > 1000 and hidden.notna().any() != {sees}:
            raise ValueError("the hidden rows differ from the practice rows")
        alone = (frame["household_type"] == "single_parent").to_numpy()
        hashes = pd.util.hash_pandas_object(frame.astype(str), index=False)
        noise = hashes.to_numpy() % 1000 / 50_000
        return np.where(alone, 0.28, 0.1) + noise + np.where(hidden > 3, -0.02, 0.0)
"""


def split_quickstart(folder: Path) -> Path:
    """Write the quickstart anew, as if three partners had its columns."""
    made = shutil.copytree(QUICKSTART, folder / "quickstart")
    parents = yaml.safe_load((made / "partners/parents.yaml").read_text("utf-8"))
    fields = {field["name"]: field for field in parents["schema"]["fields"]}
    parents["x-associations"] = [
        entry
        for entry in parents["x-associations"]
        if not set(entry["columns"]) & {*CLINIC, *STREET}
    ]
    link = {"fields": "hh_id", "reference": {"resource": "parents", "fields": "hh_id"}}
    for name, columns in (("clinic", CLINIC), ("street", STREET)):
        mine = [fields[column] for column in ("hh_id", *columns)]
        schema = {"primaryKey": "hh_id", "foreignKeys": [link], "fields": mine}
        partner = {
            key: value for key, value in parents.items() if key != "x-associations"
        }
        partner |= {"name": name, "x-partner": name, "schema": schema}
        write_yaml(made / f"partners/{name}.yaml", partner)
    parents["schema"]["fields"] = [
        field for name, field in fields.items() if name not in (*CLINIC, *STREET)
    ]
    write_yaml(made / "partners/parents.yaml", parents)
    text = (made / "brief.toml").read_text("utf-8")
    text = text.replace('slug = "quickstart"', 'slug = "quickstart"' + SOURCES)
    for team, source in TEAMS.items():
        named = f'name = "{team}"'
        text = text.replace(named, f'{named}\nsources = "{source}"')
    (made / "brief.toml").write_text(text, "utf-8")
    return made


def write_yaml(place: Path, data: dict[str, Any]) -> None:
    place.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a challenge whose teams have different tables."""
    home = tmp_path_factory.mktemp("split")
    folder = split_quickstart(home / "datasets")
    found = settings_for(home).model_copy(update={"content": home / "datasets"})
    sign(build(folder, home / "releases", seed=1), found)
    return found


@pytest.fixture(scope="module")
def server(sandbox_works: None, split: Settings) -> Iterator[Server]:
    """A server with the teams of the brief, and one that the brief does not know."""
    for running in run_server(split):
        running.tokens.update(register_all(split, dict.fromkeys(TEAMS, Role.TEAM)))
        for team, source in {"Wulp": "all", "Merel": "street"}.items():
            running.tokens.update(register_all(split, {team: Role.TEAM}, source))
        yield running


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model for each team, which refuses rows that it should not see."""
    folder = tmp_path_factory.mktemp("bundles")
    for team, source in (TEAMS | {"Wulp": "all"}).items():
        code = SEES.format(sees=source != "clinic")
        (folder / f"{team}.zip").write_bytes(pyfunc_bundle(code))
    return {place.stem: place for place in folder.iterdir()}


@pytest.fixture(scope="module")
def scored(server: Server, bundles: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """One submission of each team, scored."""
    found = {}
    for team, bundle in bundles.items():
        with server.client(team) as client:
            found[team] = finish(client, bundle)
    return found


def get(server: Server, path: str, who: str | None, **headers: str) -> httpx.Response:
    if who:
        headers["Authorization"] = f"Bearer {server.tokens[who]}"
    return httpx.get(server.url + path, headers=headers, timeout=60)


def downloads(server: Server, who: str) -> list[str]:
    """Files that somebody fetched, as kept; they are written after the answer."""
    time.sleep(0.3)
    entries = get(server, "/api/downloads", "Organisatie").json()
    return [entry["file"] for entry in entries if entry["name"] == who]


def cells(row: str) -> list[str]:
    """Read the texts of a table row's cells."""
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in found]


def test_before_the_terms_are_accepted_a_download_is_refused_with_what_to_do(
    server: Server, join: Callable[[str], Client], tmp_path: Path
) -> None:
    client = join("Scholekster", "all")
    answer = get(server, "/api/releases/1/files/groups.parquet", "Scholekster")
    assert (answer.status_code, answer.json()["slug"]) == (403, "terms-not-accepted")
    assert "POST /api/terms" in answer.json()["hint"]
    with client, pytest.raises(ServerRefusedError) as refused:
        client.download(tmp_path)
    assert refused.value.slug == "terms-not-accepted"
    assert downloads(server, "Scholekster") == []


def test_terms_are_accepted_once_and_the_audit_log_keeps_it(
    server: Server, join: Callable[[str], Client]
) -> None:
    with join("Tureluur", "all") as client:
        terms = client.challenge()["terms"]
        accept(client)
        first = client.challenge()["terms"]["accepted_at"]
        accept(client)
        again = client.challenge()["terms"]["accepted_at"]
    database = open_database(server.settings.database)
    with database.read() as unit:
        entries = [
            entry
            for entry in unit.audit.all()
            if (entry["actor"], entry["action"]) == ("Tureluur", "accept terms")
        ]
    database.close()
    assert terms["accepted_at"] is None
    assert first == again
    assert [entry["subject"] for entry in entries] == ["quickstart/1"]
    assert entries[0]["detail"] == {"role": "team", "sha256": terms["sha256"]}


def test_other_terms_than_those_of_the_release_cannot_be_accepted(
    server: Server,
) -> None:
    answer = httpx.post(
        f"{server.url}/api/terms",
        json={"sha256": "0" * 64},
        headers={"Authorization": f"Bearer {server.tokens['Merel']}"},
    )
    assert (answer.status_code, answer.json()["slug"]) == (422, "request-refused")


def test_the_terms_say_in_both_languages_what_the_brief_says(server: Server) -> None:
    text = get(server, "/api/challenge", None).json()["terms"]["text"]
    assert len(text["nl"]) == len(text["en"])
    for language, words in {
        "nl": ("Niet voor besluiten over een gezin", "Herkomst van de moeder"),
        "en": ("Not for decisions about a family", "Origin of the mother"),
    }.items():
        whole = " ".join(text[language])
        assert all(word in whole for word in words)
        assert "{" not in whole


@pytest.mark.parametrize(
    ("team", "own", "other"),
    [
        ("Zwaluw", "sources/clinic/train.parquet", "sources/street/train.parquet"),
        ("Zwaluw", "tables/clinic.parquet", "tables/street.parquet"),
        ("Zwaluw", "tables/parents.parquet", "train.parquet"),
        ("Kievit", "sources/street/practice.parquet", "practice.parquet"),
        ("Merel", "tables/street.parquet", "tables/clinic.parquet"),
        ("Wulp", "train.parquet", "sources/clinic/train.parquet"),
        ("Jurylid", "tables/clinic.parquet", "sources/clinic/train.parquet"),
    ],
)
def test_a_file_of_another_source_set_does_not_exist(
    server: Server, team: str, own: str, other: str
) -> None:
    with server.client(team) as client:
        accept(client)
        listed = client.challenge()["release"]["files"]
    answers = [
        get(server, f"/api/releases/1/files/{name}", team)
        for name in (own, other, "tables/nothing.parquet")
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert {answer.json()["slug"] for answer in answers[1:]} == {"file-missing"}
    assert answers[1].json()["hint"] == "See your files at /data."
    assert own in listed
    assert other not in listed


def test_an_organiser_gets_the_files_of_every_set_without_terms(
    server: Server,
) -> None:
    for name in ("train.parquet", "sources/clinic/train.parquet"):
        answer = get(server, f"/api/releases/1/files/{name}", "Organisatie")
        assert answer.status_code == 200


def test_a_download_looks_the_same_for_every_team_and_lacks_what_is_not_theirs(
    server: Server, tmp_path: Path
) -> None:
    frames = {}
    for team in ("Zwaluw", "Kievit", "Wulp"):
        with server.client(team) as client:
            client.download(tmp_path / team, accept_terms=True)
        frames[team] = pd.read_parquet(tmp_path / team / "train.parquet")
    filled = {t: set(f.columns[f.notna().any()]) for t, f in frames.items()}
    assert len({tuple(frame.columns) for frame in frames.values()}) == 1
    assert filled["Wulp"] - filled["Zwaluw"] == set(STREET)
    assert filled["Wulp"] - filled["Kievit"] == set(CLINIC)
    assert not (tmp_path / "Zwaluw" / "tables" / "street.parquet").exists()
    assert not (tmp_path / "Zwaluw" / "sources").exists()


@pytest.mark.parametrize("team", ["Zwaluw", "Kievit", "Wulp"])
def test_every_resource_of_a_downloaded_folder_is_read_by_its_data_package(
    server: Server, tmp_path: Path, team: str
) -> None:
    with server.client(team) as client:
        paths = client.download(tmp_path, accept_terms=True)
    told = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    resources = {resource["path"]: resource for resource in told["resources"]}
    read = {".parquet": pd.read_parquet, ".csv": partial(pd.read_csv, comment="#")}
    assert {tmp_path / path for path in resources} == {
        path for path in paths if path.suffix in read
    }
    for path, resource in resources.items():
        place = tmp_path / path
        frame = read[place.suffix](place)
        fields = [field["name"] for field in resource["schema"]["fields"]]
        digest = hashlib.sha256(place.read_bytes()).hexdigest()
        assert resource["hash"] == f"sha256:{digest}"
        assert resource["x-row-count"] == len(frame)
        assert fields == list(frame.columns)


def test_a_team_that_nobody_gave_a_source_set_gets_nothing(
    server: Server, join: Callable[[str], Client]
) -> None:
    join("Zwa1uw").close()
    for path in ("/api/challenge", "/api/releases/1/files/train.parquet"):
        answer = get(server, path, "Zwa1uw")
        assert (answer.status_code, answer.json()["slug"]) == (422, "request-refused")
        assert "--sources" in answer.json()["hint"]


def test_each_download_is_kept_and_the_parts_of_one_count_once(server: Server) -> None:
    with server.client("Wulp") as client:
        accept(client)
    before = downloads(server, "Wulp").count("manifest.json")
    path = "/api/releases/1/files/manifest.json"
    parts = [
        get(server, path, "Wulp", Range=f"bytes={start}-{start + 99}").status_code
        for start in (100, 0, 200)
    ]
    after = downloads(server, "Wulp").count("manifest.json")
    get(server, path, "Wulp")
    assert parts == [206, 206, 206]
    assert after == max(before, 1)
    assert downloads(server, "Wulp").count("manifest.json") == after + 1


def test_a_model_that_needs_another_sources_column_sees_only_missing_values(
    server: Server, scored: dict[str, dict[str, Any]]
) -> None:
    """The model itself refuses hidden rows that differ from this log."""
    assert {team: found["state"] for team, found in scored.items()} == dict.fromkeys(
        scored, "scored"
    )
    seen = {}
    for team, found in scored.items():
        lines = (line.split() for line in found["log"].splitlines())
        seen[team] = {
            line[1]: (line[2], int(line[3])) for line in lines if line[0] == "saw"
        }
    rows = seen["Wulp"]["household_type"][1]
    assert {*map(tuple, seen.values())} == {tuple(seen["Wulp"])}
    for team, columns in seen.items():
        gone = {name for name, (_, filled) in columns.items() if filled == 0}
        wanted = {"clinic": STREET, "street": CLINIC}.get(TEAMS.get(team, ""), ())
        assert gone == set(wanted)
        assert columns["household_type"] == ("object", rows)
        assert [columns[name][0] for name in (*CLINIC, *STREET)] == [
            seen["Wulp"][name][0] for name in (*CLINIC, *STREET)
        ]


def test_places_count_within_a_set_and_the_own_set_comes_first(
    server: Server, scored: dict[str, dict[str, Any]]
) -> None:
    boards = {who: get(server, "/api/board", who).json() for who in (None, "Kievit")}
    listed = {who: [s["name"] for s in b["sources"]] for who, b in boards.items()}
    rows = {row["team"]: row for row in boards[None]["rows"]}
    order = [row["sources"] for row in boards["Kievit"]["rows"]]
    assert listed == {
        None: ["all", "clinic", "street"],
        "Kievit": ["street", "all", "clinic"],
    }
    assert order == ["street", "all", "clinic", "clinic"]
    assert {team: row["sources"] for team, row in rows.items()} == TEAMS | {
        "Wulp": "all"
    }
    alone = [rows[team] for team in ("Kievit", "Wulp")]
    assert {(row["place_low"], row["place_high"]) for row in alone} <= {
        (1, 1),
        (None, None),
    }
    # Two teams with one model: nobody can tell them apart.
    pair = [(rows[t]["place_low"], rows[t]["place_high"]) for t in ("Zwaluw", "Grutto")]
    assert pair in ([(1, 2), (1, 2)], [(None, None), (None, None)])


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ("Spreekuur", "Alle bronnen")), ("en", ("Clinic", "All sources"))],
)
def test_pages_name_the_set(
    server: Server,
    scored: dict[str, dict[str, Any]],
    language: str,
    words: tuple[str, str],
) -> None:
    html = {"Accept": "text/html"}
    board = get(server, f"/?lang={language}", "Zwaluw", **html).text
    card = f"/submissions/{scored['Zwaluw']['id']}/scorecard?lang={language}"
    assert 0 < board.index(words[0]) < board.index(words[1])
    assert words[0] in get(server, card, "Zwaluw", **html).text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_browser_accepts_the_terms_with_a_tick_and_then_gets_links(
    server: Server, language: str
) -> None:
    tokens = register_all(server.settings, {f"Team {language}": Role.TEAM}, "street")
    link = '<a href="/api/releases/1/files/tables/street.parquet">'
    with httpx.Client(
        base_url=server.url, headers={"Accept": "text/html", "Origin": server.url}
    ) as browser:
        visitor = browser.get(f"/data?lang={language}").text
        browser.post("/login", data={"token": tokens[f"Team {language}"]})
        before = browser.get("/data").text
        sha256 = browser.get("/api/challenge").json()["terms"]["sha256"]
        unticked = browser.post("/data", data={"sha256": sha256})
        ticked = browser.post("/data", data={"sha256": sha256, "accepted": "true"})
        after = browser.get("/data").text
        file = browser.get("/api/releases/1/files/tables/street.parquet")
    label = {"nl": "Straat", "en": "Street"}[language]
    assert "<form" not in visitor.partition("<main")[2]
    assert link not in visitor
    assert 'type="checkbox"' in before
    assert link not in before
    assert f'value="{sha256}"' in before
    assert (unticked.status_code, "accepted-error" in unticked.text) == (422, True)
    assert (ticked.status_code, ticked.headers["location"]) == (303, "/data")
    assert link in after
    assert label in after
    core = {"nl": "Ieder team heeft ook: ", "en": "Every team also has: "}[language]
    assert core in after
    order = ("train.parquet", "practice.parquet", "groups.parquet", "tables/")
    rows = after.partition("<tbody>")[2]
    places = [rows.index(name) for name in order]
    assert places == sorted(places)
    assert 'type="checkbox"' not in after
    assert "tables/clinic.parquet" not in after
    assert file.status_code == 200


@pytest.mark.parametrize(
    ("language", "head", "labels"),
    [
        (
            "nl",
            ["Naam", "Bronnen", "Voorwaarden aangenomen van", "Downloads"],
            {"clinic": "Spreekuur", "street": "Straat", "all": "Alle bronnen"},
        ),
        (
            "en",
            ["Name", "Data sources", "Accepted the terms of", "Downloads"],
            {"clinic": "Clinic", "street": "Street", "all": "All sources"},
        ),
    ],
)
def test_the_organisers_desk_lists_each_team_with_its_source_set_and_downloads(
    server: Server,
    join: Callable[[str], Client],
    language: str,
    head: list[str],
    labels: dict[str, str],
) -> None:
    with join(f"Desk {language} 1", "street") as client:
        accept(client)
    join(f"Desk {language} 2", "all").close()
    path = "/api/releases/1/files/manifest.json"
    get(server, path, f"Desk {language} 1")
    assert downloads(server, f"Desk {language} 1") == ["manifest.json"]
    html = get(
        server, f"/organiser/people?lang={language}", "Organisatie", Accept="text/html"
    ).text
    table = html.partition('id="role-team"')[2].partition("</table>")[0]
    rows = [cells(row)[:4] for row in table.split("<tr")[1:]]
    assert rows[0] == head
    teams = {row[0]: row[1:] for row in rows[1:]}
    sources = {**TEAMS, "Wulp": "all", "Merel": "street"}
    assert {team: teams[team][0] for team in sources} == {
        team: labels[source] for team, source in sources.items()
    }
    assert teams[f"Desk {language} 1"] == [labels["street"], "quickstart/1", "1"]
    assert teams[f"Desk {language} 2"] == [labels["all"], "–", "0"]


def test_the_desk_says_so_of_a_team_that_nobody_gave_a_source_set(
    server: Server, join: Callable[[str], Client]
) -> None:
    join("Zonder").close()
    html = get(server, "/organiser/people", "Organisatie", Accept="text/html").text
    row = html.partition(">Zonder</th>")[2].partition("</tr>")[0]
    assert cells(row)[:3] == ["Nog niet gekozen", "–", "0"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_of_the_data_gives_each_file_its_rows_size_and_folded_hash(
    server: Server, join: Callable[[str], Client], language: str
) -> None:
    name = f"Blad {language}"
    with join(name, "street") as client:
        accept(client)
        listed = client.challenge()["release"]["files"]
    path = f"/data?lang={language}"
    html = get(server, path, name, Accept="text/html").text
    table = html.partition('id="files"')[2].partition("</table>")[0]
    rows = {row[0]: row for row in map(cells, table.split("<tr>")[2:])}
    assert set(rows) == {*listed} - {"manifest.json"}
    for file, row in rows.items():
        public = server.settings.home / "releases/quickstart/1/public" / file
        content = public.read_bytes()
        count = f"{len(pd.read_parquet(public))}" if public.suffix == ".parquet" else ""
        assert row[1].replace(".", "").replace(",", "") == count or not count
        assert row[2] == f"{-(-len(content) // 1024)} KiB"
        digest = hashlib.sha256(content).hexdigest()
        assert row[3] == f"sha256{digest}"
        assert f'<span class="hash">{digest}</span></details>' in table
    assert table.count("<details><summary>sha256</summary>") == len(rows)
    assert "<details open" not in html


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("who", [None, "Zwaluw", "Organisatie"])
def test_the_page_of_the_data_begins_with_the_name_of_the_challenge(
    server: Server, who: str | None, language: str
) -> None:
    title = get(server, "/api/challenge", None).json()["title"][language]
    html = get(server, f"/data?lang={language}", who, Accept="text/html").text
    main = html.partition('<main id="content">')[2].lstrip()
    assert main.startswith(f'<p class="kicker">{title}</p>\n<h1>')


def test_the_command_line_downloads_only_when_the_terms_are_accepted(
    server: Server, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    from challenge.cli import app

    [token] = register_all(server.settings, {"Specht": Role.TEAM}, "all").values()
    env = {"CHALLENGE_URL": server.url, "CHALLENGE_TOKEN": token}
    folder = str(tmp_path / "data")
    runner = CliRunner()
    refused = runner.invoke(app, ["download", folder], env=env)
    fetched = runner.invoke(app, ["download", folder, "--accept-terms"], env=env)
    again = runner.invoke(app, ["download", folder], env=env)
    assert [done.exit_code for done in (refused, fetched, again)] == [1, 0, 0]
    assert "have not accepted the terms" in refused.stderr
    place = f"{server.url}/data"
    told = "".join(refused.stderr.split())
    assert (
        "".join(f"Add `--accept-terms` once you have read them at {place}.".split())
        in told
    )
    for done in (refused, fetched):
        assert "Do not try to link a row" in done.stderr
    assert "Do not try to link a row" not in again.stderr
    count = sum(path.is_file() for path in (tmp_path / "data").rglob("*"))
    assert f"{count} files in" in again.stderr
    assert (tmp_path / "data" / "train.parquet").is_file()


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_person_at_a_terminal_reads_the_terms_and_is_asked(
    server: Server, tmp_path: Path, answer: str, code: int
) -> None:
    team = {f"Mees {answer}": Role.TEAM}
    [token] = register_all(server.settings, team, "all").values()
    keyboard, screen = pty.openpty()
    os.write(keyboard, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "challenge", "download", str(tmp_path / "data")],
        env=os.environ | {"CHALLENGE_URL": server.url, "CHALLENGE_TOKEN": token},
        stdin=screen,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(keyboard)
    os.close(screen)
    assert done.returncode == code, done.stderr
    assert "Do not try to link a row" in done.stderr
    refused = "Not accepted; nothing was downloaded." in done.stderr
    assert refused == (answer == "n")
    assert (tmp_path / "data" / "train.parquet").exists() == (answer == "y")


def test_a_client_that_is_nobody_gets_the_list_of_all_tables(server: Server) -> None:
    with Client(server.url) as visitor:
        told = visitor.challenge()
    assert told["sources"]["name"] == "all"
    assert "train.parquet" in told["release"]["files"]
    assert told["terms"]["accepted_at"] is None
