"""Services of `docker-compose.yml` as processes of this machine.

Each gets its own command, environment, user, groups, capabilities and a read-only root,
as the file has them; names of containers become loopback addresses, volumes become
folders. What an engine does besides (networks, limits of memory, seccomp, AppArmor) is
not done here.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..composition import FILLED_IN, ROOT, compose, image_environment, image_folders
from ..hostile.test_ordinary_user import find_interpreter
from ..postgres import KEEPER, NOBODY, find
from .clustered import free_port

IS_ROOT = os.geteuid() == 0
# What the engine does to a container, as far as a shell of root's can: a root that
# cannot be written but for this folder, another user, no capability, no privileges.
CONFINE = """
mount --bind "$1" "$1"
mount -o remount,bind,ro /
uid=$2 gid=$3; shift 3
exec setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all -- "$@"
"""


class Machine:
    """The machine that runs them.

    Parameters
    ----------
    folder : Path
        Gets their volumes, and may be entered by everybody.
    settings : mapping of str to str
        What stands in `.env`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        ports = ("HTTP_PORT", "HTTPS_PORT", "PROBE_PORT", "web", "postgres", "dask")
        self.ports = {name: free_port() for name in ports}
        self.address = f"https://127.0.0.1:{self.ports['HTTPS_PORT']}"
        own = {name: str(self.ports[name]) for name in ("HTTP_PORT", "HTTPS_PORT")}
        changed = {"CHALLENGE_ADDRESS": self.address, "FRONT_NETWORK": "127.0.0.0/8"}
        self.services = compose(FILLED_IN | own | changed | dict(settings))["services"]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._python, self._environment = find_interpreter()
        for name, owner, mode in image_folders():
            self._make_volume(name, owner, mode)
        self._make_programs()

    def _make_volume(self, name: str, owner: int, mode: int) -> None:
        """As the image has it; a new volume takes owner and mode over."""
        volume = self.folder / name.lstrip("/")
        volume.mkdir()
        if IS_ROOT:
            os.chown(volume, owner, owner)
        volume.chmod(mode)

    def _make_programs(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        programs.chmod(0o755)
        for name, words in (
            ("challenge", f"{self._python} -m challenge"),
            ("dask", f"{self._python} -m dask"),
            ("python", self._python),
            ("make-certificates", str(ROOT / "deploy/certificates.sh")),
        ):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            program.chmod(0o755)

    def here(self, text: str, host: str = "127.0.0.1") -> str:
        """Write what is of containers as it is on this machine."""
        ports = self.ports
        for old, new in (
            (r"@postgres:5432", f"@127.0.0.1:{ports['postgres']}"),
            (r"\bscheduler:8786", f"127.0.0.1:{ports['dask']}"),
            (r"\b8786\b", str(ports["dask"])),
            (r"//scheduler\b", "//127.0.0.1"),
            (r"(?<![\w.])/(data|files|backups|certificates)\b", rf"{self.folder}/\1"),
            (r"/opt/kansrijk/bin", f"{self.folder}/bin"),
            (r"\$PATH", os.defpath),
            (r"(?<![\w.])/app\b", str(ROOT)),
            # The server answers to this name alone, wherever it listens.
            (
                r"'http://127\.0\.0\.1:8000(\S+)'",
                rf"u.Request('http://{host}:{ports['web']}\1',"
                " headers={'Host': '127.0.0.1'})",
            ),
            (r"\b127\.0\.0\.1:8081\b", f"127.0.0.1:{ports['PROBE_PORT']}"),
        ):
            text = re.sub(old, new, text)
        return text

    def environment(self, service: str, host: str = "127.0.0.1") -> dict[str, str]:
        """Give a service what its container has."""
        own = self.folder / f"tmp-{service}-{host}"
        own.mkdir(exist_ok=True)
        own.chmod(0o777)
        given = {
            # Each has a /tmp of its own.
            name: self.here(re.sub(r"^/tmp\b", str(own), value), host)
            for name, value in (
                image_environment() | self.services[service].get("environment", {})
            ).items()
        }
        return (
            {"PYTHONPATH": self._environment.get("PYTHONPATH", ""), "LANG": "C.UTF-8"}
            | given
            | {"HOSTNAME": "127.0.0.1", "TMPDIR": str(own)}
            | {"CHALLENGE_HOST": host, "CHALLENGE_PORT": str(self.ports["web"])}
        )

    def confined(self, service: str, command: Sequence[str]) -> list[str]:
        """Write a command as its container runs it."""
        entered = ["sh", "-c", 'umask 002; exec "$@"', "sh", *command]
        if not IS_ROOT:
            return entered
        user, group = self.services[service]["user"].split(":")
        words = ["unshare", "--mount", "sh", "-ec", CONFINE, "sh", str(self.folder)]
        return [*words, user, group, *entered]

    def run(self, service: str, *command: str, check: bool = True) -> str:
        """Do what ``docker compose run --rm SERVICE COMMAND`` does."""
        done = subprocess.run(
            self.confined(service, [self.here(word) for word in command]),
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout if done.returncode == 0 else f"failed: {done.stderr}"

    def start(self, service: str, host: str = "127.0.0.1") -> None:
        """Start a container of a service."""
        command = self.services[service]["command"]
        with (self.folder / f"{service}-{host}.log").open("ab") as log:
            self.processes[f"{service}-{host}"] = subprocess.Popen(
                self.confined(service, [self.here(word, host) for word in command]),
                env=self.environment(service, host),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_healthy(self, service: str, host: str = "127.0.0.1") -> bool:
        """Ask as Compose asks."""
        how, *words = self.services[service]["healthcheck"]["test"]
        if how == "CMD-SHELL":
            words = ["sh", "-c", *words]
        return not self.run(
            service, *(self.here(word, host) for word in words), check=False
        ).startswith("failed")

    def log(self, service: str, host: str = "127.0.0.1") -> str:
        """Read what one said."""
        return (self.folder / f"{service}-{host}.log").read_text()

    def kill(self, service: str, host: str = "127.0.0.1") -> None:
        """Take one away at once."""
        process = self.processes.pop(f"{service}-{host}")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)

    def stop(self) -> dict[str, int]:
        """End all of them, the newest first, and tell how each ended."""
        ended = {}
        for name, process in reversed(self.processes.items()):
            process.terminate()
            try:
                ended[name] = process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                ended[name] = process.wait(20)
        self.processes.clear()
        return ended


@contextmanager
def machine(settings: Mapping[str, str]) -> Iterator[Machine]:
    """Have a machine until the end."""
    folder = Path(tempfile.mkdtemp(prefix="kansrijk-compose-"))
    folder.chmod(0o755)
    made = Machine(folder, settings)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(made: Machine) -> Iterator[None]:
    """Run PostgreSQL as its official image does on an empty volume."""
    service = made.services["postgres"]
    password = service["environment"]["POSTGRES_PASSWORD"]
    folder = Path(tempfile.mkdtemp(prefix="kansrijk-postgres-"))
    user: dict[str, Any] = NOBODY if IS_ROOT else {}
    if user:
        shutil.chown(folder, user["user"], user["group"])
    initdb = Path(str(find("initdb"))).resolve()
    arguments = service["environment"]["POSTGRES_INITDB_ARGS"].split()
    subprocess.run(
        [initdb, "--no-sync", "--username=postgres", *arguments, "-D", folder / "data"],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    port = str(made.ports["postgres"])
    options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-p", port]
    server = [initdb.with_name("postgres"), "-D", folder / "data", "-k", folder]
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", *server, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"FOLDER": str(folder)},
        cwd=folder,
        **user,
    )
    ready = ["pg_isready", "--host", str(folder), "--port", port, "--timeout=20"]
    own = {"PGHOST": str(folder), "PGPORT": port, "POSTGRES_PASSWORD": password}
    try:
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            assert keeper.poll() is None, "PostgreSQL did not start"
        subprocess.run(
            [ROOT / "deploy/postgres.sh"],
            env=os.environ | own,
            check=True,
            capture_output=True,
        )
        yield
    finally:
        keeper.communicate()


@contextmanager
def names(**hosts: list[str]) -> Iterator[str]:
    """Answer for names of services, as Docker's own server does; give its address."""

    def answer(question: bytes) -> bytes:
        end = question.index(b"\0", 12)
        label = question[13 : 13 + question[12]].decode()
        wants_address = question[end + 1 : end + 3] == b"\0\1"
        found = hosts.get(label, []) if wants_address else []
        head = question[:2] + b"\x81\x80\0\1" + len(found).to_bytes(2) + bytes(4)
        record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4"
        records = b"".join(record + socket.inet_aton(host) for host in found)
        return head + question[12 : end + 5] + records

    def serve() -> None:
        while (asked := server.recvfrom(512))[0] != b"end":
            server.sendto(answer(asked[0]), asked[1])

    with closing(socket.socket(type=socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve)
        thread.start()
        host, port = server.getsockname()
        try:
            yield f"udp/{host}:{port}"
        finally:
            with closing(socket.socket(type=socket.SOCK_DGRAM)) as other:
                other.sendto(b"end", (host, port))
            thread.join()


@contextmanager
def proxy(
    made: Machine, resolver: str, changed: Mapping[str, str] | None = None
) -> Iterator[Path]:
    """Run Caddy with our Caddyfile; give the certificate of its own authority."""
    text = (ROOT / "deploy/Caddyfile").read_text("utf-8")
    file = made.folder / "Caddyfile"
    for old, new in (changed or {"port 8000": f"port {made.ports['web']}"}).items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    environment = made.services["proxy"]["environment"] | {
        "PROBE_PORT": str(made.ports["PROBE_PORT"]),
        "RESOLVER": resolver,
        "XDG_DATA_HOME": str(made.folder / "proxy"),
        "XDG_CONFIG_HOME": str(made.folder / "proxy-config"),
    }
    with (made.folder / "proxy.log").open("ab") as log:
        process = subprocess.Popen(
            ["caddy", "run", "--config", file, "--adapter", "caddyfile"],
            env={"PATH": os.environ["PATH"], "HOME": str(made.folder)} | environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield made.folder / "proxy/caddy/pki/authorities/local/root.crt"
    finally:
        process.terminate()
        process.wait(20)
