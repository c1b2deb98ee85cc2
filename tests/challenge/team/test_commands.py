"""A team's commands against a real server: data, board, uploads, a look around."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.main import get_command

from challenge.cli import app
from challenge.client import Client
from challenge.client.visitor import Visitor
from challenge.errors import ServerRefusedError
from challenge.records import Role
from challenge.rules.registration import bar

from ..web.entrance import now
from .conftest import Run, Site


@pytest.fixture
def team(site: Site, run: Run) -> Iterator[Client]:
    """Log in as a team on that machine, and be its client."""
    token = site.add("Grutto")
    assert run("login", site.url, "--token", "-", typed=token).exit_code == 0
    with Client(site.url, token=token) as client:
        yield client


def looked(run: Run, *words: str) -> dict[str, dict]:
    done = run("doctor", "--json", *words)
    return {finding["name"]: finding for finding in json.loads(done.stdout)}


def test_the_data_comes_once_the_terms_are_accepted(
    site: Site, run: Run, machine: Path
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("IJsvogel"))
    refused = run("download")
    came = run("download", "--accept-terms", "--json")
    told = json.loads(came.stdout)
    assert refused.exit_code == 1
    assert "--accept-terms" in refused.stderr
    assert came.exit_code == 0, came.stderr
    assert "data/train.parquet" in told["files"]
    assert all((machine / "work" / place).is_file() for place in told["files"])
    found = looked(run)
    assert found["data"]["state"] == "ok"
    with (machine / "work/data/train.parquet").open("ab") as file:
        file.write(b"!")
    (machine / "work/data/practice.parquet").unlink()
    found = looked(run)
    assert found["data"]["state"] == "fault"
    assert "1 files are missing and 1 differ" in found["data"]["told"]
    again = run(*found["data"]["repair"].split()[1:])
    assert again.exit_code == 0
    assert looked(run)["data"]["state"] == "ok"


def test_nobody_is_asked_for_the_terms_of_data_that_are_refused_next(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Zwaluw"))
    monkeypatch.setattr(Visitor, "phase", lambda self: "draft")
    refused = run("download", "--accept-terms")
    assert refused.exit_code == 1
    assert "You cannot download while the challenge is in phase draft." in (
        refused.stderr
    )
    assert "Data, proof runs and pitches come with phase practice" in refused.stderr
    assert "terms" not in refused.stderr
    with site.desk.database.read() as unit:
        zwaluw = unit.people.named(Role.TEAM, "Zwaluw")
        assert zwaluw.id not in unit.handouts.counts()


def test_a_board_with_nothing_on_it_says_so(team: Client, run: Run) -> None:
    assert run("board").stderr.strip() == "No model is on the board yet."


def test_a_bundle_without_a_card_is_told_what_it_lacks(
    team: Client, run: Run, bundle: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.zip"
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            if name != "CARD.md":
                new.writestr(name, old.read(name))
    told = run("submit", str(bare), "--proof", "--wait", "0").stderr
    assert "has no CARD.md" in told


def test_a_report_that_has_no_folder_is_refused_before_the_work(
    run: Run, bundle: Path
) -> None:
    refused = run("evaluate", str(bundle), "--report", "nodir/x.html")
    assert refused.exit_code == 1
    assert "--report: There is no folder nodir to write x.html in." in refused.stderr


def test_the_board_and_submissions_are_frames_too(team: Client) -> None:
    assert len(team.board_frame()) == len(team.board()["rows"])
    assert len(team.submissions_frame()) == len(team.submissions())
    assert team.you() == {"name": "Grutto", "role": "team", "barred": None}


def test_a_bundle_that_comes_again_with_its_key_is_one_submission(
    team: Client, bundle: Path, site: Site
) -> None:
    def hand_in(key: str, client: Client = team) -> str:
        with bundle.open("rb") as file:
            answer = client._ask(
                "POST",
                "/api/submissions",
                headers={"Idempotency-Key": key} if key else {},
                files={"bundle": ("bundle.zip", file, "application/zip")},
                data={"proof": "yes"},
            )
        return answer.json()["id"]

    before = len(team.submissions())
    first, again, other = hand_in("a" * 32), hand_in("a" * 32), hand_in("b" * 32)
    unkeyed = {hand_in(""), hand_in("")}
    assert first == again
    assert len({first, other, *unkeyed}) == 4
    assert len(team.submissions()) == before + 4
    with Client(site.url, token=site.add("Wulp")) as wulp:
        assert hand_in("a" * 32, wulp) != first


def test_the_same_bundle_once_more_is_told_right_after_its_upload(
    team: Client, run: Run, bundle: Path
) -> None:
    words = ("submit", str(bundle), "--wait", "0")
    first, again = (run(*words).stderr for _ in range(2))
    number = team.submissions()[1]["number"]
    said = f"You sent this bundle before, as submission {number}."
    assert said not in first
    assert said in again


def test_what_is_no_bundle_is_refused_as_yours(
    team: Client, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "model.zip").write_bytes(b"no zip")
    done = run("submit", str(tmp_path / "model.zip"))
    assert done.exit_code == 1
    missing = run("submit", str(tmp_path / "nothing.zip"))
    assert missing.exit_code == 2


def test_a_submission_that_nobody_runs_yet_has_an_exit_code_of_its_own(
    team: Client, run: Run, bundle: Path
) -> None:
    done = run("submit", str(bundle), "--proof", "--wait", "0.2")
    assert done.exit_code == 3
    newest = team.submissions()[0]["id"]
    assert f"challenge status {newest}" in done.stderr


def test_a_line_that_is_gone_meanwhile_leaves_word_of_how_to_go_on(
    team: Client, run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Client, submission_id: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "submission", gone)
    done = run("submit", str(bundle), "--proof")
    assert done.exit_code == 3
    assert "is handed in and goes on there" in done.stderr


def test_our_own_fault_is_not_the_teams(
    team: Client, run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Client, *_: object, **__: object) -> None:
        raise ServerRefusedError(
            "storage-unavailable", status=503, message="Full.", hint="Wait."
        )

    monkeypatch.setattr(Client, "submit", full)
    done = run("submit", str(bundle))
    assert done.exit_code == 3
    assert "Full." in done.stderr


def test_all_is_well_with_a_team_that_has_its_data(team: Client, run: Run) -> None:
    assert run("download", "--accept-terms").exit_code == 0
    found = looked(run)
    assert [*found] == ["login", "server", "who", "clock", "packages", "disk", "data"]
    # The same environment on both sides here.
    assert {finding["state"] for finding in found.values()} == {"ok"}
    assert found["who"]["told"] == "You are the team Grutto."


def test_a_machine_without_anything_is_told_where_to_begin(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHALLENGE_URL", "http://127.0.0.1:9")
    found = looked(run)
    assert found["login"]["repair"] == "challenge login http://127.0.0.1:9"
    assert found["server"]["state"] == "fault"
    assert found["data"]["repair"] == "challenge download data"


def test_a_clock_that_is_wrong_is_told(
    team: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = timedelta(minutes=5)
    monkeypatch.setattr(Visitor, "clock", lambda self: datetime.now(UTC) - late)
    found = looked(run)["clock"]
    assert found["state"] == "warning"
    assert "+300 s" in found["told"]


def test_packages_that_differ_are_told_with_the_file_that_mends_them(
    team: Client, run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"python": "3.1.0", "packages": {"numpy": "0.1", "pandas": "0.2"}}
    monkeypatch.setattr(Visitor, "runtime", lambda self: there)
    found = looked(run)["packages"]
    assert found["state"] == "warning"
    assert "3.1.0 there" in found["told"]
    assert "0.1 there" in found["told"]
    assert found["repair"].endswith(f"{site.url}/api/runtime.txt")


def test_a_server_stays_a_server_to_the_doctor(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "who" in looked(run)
    assert "who" not in looked(run, "--server")
    monkeypatch.setenv("CHALLENGE_HOME", str(tmp_path / "home"))
    assert "database" in looked(run)
    assert "who" in looked(run, "--team")


def test_completion_completes_a_command_and_an_option(run: Run) -> None:
    name = get_command(app).name
    assert name == "challenge"

    def complete(words: str) -> str:
        env = {"_CHALLENGE_COMPLETE": "complete_bash", "COMP_WORDS": words}
        return run(**env, COMP_CWORD=str(words.count(" "))).stdout.strip()

    assert complete("challenge subm") == "submit"
    assert complete("challenge submit --pro") == "--proof"


def test_a_disqualified_team_reads_why_beside_its_submissions(
    site: Site, run: Run
) -> None:
    token = site.add("Kluut")
    run("login", site.url, "--token", "-", typed=token)
    before = run("status")
    with site.desk.database.begin() as unit:
        team = unit.people.named(Role.TEAM, "Kluut")
        bar(unit, team, "Two teams sent [one] model.", by="Organisatie", now=now())
    after = run("status")
    assert (before.exit_code, after.exit_code) == (0, 0)
    assert "disqualified" not in before.stderr
    assert "disqualified: Two teams sent [one] model." in after.stderr
