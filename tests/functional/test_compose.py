"""The services of `docker-compose.yml`, started as processes of this machine.

No container engine runs here. So each service gets its command, environment, user,
capabilities and read-only root from the file, and a day goes through the proxy.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from challenge.client import Client

from ..composition import ROOT
from ..factories import pyfunc_bundle
from .conftest import finish, wait_for
from .containers import IS_ROOT, Machine, machine, names, postgres, proxy

pytestmark = [pytest.mark.full, pytest.mark.sandbox, pytest.mark.postgres]

FIRST, SECOND = "127.0.0.2", "127.0.0.3"
SETTINGS = {
    "CHALLENGE_CHALLENGE": "quickstart",
    "CHALLENGE_ENGINE": "tls://scheduler:8786",
    "CHALLENGE_POOL": "{}",
    "CHALLENGE_LIMIT_SECONDS": "60",
}
MODEL = """
import numpy as np
def _load_pyfunc(path):
    return Model()
class Model:
    def predict(self, frame):
        return np.linspace(0.05, 0.3, len(frame))
"""


@pytest.fixture(scope="module")
def made(sandbox_works: None) -> Iterator[Machine]:
    """A machine with a published release and everything but the proxy."""
    with machine(SETTINGS) as found, postgres(found):
        found.run("worker", "challenge", "build", "quickstart", "--seed", "1")
        signed = ("publish", "quickstart/1", "--by", "A Test", "--rehearsal", "--yes")
        found.run("worker", "challenge", *signed)
        found.run("certificates", *found.services["certificates"]["command"])
        found.start("scheduler")
        assert wait_for(lambda: "Scheduler at" in found.log("scheduler"))
        for service in ("dask-worker", "worker"):
            found.start(service)
        for host in (FIRST, SECOND):
            found.start("web", host)
        yield found


@pytest.fixture(scope="module")
def hosts() -> list[str]:
    """Where web is, as Docker answers: whoever ended is not among them."""
    return [FIRST, SECOND]


@pytest.fixture(scope="module")
def site(
    made: Machine, hosts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """The site through the proxy, for whoever trusts its authority."""
    if shutil.which("caddy") is None:
        pytest.skip("Caddy is not installed.")
    with names(web=hosts) as resolver, proxy(made, resolver) as authority:
        for host in (FIRST, SECOND):
            assert wait_for(lambda host=host: made.is_healthy("web", host))
        assert wait_for(authority.exists, 20)
        kept = Path(shutil.copy(authority, tmp_path_factory.mktemp("authority")))
        trust = ssl.create_default_context(cafile=kept)
        with (
            pytest.MonkeyPatch.context() as patch,
            httpx.Client(base_url=made.address, verify=trust, timeout=60) as web,
        ):
            patch.setenv("SSL_CERT_FILE", str(kept))
            assert wait_for(lambda: web.get("/health/live").status_code == 200)
            yield web


def team(made: Machine, name: str) -> str:
    return made.run("worker", "challenge", "team", "add", name).split()[-1]


def test_a_day_goes_through_the_proxy_and_one_web_process_may_die(
    made: Machine, site: httpx.Client, hosts: list[str], tmp_path: Path
) -> None:
    token = team(made, "Zwaluw")
    bundle = tmp_path / "model.zip"
    bundle.write_bytes(pyfunc_bundle(MODEL))

    # A team logs in with a browser. The cookie never goes over plain HTTP, and another
    # one keeps the browser with the process that it began with.
    page = site.post("/login", data={"token": token}, follow_redirects=False)
    assert page.status_code == 303, page.text
    cookies = page.headers.get_list("set-cookie")
    assert any("secure" in cookie.lower() for cookie in cookies)
    assert site.cookies["kansrijk_web"]
    assert "max-age" in page.headers["strict-transport-security"]
    assert "Zwaluw" in site.get("/account").text
    # Figures of one process by chance would mislead.
    assert site.get("/metrics").status_code == 404

    # The same team with its commands: data, a submission, a score, the board.
    with Client(made.address, token=token) as client:
        client.download(tmp_path / "data", accept_terms=True)
        assert any((tmp_path / "data").iterdir())
        last = finish(client, bundle)
    assert last["state"] == "scored", last
    assert "Zwaluw" in site.get("/").text

    # One of the two has this browser, with all that it asks.
    def pages() -> list[int]:
        logs = [made.log("web", host) for host in (FIRST, SECOND)]
        return [log.count('"route": "/board/big"') for log in logs]

    assert [site.get("/board/big").status_code for _ in range(8)] == [200] * 8
    assert wait_for(lambda: sum(pages()) == 8)
    assert sorted(pages()) == [0, 8]

    # The proxy says who asked and how it ended, and never for what.
    told = (made.folder / "proxy.log").read_text("utf-8")
    assert '"logger":"http.log.access"' in told
    assert '"remote_ip":"127.0.0.1"' in told
    assert not [
        word for word in ("/board/big", "/login", "uthorization") if word in told
    ]

    # It dies in the middle of the day, and nobody notices; then the other one does.
    own, other = (FIRST, SECOND) if pages()[0] else (SECOND, FIRST)
    made.kill("web", own)
    hosts.remove(own)
    assert [site.get("/").status_code for _ in range(6)] == [200] * 6
    made.start("web", own)
    assert wait_for(lambda: made.is_healthy("web", own))
    hosts.append(own)
    made.kill("web", other)
    hosts.remove(other)
    # A newer Caddy leaves the first one out for half a minute since it died.
    assert wait_for(lambda: site.get("/").status_code == 200, 40)
    assert [site.get("/").status_code for _ in range(6)] == [200] * 6


def test_a_backup_is_made_by_itself_and_can_be_put_back(made: Machine) -> None:
    made.start("backup")

    assert wait_for(lambda: made.is_healthy("backup")), made.log("backup")
    tried = made.run("backup", "challenge", "backup", "/backups", "--verify", "--json")
    assert '"verified": true' in tried


@pytest.mark.skipif(not IS_ROOT, reason="Only root can give them their users.")
def test_web_reads_nothing_that_is_sealed(made: Machine) -> None:
    count = "find /data -path '*/sealed/*' -type f -exec wc -c {} + 2>/dev/null; true"

    assert made.run("web", "sh", "-c", count) == ""
    assert made.run("worker", "sh", "-c", count)


@pytest.mark.skipif(not IS_ROOT, reason="Only root can give them their users.")
@pytest.mark.parametrize(
    "place", ["releases", "releases/quickstart", "releases/quickstart/1"]
)
def test_web_moves_nothing_of_the_worker_aside(made: Machine, place: str) -> None:
    moved = made.run("web", "mv", f"/data/{place}", f"/data/{place}.old", check=False)

    assert moved.startswith("failed")
    assert (made.folder / "data" / place).is_dir()


def is_open(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def test_a_web_process_that_hangs_loses_its_readers_to_the_other() -> None:
    """Upstreams by address: Caddy counts those by name since 2.11.2, and here is 2.6.

    With 2 s in place of 60, and so with 1 s to try again in place of 10.
    """
    if shutil.which("caddy") is None:
        pytest.skip("Caddy is not installed.")
    with machine(SETTINGS) as alone:
        port = str(alone.ports["web"])
        caddyfile = (ROOT / "deploy/Caddyfile").read_text("utf-8")
        start, end = caddyfile.index("dynamic a {"), "\n\t\t}"
        by_name = caddyfile[start:].partition(end)[0] + end
        changed = {
            by_name: f"to {FIRST}:{port} {SECOND}:{port}",
            "response_header_timeout 60s": "response_header_timeout 2s",
            "lb_try_duration 10s": "lb_try_duration 1s",
        }
        serve = [sys.executable, "-m", "http.server", port, "--bind"]
        webs = [
            subprocess.Popen(
                [*serve, host], cwd=alone.folder, stderr=subprocess.DEVNULL
            )
            for host in (FIRST, SECOND)
        ]
        try:
            # Caddy leaves out whoever is not there yet, too.
            for host in (FIRST, SECOND):
                assert wait_for(lambda host=host: is_open(host, int(port)))
            with proxy(alone, "", changed) as authority:
                assert wait_for(authority.exists, 20)
                trust = ssl.create_default_context(cafile=authority)
                with httpx.Client(
                    base_url=alone.address, verify=trust, timeout=20
                ) as reader:
                    assert wait_for(lambda: reader.get("/").status_code == 200)
                    served = reader.cookies["kansrijk_web"]
                    for web in webs:
                        os.kill(web.pid, signal.SIGSTOP)
                        asked = reader.get("/?code=K7QM", headers={"K": "K7QM"})
                        if (status := asked.status_code) == 504:
                            break
                        os.kill(web.pid, signal.SIGCONT)
                    assert status == 504
                    assert [reader.get("/").status_code for _ in range(4)] == [200] * 4
                    assert reader.cookies["kansrijk_web"] != served
                told = (alone.folder / "proxy.log").read_text("utf-8")
                assert '"logger":"http.log.error' in told
                assert "K7QM" not in told
        finally:
            for web in webs:
                web.kill()
                web.wait()
