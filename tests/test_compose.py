"""`docker-compose.yml`, `.env.example`, `Dockerfile` and the proxy, read only.

Nothing is started here; `tests/functional/test_compose.py` does that.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml
from cryptography.x509 import load_pem_x509_certificate
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from challenge.cli import app
from challenge.settings import Settings

from .composition import (
    FILLED_IN,
    ROOT,
    MissingError,
    asked,
    compose,
    image_environment,
    image_folders,
    instructions,
    offered,
)
from .functional.spelling import fault_in

EVERYTHING = compose(FILLED_IN)
SERVICES: dict[str, dict[str, Any]] = EVERYTHING["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
# What runs models: bubblewrap makes namespaces, which the default profiles forbid.
WITH_SANDBOXES = {"worker", "dask-worker"}
LIFTED = {"seccomp=unconfined", "apparmor=unconfined"}
# Why these have no health check.
UNCHECKED = {
    "worker": "it says how it is in the database",
    "dask-worker": "its scheduler knows",
    "certificates": "it ends",
}
# Why these settings are not for whoever runs the containers.
NOT_HERE = {
    "host": "the image listens on all its addresses",
    "port": "the proxy asks at this one",
    "url": "of a team's commands",
    "token": "of a team's commands",
    "trust_submissions": "on a loopback address only",
}


@pytest.mark.parametrize("name", FILLED_IN)
def test_nothing_starts_without_what_has_to_be_filled_in(name: str) -> None:
    others = {key: value for key, value in FILLED_IN.items() if key != name}

    with pytest.raises(MissingError, match=name):
        compose(others)


def test_the_example_as_it_is_starts_nothing() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    with pytest.raises(MissingError):
        compose(dict(line.split("=", 1) for line in lines))


def test_each_variable_of_the_file_is_in_the_example_and_the_other_way_round() -> None:
    own = {"COMPOSE_PROFILES"}  # of Compose itself

    assert asked() == offered().keys() - own


def test_the_example_has_no_usable_secret_and_the_file_no_default_of_one() -> None:
    secret = re.compile("PASSWORD|SECRET|TOKEN|KEY")
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    references = re.findall(r"\$\{(\w+)(:[-?][^}]*)?\}", text)

    assert [
        name for name, value in offered().items() if secret.search(name) and value
    ] == []
    for name, default in references:
        if secret.search(name):
            assert default == ":-" or default.startswith(":?"), name


def test_each_variable_of_ours_is_a_setting_and_each_setting_can_be_made() -> None:
    ours = {
        name
        for service in SERVICES.values()
        for name in service.get("environment", {})
        if name.startswith("CHALLENGE_")
    } | {
        name
        for name in asked() | image_environment().keys()
        if name[:10] == "CHALLENGE_"
    }
    settings = {f"CHALLENGE_{name.upper()}" for name in Settings.model_fields}
    left_out = {f"CHALLENGE_{name.upper()}" for name in NOT_HERE} - {"CHALLENGE_HOST"}

    assert ours == settings - left_out


def test_a_default_of_the_example_is_the_default_of_the_service() -> None:
    default = Settings.model_construct().environment()
    chosen = {"CHALLENGE_LOGS", "CHALLENGE_ENGINE", "CHALLENGE_FILES"}

    for name, value in offered().items():
        if name.startswith("CHALLENGE_") and name not in {*FILLED_IN, *chosen}:
            assert value == default[name].removesuffix(".0"), name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    options = set(service["security_opt"])

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (
        ["NET_BIND_SERVICE"] if name == "proxy" else []
    )
    assert options - LIFTED == {"no-new-privileges:true"}
    assert bool(options & LIFTED) == (name in WITH_SANDBOXES)
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["restart"] in {"unless-stopped", "on-failure"}
    assert service["stop_grace_period"]
    assert not service.keys() & {"privileged", "devices", "pid", "ipc", "userns_mode"}
    assert not any("docker.sock" in volume for volume in service["volumes"])
    # As root only the proxy, which needs ports, and the storage of a rehearsal.
    assert ("user" in service) == (name not in {"proxy", "objects"})
    assert not service.get("user", "").startswith("0")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check_or_a_reason(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert ("test" in check) != (name in UNCHECKED)
    assert check.get("disable", False) == (name in UNCHECKED)


def test_only_the_proxy_can_be_reached_and_only_it_reaches_the_world() -> None:
    networks = EVERYTHING["networks"]
    outside = {
        name for name, made in networks.items() if not (made or {}).get("internal")
    }
    on = {name: set(one.get("networks", [])) for name, one in SERVICES.items()}

    assert outside == {"outside"}
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    assert [name for name, nets in on.items() if "outside" in nets] == ["proxy"]
    assert {name for name, nets in on.items() if "front" in nets} == {"proxy", "web"}
    # Whoever runs models on another machine has no way to the database.
    assert on["dask-worker"] == on["scheduler"] == {"engine"}
    assert "data" not in on["proxy"]
    # Every other one is in some network that the file makes, or in none.
    for name, nets in on.items():
        assert nets <= networks.keys()
        assert nets or SERVICES[name]["network_mode"] == "none"


def test_volumes_keep_labels_from_dask_and_backups_from_web() -> None:
    held = {
        name: {volume.split(":")[0] for volume in service["volumes"]}
        for name, service in SERVICES.items()
    }
    named = {one for volumes in held.values() for one in volumes if one[0] != "."}

    assert named == EVERYTHING["volumes"].keys()
    assert held["dask-worker"] == {"files", "certificates"}
    assert held["scheduler"] == {"certificates"}
    assert held["web"] == {"data", "files"}
    # The worker's are for `challenge doctor`, which only looks.
    mounts = {
        name: volume
        for name, service in SERVICES.items()
        for volume in service["volumes"]
        if volume.startswith("backups:")
    }
    assert mounts == {"worker": "backups:/backups:ro", "backup": "backups:/backups"}
    for service in SERVICES.values():
        for volume in service["volumes"]:
            source, _, _ = volume.partition(":")
            assert source[0] != "." or (ROOT / source).is_file()


def test_nothing_that_is_run_or_unpickled_lies_where_web_may_write() -> None:
    """Numba's cache once did: whoever was in web could run code as the worker."""
    shared = tuple(volume.split(":")[1] for volume in SERVICES["web"]["volumes"])
    data = {"CHALLENGE_HOME", "CHALLENGE_FILES"}  # read, and never run

    for name in OURS:
        service = SERVICES[name]
        given = image_environment() | service.get("environment", {})
        there = {key for key, value in given.items() if value.startswith(shared)}
        assert there <= data, name
        assert given["NUMBA_CACHE_DIR"].startswith("/tmp/")
        assert any(one.startswith("/tmp:") for one in service["tmpfs"])
    owned = {place: mode for place, _, mode in image_folders()}
    assert {place: oct(owned[place]) for place in shared} == dict.fromkeys(
        shared, oct(stat.S_ISVTX | stat.S_ISGID | 0o775)
    )


