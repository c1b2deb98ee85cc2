from __future__ import annotations

import os
import struct
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from challenge.errors import SandboxUnavailableError
from challenge.records import Limits
from challenge.sandbox.isolate import Runtime, find_runtime, write_command
from challenge.sandbox.runner import Sandbox

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
    command = write_command(find_runtime(), limits=Limits(), filter_file=9)

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

    command = write_command(runtime, limits=Limits(), filter_file=9)

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
        Sandbox(broken).probe()

    assert caught.value.slug == "sandbox-unavailable"
    assert caught.value.hint


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    """What a sandbox that holds is made of."""
    try:
        runtime = find_runtime()
        assert Sandbox(runtime).probe() == []
    except SandboxUnavailableError as error:
        if os.environ.get("CI_SANDBOX_REQUIRED") == "1":
            raise
        pytest.skip(str(error))
    return runtime


@pytest.mark.sandbox
@linux
def test_the_self_test_finds_a_hole(runtime: Runtime) -> None:
    """The folder for temporary files is made readable by mistake."""
    found = Sandbox(leak(runtime)).probe()

    assert found == ["It reads a file of the host."]


@pytest.mark.sandbox
@linux
def test_the_self_test_finds_that_no_call_is_refused(runtime: Runtime) -> None:
    """The kernel is given a filter that lets everything pass."""
    allow = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)

    found = Sandbox(replace(runtime, call_filter=allow)).probe()

    assert found == ["It makes a process.", "It makes a memory file."]


def leak(runtime: Runtime) -> Runtime:
    return replace(runtime, readable=(*runtime.readable, Path(tempfile.gettempdir())))
