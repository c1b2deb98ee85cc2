"""One bundle that tries many ways out, and one test for each."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator

import pytest

from challenge.records import Outcome

pytestmark = pytest.mark.sandbox

# Each returns without an error if it works. HOST (a folder), PORT, NAME, PID and
# CANARY are things of this machine; `call` is a function of the C library with an
# error check, LIBRARY a file of Python that all sandboxes read.
ATTACKS = {
    "finds-a-file-or-socket-open": "assert any(is_of_use(n) for n in range(4, 256))",
    "reads-the-labels": "open(HOST + '/labels.csv').read()",
    "reads-the-database": "open(HOST + '/challenge.db', 'rb').read()",
    "reads-another-bundle": "open(HOST + '/bundle.zip', 'rb').read()",
    "lists-the-host": "os.listdir(HOST)",
    "reads-passwords": "open('/etc/passwd')",
    "lists-homes": "os.listdir('/home')",
    "reads-proc": "open('/proc/self/status')",
    "reads-sys": "os.listdir('/sys')",
    "reads-the-kernel-log": "call('klogctl', 3, ctypes.create_string_buffer(99), 99)",
    "reads-the-environment": "os.environ[CANARY]",
    "reads-the-secret-of-the-worker": "assert set(os.environ) & SECRETS",
    "imports-the-service": "import challenge.settings",
    "imports-the-scorer": "import leaderboard.metrics",
    "connects-to-a-port": "socket.create_connection(('127.0.0.1', PORT), 1)",
    "connects-to-the-world": "socket.create_connection(('192.0.2.1', 80), 1)",
    "connects-to-an-abstract-socket": "socket.socket(1).connect(chr(0) + NAME)",
    "resolves-a-name": "socket.getaddrinfo('example.org', 80)",
    "makes-a-socket": "socket.socket()",
    "makes-a-pair-of-sockets": "socket.socketpair()",
    "runs-a-shell": "assert os.system('true') == 0",
    "runs-a-program": "import subprocess; subprocess.run(['/usr/bin/id'])",
    "makes-a-child": "os.fork() or os._exit(0)",
    "writes-to-python": "open(os.__file__, 'a')",
    "writes-to-the-interpreter": "open(sys.executable, 'ab')",
    "writes-to-a-package": "import numpy; open(numpy.__file__, 'a')",
    "removes-a-package": "import numpy; os.remove(numpy.__file__)",
    "writes-to-the-guest": "open(sys.argv[0], 'a')",
    "writes-to-the-root": "open('/x', 'w')",
    "writes-to-dev": "open('/dev/x', 'w')",
    "reads-a-disk": "import glob; open(glob.glob('/dev/[svn]d*')[0], 'rb')",
    "opens-a-terminal": "open('/dev/tty')",
    "becomes-root": "os.setuid(0)",
    "is-root": "assert 0 in (os.getuid(), os.geteuid(), os.getgid())",
    "makes-a-user-namespace": "call('unshare', 0x10000000)",
    "mounts": "call('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
    "changes-its-root": "os.chroot('/tmp')",
    "makes-a-device": "os.mknod('/tmp/d', stat.S_IFCHR | 0o666, 259)",
    "makes-a-memory-file": "os.memfd_create('x')",
    "keeps-memory-in-a-pipe": "call('vmsplice', os.pipe()[1], VECTOR, 1, 0)",
    "makes-a-pipe-larger": "fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)",
    "makes-a-queue-of-reads": "call('syscall', IO_SETUP, 9, (ctypes.c_long * 1)())",
    "raises-its-memory-limit": "limit.setrlimit(limit.RLIMIT_AS, (-1, -1))",
    "raises-its-time-limit": "limit.setrlimit(limit.RLIMIT_CPU, (-1, -1))",
    "raises-its-file-limit": "limit.setrlimit(limit.RLIMIT_FSIZE, (-1, -1))",
    "raises-its-limit-of-files": "limit.setrlimit(limit.RLIMIT_NOFILE, (9999, 9999))",
    "raises-its-limit-of-threads": "limit.setrlimit(limit.RLIMIT_NPROC, (-1, -1))",
    "raises-its-limit-of-signals": "limit.setrlimit(limit.RLIMIT_SIGPENDING, (99, 99))",
    "fills-the-queue-of-signals": "make_timers(99)",
    "writes-a-core": "limit.setrlimit(limit.RLIMIT_CORE, (1, 1))",
    "signals-the-worker": "os.kill(PID, 0)",
    "finds-another-process": "assert any(is_another(n) for n in range(3, 9999))",
    "looks-into-a-process": "call('ptrace', 0, 0, None, None)",
    "takes-a-file-of-another-process": "call('syscall', 438, os.pidfd_open(1), 0, 0)",
    # What one sandbox does to a file that all of them read, another could see.
    "watches-a-library": "call('inotify_init1', 0)",
    "watches-everything": "call('fanotify_init', 0x200, 0)",
    "watches-a-folder": "fcntl.fcntl(os.open('/usr/lib', 0), fcntl.F_NOTIFY, 1)",
    "locks-a-library": "assert is_locked_for_others(LIBRARY)",
    "locks-a-part-of-a-library": "assert is_partly_locked(LIBRARY)",
    "leases-a-library": "fcntl.fcntl(LIBRARY, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "marks-a-library": "fcntl.fcntl(LIBRARY, 1036, bytes([2, *[0] * 7]))",
    "waits-at-a-library": "assert waits_at(LIBRARY)",
    "drops-a-library-from-memory": "mmap.mmap(LIBRARY, 9, 2).madvise(21)",
    "changes-the-time-of-a-library": "assert is_touched(os.__file__)",
    "changes-the-time-of-a-device": "assert is_touched('/dev/null')",
    # Nor what the kernel counts for all sandboxes, or tells of the whole machine.
    "counts-the-memory-of-the-machine": "call('sysinfo', bytes(128))",
    "sees-what-is-in-memory": "os.pread(LIBRARY, 9, 0); read_if_there(LIBRARY)",
    "sets-the-clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0.0)",
    "changes-the-host-name": "socket.sethostname('mine')",
    "hurries": "os.nice(-5)",
}

CODE = """
import ctypes, errno, fcntl, json, mmap, os, platform, socket, stat, struct, sys
import resource as limit
HOST, PORT, NAME, PID, CANARY, SECRETS, ATTACKS = {values!r}
library = ctypes.CDLL(None, use_errno=True)
LIBRARY = os.open(os.__file__, os.O_RDONLY)
FUTEX, IO_SETUP = {{"x86_64": (202, 206), "aarch64": (98, 0)}}[platform.machine()]
BYTE = ctypes.create_string_buffer(1)
VECTOR = (ctypes.c_size_t * 2)(ctypes.addressof(BYTE), 1)