def test_the_machine_of_the_manual_has_the_memory_of_all_limits() -> None:
    manual = (ROOT / "docs/compose.md").read_text("utf-8")
    units = {"m": 1, "g": 1024}
    limits = [
        int(service["mem_limit"][:-1])
        * units[service["mem_limit"][-1]]
        * service.get("deploy", {}).get("replicas", 1)
        for service in SERVICES.values()
        if "profiles" not in service
    ]
    (told,) = re.findall(r"(\d+) GiB of memory", manual)

    # And something for the system itself.
    assert sum(limits) / 1024 <= int(told) - 1


def test_web_and_worker_are_two_users_of_one_group() -> None:
    assert SERVICES["web"]["user"] == "1001:1000"
    for name in ("worker", "dask-worker", "backup"):
        assert SERVICES[name]["user"] == "1000:1000"


def test_dask_workers_are_told_no_secret_of_the_service() -> None:
    given = compose(FILLED_IN | {"CHALLENGE_ENGINE": "tls://scheduler:8786"})[
        "services"
    ]

    for name in ("dask-worker", "scheduler", "certificates", "objects"):
        assert FILLED_IN["POSTGRES_PASSWORD"] not in str(given[name])


def test_every_image_is_pinned_to_a_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    bases = [text.split()[0] for word, text in instructions() if word == "FROM"]

    for image in (*images, *bases):
        assert re.search(r":v?\d+\.\d+", image), image


def test_postgres_is_as_our_manual_has_it() -> None:
    manual = (ROOT / "docs/postgresql.md").read_text("utf-8")
    (arguments,) = re.findall(r'POSTGRES_INITDB_ARGS="([^"]*)"', manual)
    major = re.search(r":(\d+)\.", SERVICES["postgres"]["image"])[1]

    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert given.startswith(arguments)
    # Backups are made and put back by programs of the server's version alone.
    assert any(f"postgresql-client-{major} " in text for _, text in instructions())


def words(command: list[str]) -> list[str]:
    """Take what a shell is given apart."""
    if command[:2] == ["sh", "-c"]:
        return shlex.split(command[2].removeprefix("exec "))
    return command


def programs() -> dict[str, Any]:
    """The programs of the image that are written in Python."""
    from distributed.cli import dask_scheduler, dask_worker

    parts = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    dask = click.Group("dask", commands=parts)
    return {"challenge": typer.main.get_command(app), "dask": dask}


