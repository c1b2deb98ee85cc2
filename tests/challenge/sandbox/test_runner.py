from __future__ import annotations

import os
import platform
import struct
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits
from challenge.sandbox.isolate import Runtime, find_runtime, write_command
from challenge.sandbox.launch import Launcher
from challenge.sandbox.proving import find_holes
from challenge.sandbox.seccomp import list_refused

linux = pytest.mark.skipif(sys.platform != "linux", reason="Sandboxes need Linux.")


@linux
def test_the_runtime_shows_the_interpreter_and_nothing_of_the_project() -> None:
    runtime = find_runtime()
    project = Path(__file__).parents[3]

    assert runtime.python.is_file()
    assert runtime.packages
    assert not any(project.is_relative_to(path) for path in runtime.readable)


@linux
def test_no_readable_folder_lies_in_another() -> None:
    readable = find_runtime().readable

    assert not any(a in b.parents for a in readable for b in readable)


@linux
def test_root_becomes_nobody_before_bubblewrap_starts() -> None:
    command = write_command(find_runtime(), limits=Limits(), filter_file=9, guest=[])

    if os.geteuid() == 0:
        script = command[command.index("-c") + 1]
        assert command[0] == "unshare"
        assert "exec setpriv --reuid=65534 --regid=65534 --clear-groups" in script
    else:
        assert command[0].endswith("bwrap")


@linux
def test_our_own_code_is_covered_where_it_is_installed_as_a_package() -> None:
    installed = Path("/usr/lib/python3/dist-packages/challenge")
    runtime = replace(find_runtime(), hidden=(installed,))

    command = write_command(runtime, limits=Limits(), filter_file=9, guest=[])

    at = command.index(str(installed))
    assert command[at - 1 : at + 3] == [
        "--tmpfs",
        str(installed),
        "--remount-ro",
        str(installed),
    ]


@linux
@pytest.mark.parametrize("bwrap", ["/nowhere/bwrap", "/bin/false"])
def test_a_machine_that_cannot_isolate_says_so(bwrap: str) -> None:
    broken = replace(find_runtime(), bwrap=Path(bwrap))

    with pytest.raises(SandboxUnavailableError) as caught:
        probe(broken)

    assert caught.value.slug == "sandbox-unavailable"
    assert caught.value.hint


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    """What a sandbox that holds is made of."""
    try:
        runtime = find_runtime()
        assert probe(runtime) == []
    except SandboxUnavailableError as error:
        if os.environ.get("CI_SANDBOX_REQUIRED") == "1":
            raise
        pytest.skip(str(error))
    return runtime


@pytest.mark.sandbox
@linux
def test_the_self_test_finds_a_hole(runtime: Runtime) -> None:
    """The folder for temporary files is made readable by mistake."""
    found = probe(leak(runtime))

    assert found == ["It reads a file of the host."]


@pytest.mark.sandbox
@linux
def test_the_self_test_finds_that_no_call_is_refused(runtime: Runtime) -> None:
    """The kernel is given a filter that lets everything pass."""
    allow = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)

    found = probe(replace(runtime, call_filter=allow))

    assert found[:2] == ["It makes a process.", "It makes a memory file."]
    assert {
        *("It may call ptrace.", "It may call keyctl.", "It may call io_uring_setup."),
        *("It may call unshare.", "It may call memfd_create.", "It may call bpf."),
    } <= set(found)


@pytest.mark.sandbox
@linux
@pytest.mark.parametrize("name", ["ptrace", "io_uring_setup", "keyctl", "unshare"])
def test_the_self_test_finds_one_call_that_is_not_refused(
    runtime: Runtime, name: str
) -> None:
    """The number of one call is lost from the filter."""
    number = list_refused(platform.machine())[name]
    refuse = struct.pack("=HBBI", 0x15, 0, 1, number)
    never = struct.pack("=HBBI", 0x15, 0, 1, 0x3FFFFFFF)
    assert runtime.call_filter.count(refuse) == 1

    found = probe(
        replace(runtime, call_filter=runtime.call_filter.replace(refuse, never))
    )

    assert found == [f"It may call {name}."]


@pytest.mark.sandbox
@linux
@pytest.mark.parametrize(
    ("folder", "size"), [("/tmp", "1048576"), ("/dev/shm", "16777216")]
)
def test_the_self_test_finds_a_folder_without_end(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, folder: str, size: str
) -> None:
    """The size of one folder is lost from the command."""

    def forget_size(*arguments: object, **named: object) -> list[str]:
        command = write_command(*arguments, **named)
        at = command.index(size)
        assert folder in command[at : at + 5]
        return [*command[: at - 1], *command[at + 1 :]]

    monkeypatch.setattr("challenge.sandbox.launch.write_command", forget_size)

    assert probe(runtime) == [f"It fills {folder}."]


def probe(runtime: Runtime) -> list[str]:
    launcher = Launcher(runtime)
    try:
        return find_holes(launcher, runtime)
    finally:
        launcher.close()


def leak(runtime: Runtime) -> Runtime:
    return replace(runtime, readable=(*runtime.readable, Path(tempfile.gettempdir())))
