"""Every command that a page tells people to type has been typed by a test.

A page with shell blocks belongs to a story: its commands are run, in order, in a new
folder with real servers. What cannot be run here stands in `NOT_RUN` with the reason,
and is only held against the commands that there are. So a page that gains a command
nobody runs makes a test fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from challenge.brief import read_brief
from challenge.client import Client
from challenge.records import Role
from challenge.rules.inviting import Guest, invite
from challenge.settings import Settings
from challenge.store import open_database

from ..challenge.synthesis.families import real_rows, write
from .conftest import Server, judging, register_all
from .spelling import fault_in, mentioned
from .stories import ROOT, Story, blocks, pages, tell, words

SHELL = {"sh", "console"}
# Pages whose commands another file runs.
ELSEWHERE = {
    "docs/tutorial.md": "tests/functional/test_tutorial.py",
    "docs/scaling.md": "tests/functional/test_dask.py",
    "docs/kit.md": "tests/functional/test_stick.py",
    "docs/backup.md": "tests/challenge/organiser/test_backup.py",
}
# Page, how the command begins, and why no story has it.
NOT_RUN = [
    ("README.md", "make demo", "tests/functional/test_demo.py runs it"),
    ("README.md", "make test", "it runs this test"),
    ("docs/tutorial.md", "make .venv/.ready", "it makes what this runs in"),
    ("docs/tutorial.md", "export KANSRIJK", "the story sets these itself"),
    ("docs/tutorial.md", "mkdir ../my-day", "the story has a folder of its own"),
    ("docs/first-score.md", "python3 -m venv", "test_stopwatch.py types these three"),
    ("docs/first-score.md", ". .venv/bin/activate", "as above"),
    ("docs/first-score.md", "pip install", "as above: it takes a package index"),
    (
        "docs/audit-log.md",
        "challenge audit --verify",
        "tests/challenge/organiser/test_audit.py runs it, and changes an entry",
    ),
    (
        "docs/postgresql.md",
        "createuser",
        "asks for a password; tests use SQL",
    ),
    ("docs/postgresql.md", "createdb", "as above, with the same options"),
    (
        "docs/rehearse.md",
        "challenge rehearse",
        "an hour; test_rehearsal.py plays a shorter day",
    ),
    (
        "docs/kit.md",
        "challenge stick",
        "it takes a stick; test_stick.py fills a folder",
    ),
    ("docs/operations.md", "FORWARDED_ALLOW_IPS", "it takes a proxy"),
    ("docs/compose.md", "docker compose", "no engine here; see test_compose.py"),
    ("docs/compose.md", "cp .env.example", "as above"),
    ("docs/compose.md", "chmod 600 .env", "as above"),
]
LEFT_OUT = [(page, start) for page, start, _ in NOT_RUN]

LINK = "http://127.0.0.1:8000/invitation/ABCD-EFGH-IJKL-MNOP"
INVITED = Story(
    ("docs/first-score.md",),
    instead={
        LINK: '"$LINK"',
        # A reader is asked for the terms.
        "challenge kit\n": "challenge kit --accept-terms\n",
    },
)
BALLOT = Story(
    ("docs/api.md",),
    instead={
        "curl": "curl --silent --show-error --fail-with-body",
        "http://127.0.0.1:8000": '"$CHALLENGE_URL"',
        "kansrijk_...": "$CHALLENGE_TOKEN",
    },
)
# What a clone holds, seen from a folder that is none.
CLONE = 'ln -s "$KANSRIJK/datasets" "$KANSRIJK/baselines" .\n'
CARD = 'import json, sys; print(json.dumps(json.load(sys.stdin)["scorecard"]))'
DAY = Story(
    ("README.md", "docs/operations.md", "docs/recompute.md"),
    before=CLONE,
    instead={
        ".venv/bin/": "",
        "challenge team add Zwaluw\n": "challenge team add Zwaluw > token.txt\n",
        # A reader is asked: for a yes, for the token, and for the terms.
        "--rehearsal\n": "--rehearsal --yes\n",
        "login http://127.0.0.1:8000": 'login "$CHALLENGE_URL" --token - < token.txt',
        "challenge download data\n": "challenge download data --accept-terms\n",
        # What the organiser gave beforehand, and what the service gave.
        "python -m leaderboard audit": "cp datasets/quickstart/brief.toml .\n"
        "python -m leaderboard audit",
        "check-jsonschema": "mkdir scorecards\nchallenge evaluate model.zip --json |"
        f" python -c '{CARD}' > scorecards/one.json\ncheck-jsonschema",
    },
)
# What a team does meanwhile.
HANDS_IN = """(export CHALLENGE_TOKEN="$(cat token.txt)"
challenge download data --accept-terms
python "$KANSRIJK/baselines/prevalence/train.py" data model.zip
challenge submit model.zip)
"""
AFTERNOON = Story(
    ("docs/people/organiser.md",),
    instead={
        "http://127.0.0.1:8000": "http://kansrijk.example",
        "challenge team add Zwaluw\n": "challenge team add Zwaluw > token.txt\n",
        "challenge quota show\n": f"{HANDS_IN}challenge quota show\n",
    },
)
WALLS = Story(
    ("docs/partner-walls.md",),
    # The second asks for the same folder, as whoever read the report would.
    instead={"--out families --accept": "--out with-a-risk --accept"},
)
LONG = {"a day": DAY, "an afternoon": AFTERNOON}
STORIES = [INVITED, BALLOT, WALLS, *LONG.values()]


def shell_pages() -> list[str]:
    return [page for page in pages() if any(b.language in SHELL for b in blocks(page))]


@pytest.mark.parametrize("document", shell_pages())
def test_every_command_on_a_page_is_run(document: str) -> None:
    told = {page for story in STORIES for page in story.pages} | ELSEWHERE.keys()
    missed = [
        command
        for block in blocks(document)
        if block.language in SHELL
        for command in block.commands()
        if not (block.language == "sh" and document in told)
        and not any(document == p and command.startswith(s) for p, s in LEFT_OUT)
    ]

    assert missed == [], "Add its page to a story, or say in NOT_RUN why not."


@pytest.mark.parametrize("document", pages())
def test_no_command_hides_in_another_kind_of_block(document: str) -> None:
    others = [block for block in blocks(document) if block.language not in SHELL]

    assert not {block.language for block in others} & {"bash", "shell", "zsh"}
    assert not [b.text for b in others if re.search(r"^\$? ?challenge ", b.text, re.M)]


@pytest.mark.parametrize(("document", "start", "reason"), NOT_RUN)
def test_what_is_not_run_stands_on_its_page(
    document: str, start: str, reason: str
) -> None:
    commands = [c for block in blocks(document) for c in block.commands()]

    assert reason
    assert any(command.startswith(start) for command in commands)


@pytest.mark.parametrize("document", shell_pages())
def test_every_command_on_a_page_can_be_typed_like_that(document: str) -> None:
    typed = {
        command: words(command)
        for block in blocks(document)
        if block.language in SHELL
        for command in block.commands()
    }
    faults = {
        command: fault_in(found, whole=True)
        for command, found in typed.items()
        if found and Path(found[0]).name == "challenge"
    }

    assert {command: fault for command, fault in faults.items() if fault} == {}


@pytest.mark.parametrize("document", pages())
def test_every_command_that_a_page_mentions_exists(document: str) -> None:
    found = mentioned((ROOT / document).read_text("utf-8"))

    faults = {command: fault_in(command.split(), whole=False) for command in found}

    assert {command: fault for command, fault in faults.items() if fault} == {}


def test_every_target_of_make_that_a_page_mentions_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    # There, `make token` is an act of somebody.
    for document in set(pages()) - {"docs/audit-log.md"}:
        text = (ROOT / document).read_text("utf-8")
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert re.search(rf"^{target}:", makefile, re.M), f"{document}: {target}"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("challenge biuld x", "there is no command biuld"),
        ("challenge team ad Uil", "there is no command ad"),
        ("challenge submit model.zip --prof", "No such option"),
        ("challenge submit", "bundle is missing"),
        ("challenge publish x/1", "by is missing"),
        ("challenge publish x/1 --by", "requires an argument"),
        ("challenge board now", "now"),
    ],
)
def test_a_command_that_cannot_be_typed_is_found(command: str, told: str) -> None:
    assert told in fault_in(command.split(), whole=True)


@pytest.mark.parametrize(
    ("mention", "told"),
    [
        ("challenge phase set NAME --by NAME [--reason TEXT]", ""),
        ("challenge serve [--prot N]", "there is no --prot"),
        ("challenge teams list", "there is no command teams"),
    ],
)
def test_a_mention_may_have_brackets_and_no_values(mention: str, told: str) -> None:
    assert fault_in(mention.split(), whole=False) == told


@pytest.mark.full
@pytest.mark.sandbox
def test_a_team_comes_from_an_invitation_to_a_first_score(
    server: Server, tmp_path: Path
) -> None:
    link = f"{server.url}/invitation/{invited(server.settings, 'Grutto')}"

    done = tell(INVITED.script(LEFT_OUT), tmp_path, LINK=link)

    assert done.returncode == 0, done.stderr
    assert "On the board:" in done.stderr
    assert (tmp_path / "report.html").is_file()


@pytest.mark.sandbox
def test_a_juror_sends_a_ballot_by_hand(server: Server, tmp_path: Path) -> None:
    tokens = register_all(server.settings, {"Zwaluw": Role.TEAM, "Uil": Role.JUROR})
    with Client(server.url, token=tokens["Zwaluw"]) as team:
        team.pitch(title="Samen voorlezen", text="Elke week, samen.")
    reach = {"CHALLENGE_URL": server.url, "CHALLENGE_TOKEN": tokens["Uil"]}

    with judging(server.settings):
        done = tell(BALLOT.script(LEFT_OUT), tmp_path, **reach)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["points"] == {"bruikbaarheid": 4}


@pytest.mark.full
@pytest.mark.sandbox
@pytest.mark.parametrize("story", LONG.values(), ids=LONG)
def test_a_longer_story_ends_well(
    sandbox_works: None, story: Story, tmp_path: Path
) -> None:
    done = tell(story.script(LEFT_OUT), tmp_path)

    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.full
def test_a_partner_makes_rows_inside_its_own_walls(tmp_path: Path) -> None:
    rows, schema = write(tmp_path, real_rows(1_000, 1))
    pd.read_parquet(rows).to_csv(tmp_path / "rows.csv", index=False)
    rows.unlink()
    schema.rename(tmp_path / "families.yaml")

    done = tell(WALLS.script(LEFT_OUT), tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "families/report.html").is_file()
    assert (tmp_path / "with-a-risk/report.html").is_file()


@pytest.mark.full
@pytest.mark.sandbox
def test_the_python_of_the_client_hands_a_model_in(
    server: Server,
    join: Callable[[str], Client],
    pipeline: Callable[[], Pipeline],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = [b.text for b in blocks("docs/python.md") if b.language == "python"]
    with join("Kievit") as team:
        team.download(tmp_path / "data", accept_terms=True)
    monkeypatch.chdir(tmp_path)

    names = {"model": pipeline(), "token": server.tokens["Kievit"]}
    exec("\n".join(told).replace("http://127.0.0.1:8000", server.url), names)

    assert capsys.readouterr().out.splitlines()[-1] == "scored"


def invited(settings: Settings, team: str) -> str:
    """Invite a team and give the code of its link."""
    brief = read_brief(settings.content / settings.challenge)
    guest, now = Guest(Role.TEAM, team), datetime.now(UTC)
    with closing(open_database(settings.database)) as opened, opened.begin() as unit:
        return invite(unit, guest, brief=brief, by="a test", now=now)[1]
