"""What a team reads when it is refused, and what stays behind: nothing."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from challenge.client import Client
from challenge.errors import ServerRefusedError

from ..factories import pyfunc_bundle
from .conftest import Server, finish

pytestmark = pytest.mark.sandbox
MLMODEL = "flavors:\n  python_function:\n    loader_module: model\n    code: code\n"


def zipped(entries: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("MLmodel")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


UPLOADS = {
    "not-a-zip": lambda: b"PK but not really",
    "bundle-too-large": lambda: b"\0" * (21 << 20),
    "path-escape": lambda: zipped({"MLmodel": MLMODEL, "../../evil.py": "x"}),
    "link-in-bundle": with_link,
    "bundle-bomb": lambda: zipped({"MLmodel": MLMODEL, "zeros": b"\0" * (300 << 20)}),
    "model-missing": lambda: zipped({"readme.txt": "hello"}),
    "flavour-unsupported": lambda: zipped({"MLmodel": "flavors:\n  keras: {}\n"}),
}
PREDICT = """
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        {line}
"""
MODELS = {
    "load-error": "raise RuntimeError('no weights')",
    "predict-error": PREDICT.format(line="raise ValueError('no such column')"),
    "wrong-count": PREDICT.format(line="return np.full(3, .5)"),
    "not-finite": PREDICT.format(line="return np.full(len(frame), np.nan)"),
    "out-of-range": PREDICT.format(line="return np.full(len(frame), 1.5)"),
    "labels": PREDICT.format(line="return np.arange(len(frame)) % 2"),
}


@pytest.mark.parametrize("slug", UPLOADS)
def test_an_upload_that_is_no_bundle_is_refused_recorded_and_free(
    server: Server, join: Callable[[str], Client], tmp_path: Path, slug: str
) -> None:
    kept = sorted(server.settings.home.rglob("bundles/*"))
    upload = tmp_path / "upload.zip"
    upload.write_bytes(UPLOADS[slug]())
    with join(f"Upload {slug}") as team:
        with pytest.raises(ServerRefusedError) as refused:
            team.submit(upload)
        [recorded] = team.submissions()
    assert (refused.value.status, refused.value.slug) == (422, slug)
    assert refused.value.hint
    assert recorded["id"] == refused.value.submission_id
    assert (recorded["state"], recorded["reason"]) == ("refused", slug)
    assert sorted(server.settings.home.rglob("bundles/*")) == kept


# In small `tests/hostile/test_bad_models.py` holds the sandbox to every reason.
@pytest.mark.parametrize(
    "reason",
    [
        "load-error",
        "labels",
        *(
            pytest.param(reason, marks=pytest.mark.full)
            for reason in sorted(MODELS.keys() - {"load-error", "labels"})
        ),
    ],
)
def test_a_model_that_misbehaves_ends_with_stage_reason_and_repair(
    server: Server, join: Callable[[str], Client], tmp_path: Path, reason: str
) -> None:
    upload = tmp_path / "model.zip"
    upload.write_bytes(pyfunc_bundle(MODELS[reason]))
    with join(f"Model {reason}") as team:
        found = finish(team, upload)
        with pytest.raises(ServerRefusedError) as missing:
            team.scorecard(found["id"])
    assert (found["state"], found["stage"]) == ("refused", "proof")
    assert found["reason"] == reason
    assert found["hint"]
    assert missing.value.slug == "not-found"
    assert httpx.get(f"{server.url}/health/ready", timeout=60).status_code == 200


def test_refused_uploads_cost_uploads_and_no_scored_runs(
    server: Server, join: Callable[[str], Client], tmp_path: Path
) -> None:
    upload = tmp_path / "upload.zip"
    upload.write_bytes(b"nothing")
    with join("Spreeuw") as team:
        for _ in range(100):
            with pytest.raises(ServerRefusedError, match="not a zip"):
                team.submit(upload)
        with pytest.raises(ServerRefusedError) as refused:
            team.submit(upload)
    assert (refused.value.status, refused.value.slug) == (429, "quota-exceeded")
    assert "uploads" in refused.value.message


def test_a_form_without_a_bundle_says_so(
    server: Server, join: Callable[[str], Client]
) -> None:
    join("Merel").close()
    answer = httpx.post(
        f"{server.url}/api/submissions",
        headers={"Authorization": f"Bearer {server.tokens['Merel']}"},
        files={"wrong": ("a.zip", b"x")},
        timeout=60,
    )
    assert answer.status_code == 422
    assert answer.json()["slug"] == "request-refused"
    assert "bundle" in answer.json()["detail"]
