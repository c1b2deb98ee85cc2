"""One bundle that tries many ways out, and one test for each."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator

import pytest

from challenge.records import Outcome

pytestmark = pytest.mark.sandbox

# Each returns without an error if it works. HOST, PORT, NAME, PID and CANARY are
# things of this machine; `call` is the C library's syscall with an error check.
ATTACKS = {
    "reads-the-labels": "open(HOST).read()",
    "lists-the-host": "import os; os.listdir(os.path.dirname(HOST))",
    "reads-passwords": "open('/etc/passwd')",
    "lists-homes": "import os; os.listdir('/home')",
    "reads-proc": "open('/proc/self/status')",
    "reads-sys": "import os; os.listdir('/sys')",
    "reads-the-environment": "import os; os.environ[CANARY]",
    "reads-the-secret-of-the-worker": "import os; assert set(os.environ) & SECRETS",
    "imports-the-service": "import challenge.settings",
    "imports-the-scorer": "import leaderboard.metrics",
    "connects-to-a-port": "socket.create_connection(('127.0.0.1', PORT), 1)",
    "connects-to-the-world": "socket.create_connection(('192.0.2.1', 80), 1)",
    "connects-to-an-abstract-socket": "socket.socket(1).connect(chr(0) + NAME)",
    "resolves-a-name": "socket.getaddrinfo('example.org', 80)",
    "runs-a-shell": "import os; assert os.system('true') == 0",
    "runs-a-program": "import subprocess; subprocess.run(['/usr/bin/id'])",
    "writes-to-python": "import os; open(os.__file__, 'a')",
    "writes-to-the-interpreter": "import sys; open(sys.executable, 'ab')",
    "writes-to-a-package": "import numpy; open(numpy.__file__, 'a')",
    "removes-a-package": "import numpy, os; os.remove(numpy.__file__)",
    "writes-to-the-guest": "open('/guest.py', 'a')",
    "writes-to-the-root": "open('/x', 'w')",
    "writes-to-dev": "open('/dev/x', 'w')",
    "reads-a-disk": "import glob; open(glob.glob('/dev/[svn]d*')[0], 'rb')",
    "becomes-root": "import os; os.setuid(0)",
    "is-root": "import os; assert 0 in (os.getuid(), os.geteuid(), os.getgid())",
    "makes-a-user-namespace": "call('unshare', 0x10000000)",
    "makes-a-child": "import os; os.fork() or os._exit(0)",
    "makes-a-socket": "socket.socket()",
    "makes-a-pair-of-sockets": "socket.socketpair()",
    "makes-a-memory-file": "import os; os.memfd_create('x')",
    "looks-into-a-process": "call('ptrace', 0, 0, None, None)",
    "mounts": "call('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
    "changes-its-root": "import os; os.chroot('/tmp')",
    "makes-a-device": "import os, stat; os.mknod('/tmp/d', stat.S_IFCHR | 0o666, 259)",
    "raises-its-memory-limit": "limit.setrlimit(limit.RLIMIT_AS, (-1, -1))",
    "raises-its-time-limit": "limit.setrlimit(limit.RLIMIT_CPU, (-1, -1))",
    "writes-a-core": "limit.setrlimit(limit.RLIMIT_CORE, (1, 1))",
    "signals-the-worker": "import os; os.kill(PID, 0)",
    "finds-a-file-or-socket-open": "assert any(is_of_use(n) for n in range(4, 256))",
    "sets-the-clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0.0)",
    "changes-the-host-name": "socket.sethostname('mine')",
    "hurries": "import os; os.nice(-5)",
}

CODE = """
import ctypes, json, os, resource as limit, socket, stat
HOST, PORT, NAME, PID, CANARY, SECRETS, ATTACKS = {values!r}
library = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    if getattr(library, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)

def is_of_use(descriptor):
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode)

def works(attack):
    try:
        exec(attack, dict(globals()))
    except BaseException:
        return False
    return True

def predict(rows):
    print(json.dumps({{name: works(attack) for name, attack in ATTACKS.items()}}))
    return rows["share"]
"""


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[object, ...]]:
    """Things of this machine that a guest must not reach."""
    labels = tmp_path_factory.mktemp("sealed") / "labels.csv"
    labels.write_text("id,label\n1,1\n")
    name = f"kansrijk-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        secrets = {key for key in os.environ if key.startswith(("PYTEST", "CHALLENGE"))}
        port = server.getsockname()[1]
        yield str(labels), port, name, os.getpid(), "PYTEST_CURRENT_TEST", secrets


@pytest.fixture(scope="module")
def report(attack: Callable[..., Outcome], bait: tuple[object, ...]) -> dict[str, bool]:
    """Which of the attacks worked, by the model's own account."""
    control = {"does-nothing-wrong": "assert os.getcwd() == '/tmp'"}
    outcome = attack(CODE.format(values=(*bait, ATTACKS | control)))
    assert outcome.refusal is None, outcome.log
    return dict(json.loads(outcome.log))


@pytest.mark.parametrize("name", ATTACKS)
def test_the_way_out_is_closed(report: dict[str, bool], name: str) -> None:
    assert report[name] is False


def test_the_account_can_be_believed(report: dict[str, bool]) -> None:
    """The same machinery, given something that does work, says so."""
    assert report["does-nothing-wrong"] is True
