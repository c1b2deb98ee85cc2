"""What the server lets in, and lets out, whatever somebody tries."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from challenge.client import Client
from challenge.errors import SandboxUnavailableError, ServerRefusedError
from challenge.records import Role
from challenge.settings import Settings
from challenge.web import create_app

from ..factories import pyfunc_bundle
from .conftest import Server, finish, judging, register_all

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("is_chunked", [False, True], ids=["declared", "chunked"])
@pytest.mark.parametrize("path", ["/api/pitches", "/login", "/api/ballots/Zwaluw"])
def test_a_stranger_cannot_make_the_server_read_a_large_body(
    server: Server, path: str, is_chunked: bool
) -> None:
    """FastAPI once parsed 600 MiB of JSON before it asked for a token."""
    block = b"x" * 65536

    def body() -> Iterator[bytes]:
        yield from [block] * 16

    method = "PUT" if "ballots" in path else "POST"
    content = body() if is_chunked else block * 16
    form = (
        "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    )
    answer = httpx.request(
        method,
        server.url + path,
        content=content,
        headers={"Content-Type": form},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["slug"]) == (413, "request-too-large")


# A model made to read labels from its score: tiny, distinct steps on few rows.
BY_HASH = """
import numpy as np
import pandas as pd
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        key = pd.util.hash_pandas_object(frame, index=False).to_numpy()
        chance = np.full(len(frame), 0.25)
        for step, row in enumerate(np.argsort(key)[:20]):
            chance[row] += 0.5 * 2.0 ** -(step + 1)
        return chance
"""


@pytest.mark.full
def test_a_score_has_too_few_digits_to_read_labels_from(
    server: Server, join: Callable[[str], Client], tmp_path: Path
) -> None:
    """One score of 17 digits once gave 36 hidden labels away."""
    bundle = tmp_path / "oracle.zip"
    bundle.write_bytes(pyfunc_bundle(BY_HASH))
    with join("Koekoek") as team:
        assert finish(team, bundle)["state"] == "scored"
        board = team.board()
    page = httpx.get(server.url, headers={"Accept": "text/html"}, timeout=60).text
    [row] = [row for row in board["rows"] if row["team"] == "Koekoek"]
    exact = json.dumps(board)
    for name in ("scaled_brier", "scaled_brier_low", "scaled_brier_high"):
        assert row[name] == round(row[name], 3)
    with server.client("Organisatie") as organiser:
        submission = organiser.submissions()[-1]["id"]
        card = organiser.scorecard(submission)["scorecard"]
    value = card["metrics"]["scaled_brier"]["value"]
    assert abs(value - round(value, 3)) > 1e-9
    assert f"{value:.6f}" not in exact
    assert f"{value:.5f}".lstrip("-0") not in page


def test_a_juror_sees_no_practice_figures(
    server: Server, join: Callable[[str], Client], bundle: Path
) -> None:
    with join("Tureluur") as team:
        finish(team, bundle)
    pages = {
        who: httpx.get(
            f"{server.url}/?lang=nl",
            headers={
                "Accept": "text/html",
                "Authorization": f"Bearer {server.tokens[who]}",
            },
            timeout=60,
        ).text
        for who in ("Jurylid", "Tureluur")
    }
    assert "kan op getraind zijn" in pages["Tureluur"]
    assert "kan op getraind zijn" not in pages["Jurylid"]


def test_an_organiser_reads_every_ballot(
    server: Server, join: Callable[[str], Client]
) -> None:
    with join("Scholekster") as team, server.client("Jurylid") as juror:
        team.pitch(title="Samen", text="Eten in de buurt.")
        with judging(server.settings):
            juror.ballot("Scholekster", points={"bruikbaarheid": 5}, note="Doen!")
    headers = {"Authorization": f"Bearer {server.tokens['Organisatie']}"}
    ballots = httpx.get(f"{server.url}/api/ballots", headers=headers, timeout=60).json()
    [ballot] = [b for b in ballots if b["team"] == "Scholekster"]
    sheet = httpx.get(
        f"{server.url}/organiser/verdict.csv", headers=headers, timeout=60
    ).text
    assert (ballot["points"], ballot["note"]) == ({"bruikbaarheid": 5}, "Doen!")
    assert "Doen!" in sheet


def test_without_a_sandbox_pages_work_and_uploads_are_refused(
    settings: Settings, bundle: Path
) -> None:
    closed = SandboxUnavailableError("It is a test.")
    tokens = register_all(settings, {"Zwaluw": Role.TEAM})
    config = uvicorn.Config(
        create_app(settings, closed=closed), port=0, log_level="warning"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with Client(url, token=tokens["Zwaluw"]) as team:
        board = team.board()
        with pytest.raises(ServerRefusedError, match="cannot be isolated") as refused:
            team.submit(bundle)
        left = team.submissions()
    server.should_exit = True
    thread.join()
    assert board["rows"] == []
    assert refused.value.slug == "sandbox-unavailable"
    assert left == []