@pytest.mark.parametrize("name", [name for name in OURS if name != "certificates"])
def test_each_command_is_one_that_our_programs_take(name: str, tmp_path: Path) -> None:
    for file in ("ca.pem", "member.pem"):
        (tmp_path / file).touch()
    given = words(SERVICES[name]["command"])
    program, *rest = [word.replace("/certificates", str(tmp_path)) for word in given]
    command = programs()[program]
    parent = None
    # typer has a click of its own, so a group is known by what it does.
    while hasattr(command, "resolve_command"):
        parent = command.context_class(command, parent=parent, info_name=command.name)
        _, command, rest = command.resolve_command(parent, rest)

    # Parsed with every option, and not run.
    assert command.make_context(command.name, rest, parent=parent)


def test_what_the_manual_runs_in_a_container_can_be_typed_like_that() -> None:
    manual = (ROOT / "docs/compose.md").read_text("utf-8")
    typed = re.findall(r"docker compose (?:run|exec) .*?(challenge .*)", manual)
    named = re.findall(
        r"docker compose (?:run --rm(?: --volume \S+)?|exec) ([\w-]+)", manual
    )

    assert len(typed) > 5
    assert {line: fault_in(shlex.split(line), whole=True) for line in typed} == (
        dict.fromkeys(typed, "")
    )
    assert set(named) <= set(OURS)


def test_each_override_of_the_manual_is_of_a_service_and_can_be_started() -> None:
    manual = (ROOT / "docs/compose.md").read_text("utf-8")
    manual += (ROOT / "docs/observability.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(services:.*?)```", manual, re.DOTALL)
    parts = [yaml.load(block, Tolerant) for block in blocks]

    assert len(parts) == 3
    for part in parts:
        for name, service in part["services"].items():
            assert name in SERVICES or re.search(r":v\d+\.\d+", service["image"])
            assert set(service.get("networks", [])) <= EVERYTHING["networks"].keys()
            if name in OURS and "command" in service:
                assert fault_in(service["command"], whole=True) == ""


class Tolerant(yaml.SafeLoader):
    """Knows the tag with which Compose takes a list in place of another."""


Tolerant.add_constructor(
    "!override", lambda loader, node: loader.construct_sequence(node)
)


