"""The main job over HTTP: hand in, run, score, track, rank, judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from challenge.brief import read_brief
from challenge.cli import app
from challenge.client import Client
from challenge.errors import ServerRefusedError
from challenge.records import Loader, Role
from challenge.rules.standings import standings
from challenge.store import open_database
from challenge.tracking import Tracker
from leaderboard import Scorecard, rank

from ..factories import pyfunc_bundle
from .conftest import Server, finish, judging, register_all, wait_for, wait_for_tracking

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.sandbox
# One sandbox waits, so that it can be seen to be used.
POOL = {Loader.SKLEARN: 1}
SLOW = """
import time
def _load_pyfunc(path):
    time.sleep(1)
    raise RuntimeError("no weights")
"""


@pytest.fixture(scope="module")
def scored(server: Server, bundle: Path) -> dict:
    """One scored submission of team Zwaluw, handed in once for the module."""
    server.tokens.update(register_all(server.settings, {"Zwaluw": Role.TEAM}))
    with server.client("Zwaluw") as client:
        found = finish(client, bundle)
    wait_for_tracking(server.settings)
    return found


def test_a_good_bundle_is_scored_and_appears_on_the_board(
    server: Server, scored: dict
) -> None:
    assert (scored["state"], scored["stage"]) == ("scored", "scored")
    assert scored["told"]["en"] == "your first score is on the board"
    with server.client() as visitor:
        rows = {row["team"]: row for row in visitor.board()["rows"]}
    row = rows["Zwaluw"]
    assert row["title"] == "Honest"
    assert row["scaled_brier_low"] < row["scaled_brier"] < row["scaled_brier_high"]
    assert len(scored["why"]["nl"]) == len(row["why"]["en"]) == 4


def test_a_team_sees_practice_rows_and_an_organiser_the_board_rows(
    server: Server, scored: dict, release
) -> None:
    with server.client("Zwaluw") as team, server.client("Organisatie") as organiser:
        practice = team.scorecard(scored["id"])
        board = organiser.scorecard(scored["id"])
    assert (practice["rows"], board["rows"]) == ("practice", "board")
    assert practice["scorecard"]["replicates"] == []
    assert board["scorecard"]["rows"] == len(release.sealed("board").labels)


def test_the_board_equals_the_one_computed_from_mlflow_runs(
    server: Server, scored: dict
) -> None:
    brief = read_brief(ROOT / "datasets" / "quickstart")
    tracker = Tracker(server.settings.home / "mlflow", challenge=brief.slug)
    database = open_database(server.settings.database)
    with database.read() as unit:
        results = unit.results.all("quickstart/1")
        ranked = standings(unit, "quickstart/1", policy=brief.policy)
    database.close()
    cards = tracker.scorecards()
    assert {r.submission_id for r in results} == set(cards)
    best = {key: cards[key] for key in ranked.results}
    assert rank(best, policy=brief.policy) == ranked.boards["all"]
    leader = ranked.champion.run_id if ranked.champion else None
    # The leader is promoted after its run is written, which is what was waited for.
    assert wait_for(lambda: tracker.champion() == leader)


def test_a_run_holds_metrics_tags_and_artefacts(server: Server, scored: dict) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{server.settings.home / 'mlflow/mlflow.db'}")
    experiment = client.get_experiment_by_name("quickstart")
    [run] = client.search_runs(
        [experiment.experiment_id], f"tags.submission = '{scored['id']}'"
    )
    files = {file.path for file in client.list_artifacts(run.info.run_id)}
    card = Scorecard.from_json(
        Path(client.download_artifacts(run.info.run_id, "scorecard.json")).read_text()
    )
    assert files == {"scorecard.json", "CARD.md", "bundle"}
    assert run.data.tags["bundle_sha256"] == scored["bundle_sha256"]
    assert run.data.metrics["scaled_brier"] == card.metrics["scaled_brier"].value
    assert run.inputs.dataset_inputs[0].dataset.name == "quickstart-1-board"


def test_a_pitch_and_a_ballot_travel_the_whole_way(
    server: Server, join: Callable[[str], Client]
) -> None:
    with join("Kievit") as team, server.client("Jurylid") as juror:
        team.pitch(title="Voorlezen", text="Een boekje bij elk bezoek.")
        criterion = juror.challenge()["rubric"][0]["slug"]
        with judging(server.settings):
            cast = juror.ballot("Kievit", points={criterion: 4}, note="Mooi.")
            judge = {"Authorization": f"Bearer {server.tokens['Jurylid']}"}
            judge["Accept"] = "text/html"
            page = httpx.get(server.url, headers=judge, timeout=60).text
    assert cast["points"] == {criterion: 4}
    assert "Voorlezen" in page
    assert "Mooi." not in page


def test_a_release_file_arrives_whole_and_supports_ranges(
    server: Server, join: Callable[[str], Client], tmp_path: Path
) -> None:
    with join("Wulp") as client:
        paths = client.download(tmp_path, accept_terms=True)
        release = client.challenge()["release"]
    headers = {
        "Authorization": f"Bearer {server.tokens['Wulp']}",
        "Range": "bytes=0-3",
    }
    part = httpx.get(
        f"{server.url}/api/releases/1/files/train.parquet",
        headers=headers,
        timeout=60,
    )
    assert len(paths) == len(release["files"])
    assert (part.status_code, part.content) == (206, b"PAR1")
    assert part.headers["etag"] == f'"{release["files"]["train.parquet"]}"'


def pool_ready(server: Server) -> int:
    return int(
        httpx.get(f"{server.url}/health/ready", timeout=60).json()["pool"]["ready"]
    )


@pytest.mark.full
def test_a_sandbox_waits_and_another_takes_its_place(
    server: Server, join: Callable[[str], Client], bundle: Path
) -> None:
    # Those of a cluster wait on its own machines, and are not counted here.
    engine, waiting = ("dask", 0) if server.settings.engine else ("threads", 1)
    assert wait_for(lambda: pool_ready(server) == waiting)
    told = httpx.get(f"{server.url}/health/ready", timeout=60).json()
    with join("Gaai") as team:
        found = finish(team, bundle, proof=True)
    assert wait_for(lambda: pool_ready(server) == waiting)
    assert (told["status"], told["isolation"]) == ("ready", "bubblewrap")
    assert (told["workers"], told["engine"]) == (1, engine)
    assert told["pool"]["size"] == waiting
    assert found["state"] == "proved"


def test_a_proof_run_alone_waits_its_turn_shows_its_log_and_is_no_score(
    server: Server, join: Callable[[str], Client], bundle: Path, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.zip"
    slow.write_bytes(pyfunc_bundle(SLOW))
    with join("Fitis") as team:
        before = [team.submit(slow, proof=True) for _ in range(2)]
        env = {"CHALLENGE_URL": server.url, "CHALLENGE_TOKEN": server.tokens["Fitis"]}
        words = ["submit", str(bundle), "--proof"]
        done = CliRunner().invoke(app, words, env=env)
        first = team.submissions()[0]
        ends = [[*team.follow(one["id"])][-1] for one in before]
        with pytest.raises(ServerRefusedError, match="scorecard"):
            team.scorecard(first["id"])
        board = team.board()["rows"]
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert "queued: first in the queue, " in said
    assert f"{first['number']}: proved" in said
    assert "to have it scored, once the challenge is open." in said
    assert "Asked twice, your model gave the same answers." in said
    assert (first["state"], first["proof_only"], first["step"]) == (
        "proved",
        True,
        None,
    )
    assert {one["reason"] for one in ends} == {"load-error"}
    assert all("RuntimeError: no weights" in one["log"] for one in ends)
    assert "Fitis" not in {row["team"] for row in board}
