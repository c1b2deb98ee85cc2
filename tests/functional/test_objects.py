"""A service whose files are in object storage: real server, worker and storage."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from challenge.checkup import Checkup
from challenge.records import Role, Stage, State
from challenge.rules.findings import Finding, Health
from challenge.settings import Settings
from challenge.store import open_database

from ..storage import BUCKET, Storage, storage_here
from .conftest import (
    Server,
    finish,
    register_all,
    run_server,
    wait_for,
    wait_for_tracking,
)

pytestmark = pytest.mark.sandbox

PDF = b"%PDF-1.7\nour slides\n%%EOF"


@pytest.fixture
def storage() -> Iterator[Storage]:
    with storage_here() as found:
        yield found


@pytest.fixture
def web(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture
def server(
    sandbox_works: None, settings: Settings, storage: Storage
) -> Iterator[Server]:
    # Where the tests run on a cluster, that has a folder; this is of threads.
    there = {"files": f"s3://{BUCKET}/day", "engine": ""}
    yield from run_server(settings.model_copy(update=there))


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in Checkup(settings).findings()}


def again(settings: Settings, first: str) -> str:
    """Queue the bundle of a submission once more, past the upload."""
    now = datetime.now(UTC)
    with (
        closing(open_database(settings.database)) as database,
        database.begin() as unit,
    ):
        known = unit.submissions.get(first)
        unit.submissions.add(
            id="again",
            team_id=known.team_id,
            state=State.QUEUED,
            stage=Stage.RECEIVED,
            release=known.release,
            sources=known.sources,
            loader=known.loader,
            bundle_sha256=known.bundle_sha256,
            created_at=now,
            updated_at=now,
        )
    return "again"


@pytest.mark.full
def test_a_day_on_object_storage_goes_on_after_the_storage_was_away(
    server: Server, web: httpx.Client, storage: Storage, bundle: Path
) -> None:
    settings = server.settings
    server.tokens.update(register_all(settings, {"Zwaluw": Role.TEAM}))
    team = {"Authorization": f"Bearer {server.tokens['Zwaluw']}"}
    desk = {"Authorization": f"Bearer {server.tokens['Organisatie']}"}

    # What comes in is scored, kept in the bucket alone, and tracked with its bundle.
    with server.client("Zwaluw") as client:
        scored = finish(client, bundle)
    assert scored["state"] == "scored"
    wait_for_tracking(settings)
    sha256 = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert storage.keys("day/bundles") == [f"day/bundles/{sha256}.zip"]
    assert len(storage.keys("day/sealed/features")) == 2
    assert storage.keys("day/drafts") == []
    assert not (settings.home / "bundles").exists()
    [tracked] = (settings.home / "mlflow").rglob("bundle.zip")
    assert tracked.read_bytes() == bundle.read_bytes()

    # The pitch is kept and served, and the next pilot gets everything.
    with server.client("Zwaluw") as client:
        client.pitch(title="Titel", text="Tekst.")
    sent = web.post("/pitch/pdf", headers=team, files={"pdf": ("a.pdf", PDF)})
    assert sent.status_code == 303
    assert web.get("/pitch/Zwaluw/pdf", headers=team).content == PDF
    given = web.get("/organiser/handover/Zwaluw.zip", headers=desk)
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        assert archive.read("pitch/pitch.pdf") == PDF
        assert archive.read("model/bundel.zip") == bundle.read_bytes()
    found = findings(settings)
    assert found["files"].state is found["totals"].state is Health.OK

    # The storage goes away, and this machine has no copies.
    storage.stop()
    shutil.rmtree(settings.home / "copies")
    form = {"files": {"bundle": ("b.zip", bundle.read_bytes())}, "headers": team}
    refused = web.post("/api/submissions", **form)
    assert (refused.status_code, refused.json()["slug"]) == (503, "files-unavailable")
    assert web.get("/pitch/Zwaluw/pdf", headers=team).status_code == 503
    assert web.get("/api/board").status_code == 200
    waiting = again(settings, scored["id"])
    found = findings(settings)
    assert found["files"].state is found["totals"].state is Health.FAULT
    assert "does not answer" in found["files"].told
    with closing(open_database(settings.database)) as database:

        def look():
            with database.read() as unit:
                return unit.submissions.get(waiting)

        # It is taken and given back, and waits.
        came = look().created_at
        assert wait_for(
            lambda: (now := look()).state is State.QUEUED and now.updated_at > came
        )

        # It comes back; nothing was lost, and nobody's try was spent.
        storage.start()
        assert wait_for(lambda: look().state is State.SCORED)
        assert look().attempt == 1
        with database.read() as unit:
            assert len(unit.submissions.of_team(look().team_id)) == 2
    assert web.post("/api/submissions", **form).status_code == 202

    # What is gone from the bucket, and what nobody handed in, is told.
    s3 = storage.client()
    assert wait_for(lambda: findings(settings)["totals"].state is Health.OK)
    s3.put_object(Bucket=BUCKET, Key="day/bundles/stray.zip", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key=f"day/bundles/{sha256}.zip")
    told = " ".join(findings(settings)["totals"].details)
    assert "is gone from the shelf" in told
    assert "bundle stray belongs to no submission" in told