def call(name, *arguments):
    if getattr(library, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def is_of_use(descriptor):
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    if descriptor == LIBRARY:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode)

def is_another(process):
    try:
        return os.getpgid(process) != os.getpgid(0)  # our threads have numbers too
    except OSError:
        return False

def is_locked_for_others(file):
    fcntl.flock(file, fcntl.LOCK_EX)
    other = os.open(os.__file__, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(other)
    return False

def is_partly_locked(file):
    lock = struct.Struct("hhqqi4x")
    fcntl.fcntl(file, 37, lock.pack(fcntl.F_RDLCK, 0, 0, 9, 0))  # F_OFD_SETLK
    other = os.open(os.__file__, os.O_RDONLY)
    asked = lock.pack(fcntl.F_WRLCK, 0, 0, 9, 0)
    found = lock.unpack(fcntl.fcntl(other, 36, asked))  # F_OFD_GETLK
    os.close(other)
    return found[0] != fcntl.F_UNLCK

def read_if_there(file):
    os.preadv(file, [bytearray(9)], 0, os.RWF_NOWAIT)

def is_touched(path):
    before = os.stat(path).st_mtime_ns
    os.utime(path)
    return os.stat(path).st_mtime_ns != before

def waits_at(file):
    memory = mmap.mmap(file, 4096, prot=mmap.PROT_READ)
    place = ctypes.c_void_p(np.frombuffer(memory, "u4").ctypes.data)
    (value,) = struct.unpack_from("I", memory)
    a_moment = struct.pack("qq", 0, 1)
    library.syscall(FUTEX, place, 0, value, a_moment, None, 0)
    return ctypes.get_errno() == errno.ETIMEDOUT

def make_timers(count):
    event = struct.pack("QiiQ40x", 0, 0, 1, 0)  # SIGEV_NONE
    for _ in range(count):
        call("timer_create", 1, event, ctypes.byref(ctypes.c_void_p()))

def works(attack):
    try:
        exec(attack, dict(globals()))
    except BaseException:
        return False
    return True

def predict(rows):
    if not is_told:
        is_told.append(True)
        found = {{name: works(attack) for name, attack in ATTACKS.items()}}
        print(json.dumps(found))
    return rows["share"]

is_told = []
"""


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[object, ...]]:
    """Things of this machine that a guest must not reach."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("labels.csv", "challenge.db", "bundle.zip"):
        (folder / name).write_text("id,label\n1,1\n")
    name = f"kansrijk-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        secrets = {key for key in os.environ if key.startswith(("PYTEST", "CHALLENGE"))}
        port = server.getsockname()[1]
        yield str(folder), port, name, os.getpid(), "PYTEST_CURRENT_TEST", secrets


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