@pytest.mark.full
def test_the_first_start_of_the_manual_ends_with_a_published_release(
    tmp_path: Path,
) -> None:
    manual = (ROOT / "docs/compose.md").read_text("utf-8")
    (block,) = re.findall(r"```sh\n(docker compose build\n.*?)```", manual, re.DOTALL)
    typed = re.findall(r"run --rm worker challenge (build.*|publish.*)", block)
    settings = {
        name: value for name, value in os.environ.items() if name[:9] != "CHALLENGE"
    }

    assert len(typed) == 2
    for line in typed:
        done = subprocess.run(
            [sys.executable, "-m", "challenge", *shlex.split(line)],
            env=settings | {"CHALLENGE_HOME": str(tmp_path / "home")},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_dask_gets_the_options_of_our_manual() -> None:
    manual = (ROOT / "docs/scaling.md").read_text("utf-8").replace("\\\n", " ")
    for name, program in (("scheduler", "scheduler"), ("dask-worker", "worker")):
        (line,) = re.findall(rf"dask {program} (?:--|tls:).*", manual)
        given = shlex.join(words(SERVICES[name]["command"]))

        assert set(re.findall(r"--[a-z-]+", given)) == set(
            re.findall(r"--[a-z-]+", line)
        )


def test_certificates_are_made_once_and_nobody_can_sign_another(
    tmp_path: Path,
) -> None:
    make = [ROOT / "deploy/certificates.sh", tmp_path]
    subprocess.run(make, check=True, capture_output=True)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    subprocess.run(make, check=True, capture_output=True)

    assert made.keys() == {"ca.pem", "member.pem"}
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == made
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    authority = load_pem_x509_certificate(made["ca.pem"])
    member = load_pem_x509_certificate(made["member.pem"])
    member.verify_directly_issued_by(authority)
    assert made["member.pem"].count(b"PRIVATE KEY-----") == 2  # its own, begin and end


def test_certificates_that_end_within_a_week_are_made_anew(tmp_path: Path) -> None:
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    file = str(tmp_path / "member.pem")
    subject = ["-subj", "/CN=old", "-days", "6", "-keyout", "/dev/null", "-out", file]
    openssl = ["openssl", "req", "-x509", *key, *subject]
    subprocess.run(openssl, check=True, capture_output=True)

    make = [ROOT / "deploy/certificates.sh", tmp_path]
    subprocess.run(make, check=True, capture_output=True)
    member = load_pem_x509_certificate((tmp_path / "member.pem").read_bytes())
    assert "old" not in member.subject.rfc4514_string()


def test_the_image_is_made_in_two_steps_and_the_second_installs_no_python() -> None:
    read = instructions()
    first, second = (place for place, (word, _) in enumerate(read) if word == "FROM")
    said = [text for word, text in read[second:] if word == "RUN"]

    assert any(
        "--require-hashes" in text and text.endswith("deploy/requirements.lock")
        for _, text in read[first:second]
    )
    assert not any(re.search(r"\bpip (install|sync)", text) for text in said)
    assert any("pip uninstall" in text for text in said)
    assert not any("build-essential" in text or "gcc" in text for text in said)
    assert [text for word, text in read[second:] if word == "USER"] == ["1000:1000"]
    for program in ("bubblewrap", "libgomp1", "openssl", "postgresql-client-"):
        assert any(f" {program}" in text for text in said), program


def test_what_the_image_copies_is_there_and_not_left_out_of_the_build() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    copied = {
        source
        for word, text in instructions()
        if word == "COPY" and "--from" not in text
        for source in [one for one in text.split() if not one.startswith("--")][:-1]
    }

    assert ignore[0] == "*"
    assert {source.split("/")[0] for source in copied} == let_in
    assert all((ROOT / source).exists() for source in copied)
    # What is filled in gets into no image and into no repository.
    assert "**/.env" in ignore
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert not any("/.env" in source or source.endswith(".env") for source in copied)


def test_the_lock_of_the_image_is_the_part_of_the_lock_that_the_service_needs() -> None:
    whole, part = (
        (ROOT / name).read_text("utf-8")
        for name in ("requirements.lock", "deploy/requirements.lock")
    )
    blocks, own = (set(re.split(r"\n(?=\S)", text.strip())) for text in (whole, part))
    names = {canonicalize_name(re.split("[=;]", block)[0].strip()) for block in own}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked_for = [
        *project["dependencies"],
        *(
            x
            for one in ("service", "scale", "objects", "synthesis")
            for x in extras[one]
        ),
    ]
    needed = {canonicalize_name(Requirement(line).name) for line in asked_for}

    assert own <= blocks
    assert needed <= names
    assert not names & {"pytest", "ruff", "mypy", "moto", "locust", "playwright"}


def test_everything_that_the_service_needs_here_is_in_the_lock_of_the_image() -> None:
    """From what is installed, and not from what made the lock."""
    part = (ROOT / "deploy/requirements.lock").read_text("utf-8")
    names = {
        canonicalize_name(n) for n in re.findall(r"^([\w.-]+)==", part, re.MULTILINE)
    }
    never = {"torch", "ctgan", "deepecho", "editables"}  # the last of a clone alone
    missing, seen = set(), set()
    todo = [
        ("kansrijk", extra) for extra in ("service", "scale", "objects", "synthesis")
    ]
    while todo:
        name, extra = todo.pop()
        for line in distribution(name).requires or ():
            one = Requirement(line)
            found = canonicalize_name(one.name)
            if one.marker and not one.marker.evaluate({"extra": extra}):
                continue
            if found in never:
                continue
            if found not in names:
                missing.add(found)
                continue
            new = {(found, part) for part in {"", *one.extras}} - seen
            seen |= new
            todo += new

    assert missing == set()


needs_caddy = pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not here.")


@needs_caddy
@pytest.mark.parametrize("address", ["https://localhost", "https://kansrijk.example"])
def test_caddy_takes_the_file(address: str) -> None:
    file = ROOT / "deploy/Caddyfile"
    adapted = subprocess.run(
        ["caddy", "adapt", "--config", file, "--adapter", "caddyfile", "--validate"],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere"}
        | {"CHALLENGE_ADDRESS": address},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    told = json.loads(adapted)

    assert told["admin"] == {"disabled": True}
    servers = told["apps"]["http"]["servers"].values()
    assert {one["read_header_timeout"] for one in servers} == {20 * 10**9}
    assert all(one["idle_timeout"] and one["write_timeout"] for one in servers)
    # An address is an invitation, a header a token.
    fields = told["logging"]["logs"]["default"]["encoder"]["fields"]
    secret = ("request>uri", "request>headers", "resp_headers")
    assert {fields[name]["filter"] for name in secret} == {"delete"}
    # Of the two, one listens to the world.
    assert sorted(port for one in servers for port in one["listen"]) == [
        "127.0.0.1:8081",
        ":443",
    ]


@needs_caddy
def test_the_file_of_caddy_is_laid_out_as_caddy_does() -> None:
    file = ROOT / "deploy/Caddyfile"
    laid_out = subprocess.run(
        ["caddy", "fmt", file], check=True, capture_output=True, text=True
    )

    assert laid_out.stdout == file.read_text("utf-8")
