"""A folder and object storage: the same files under the same names."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.errors import EngineUnavailableError, FilesUnavailableError
from challenge.records import Job, Loader
from challenge.sandbox import remote
from challenge.settings import Settings
from challenge.shelf import Folder, Shelf, open_shelf
from challenge.shelf import objects as objects_module
from challenge.shelf.objects import Objects

from ...storage import BUCKET, Storage, storage_here

BUNDLE = b"what a team handed in"
SHA256 = hashlib.sha256(BUNDLE).hexdigest()
NAME = Path("bundles", f"{SHA256}.zip")

NAMES = [Path("bundles/a.zip"), Path("bundles/b.zip"), Path("sealed/f/x/a.arrow")]
ACTS = st.tuples(st.sampled_from(["keep", "drop", "bring"]), st.sampled_from(NAMES))


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    with storage_here() as found:
        yield found


@pytest.fixture
def address(storage: Storage) -> str:
    """A part of the bucket that no other test uses."""
    return f"s3://{BUCKET}/{secrets.token_hex(4)}/deep"


@pytest.fixture
def shelf(address: str, tmp_path: Path) -> Objects:
    return Objects(address, copies=tmp_path / "copies")


def keep(shelf: Shelf, name: Path = NAME, content: bytes = BUNDLE) -> None:
    with shelf.draft(name, io.BytesIO(content)) as named:
        named()


def do(shelf: Shelf, act: str, name: Path) -> object:
    content = name.as_posix().encode()
    if act == "bring":
        try:
            return shelf.bring(name).read_bytes()
        except FileNotFoundError:
            return "gone"
    with shelf.draft(name, io.BytesIO(content), is_private=True) as named:
        if act == "keep":
            named()
    return sorted(shelf.names(str(name.parent)))


def compare(storage: Storage, acts: list[tuple[str, Path]]) -> None:
    """Each act by the other of two machines, in a folder and in a bucket."""
    prefix, kept = secrets.token_hex(4), set()
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place, "shelf"))
        machines = [
            Objects(f"s3://{BUCKET}/{prefix}", copies=Path(place, name))
            for name in ("one", "other")
        ]
        for number, (act, name) in enumerate(acts):
            assert do(machines[number % 2], act, name) == do(folder, act, name)
            kept |= {name} if act == "keep" else set()
        assert storage.keys(prefix) == sorted(f"{prefix}/{n.as_posix()}" for n in kept)


@settings(max_examples=2, deadline=None)
@given(acts=st.lists(ACTS, min_size=2, max_size=6))
def test_a_folder_and_a_bucket_answer_the_same(storage: Storage, acts: list) -> None:
    compare(storage, acts)


@pytest.mark.full
@settings(max_examples=30, deadline=None)
@given(acts=st.lists(ACTS, max_size=12))
def test_they_do_so_whatever_is_done(storage: Storage, acts: list) -> None:
    compare(storage, acts)


def test_a_name_that_is_not_given_leaves_nothing(
    shelf: Objects, storage: Storage, address: str
) -> None:
    with (
        pytest.raises(ValueError, match="lost the race"),
        shelf.draft(NAME, io.BytesIO(BUNDLE)),
    ):
        raise ValueError("lost the race")
    assert storage.keys(address.removeprefix(f"s3://{BUCKET}/")) == []


@pytest.mark.full
def test_a_process_that_is_killed_halfway_leaves_no_bundle(
    shelf: Objects, address: str, tmp_path: Path
) -> None:
    script = (
        "import io, os; from pathlib import Path;"
        "from challenge.shelf.objects import Objects\n"
        f"shelf = Objects({address!r}, copies=Path({str(tmp_path)!r}))\n"
        f"with shelf.draft(Path({str(NAME)!r}), io.BytesIO({BUNDLE!r})): os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == 9
    assert shelf.names("bundles") == set()
    assert len(shelf.names("drafts")) == 1
    with pytest.raises(FileNotFoundError):
        shelf.bring(NAME)


RACE = """
import io, sys
from pathlib import Path
from challenge.shelf.objects import Objects
name = Path({name!r})
shelf = Objects({address!r}, copies=Path({copies!r}))
for _ in range(5):
    with shelf.draft(name, io.BytesIO({bundle!r})) as named:
        named()
    assert shelf.bring(name).read_bytes() == {bundle!r}
"""


def race(address: str, copies: Path) -> str:
    return RACE.format(
        name=str(NAME), address=address, copies=str(copies), bundle=BUNDLE
    )


def check_race(shelf: Objects, copies: Path) -> None:
    assert shelf.names("bundles") == {NAME.name}
    assert shelf.names("drafts") == set()
    assert [p.name for p in (copies / "bundles").iterdir()] == [NAME.name]


def test_two_that_keep_and_fetch_one_bundle_at_once_both_have_it(
    shelf: Objects, address: str, tmp_path: Path
) -> None:
    script = compile(race(address, tmp_path / "both"), "race", "exec")
    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(exec, script, {}) for _ in range(2)]
        assert [end.result() for end in ends] == [None, None]
    check_race(shelf, tmp_path / "both")


@pytest.mark.full
def test_two_processes_that_do_so_have_it_too(
    shelf: Objects, address: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", race(address, tmp_path / "both")]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    check_race(shelf, tmp_path / "both")


def test_what_was_fetched_is_this_accounts_alone_and_is_not_fetched_again(
    shelf: Objects, storage: Storage, address: str
) -> None:
    keep(shelf)
    place = shelf.bring(NAME)
    storage.client().delete_object(
        Bucket=BUCKET, Key=f"{address.removeprefix(f's3://{BUCKET}/')}/{NAME}"
    )
    assert shelf.bring(NAME) == place
    assert place.read_bytes() == BUNDLE
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0
    assert shelf.folder.stat().st_mode & 0o077 == 0


SHARED = """
import os, sys
from io import BytesIO
from pathlib import Path
from challenge.settings import Settings
from challenge.shelf import open_shelf

def use(home):
    shelf = open_shelf(Settings(home=home, files={address!r}))
    for name in map(Path, ("bundles/a.zip", "sealed/features/b.arrow")):
        with shelf.draft(name, BytesIO(b"content")) as named:
            named()
        assert shelf.bring(name).read_bytes() == b"content"

use({warm!r})  # once with all rights: Python itself may be where only root looks
os.setgid(1000); os.setuid({account}); os.umask(0o002)
use({home!r})
"""


@pytest.mark.full
@pytest.mark.skipif(os.getuid() != 0, reason="only root can be two accounts")
def test_two_accounts_of_one_home_keep_and_read_what_the_other_has_read(
    address: str,
) -> None:
    """A web process once took no bundle any more after the worker had fetched one."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place, "home")
        Path(place).chmod(0o755)
        home.mkdir()
        os.chown(home, 1000, 1000)
        home.chmod(0o2775)
        for account in (1001, 1000, 1001):
            script = SHARED.format(
                account=account,
                address=address,
                home=str(home),
                warm=str(Path(place, "warm")),
            )
            done = subprocess.run(
                [sys.executable, "-c", script],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.stderr == ""
        assert {each.name for each in (home / "copies").iterdir()} == {"1000", "1001"}


def test_another_content_than_the_name_says_is_never_given_out(
    shelf: Objects, storage: Storage, address: str
) -> None:
    keep(shelf)
    storage.client().put_object(
        Bucket=BUCKET,
        Key=f"{address.removeprefix(f's3://{BUCKET}/')}/{NAME}",
        Body=b"something else",
    )
    with pytest.raises(OSError, match="not what its name says") as told:
        shelf.bring(NAME)
    # It counts as a try: waiting would mend nothing.
    assert not isinstance(told.value, FilesUnavailableError)
    assert [*shelf.folder.rglob("*.zip")] == []


def test_copies_that_were_not_used_for_longest_make_room(
    shelf: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects_module, "COPIES_BYTES", 25)
    names = [Path("bundles", f"{letter}.zip") for letter in "abcd"]
    for name in names:
        keep(shelf, name, bytes(10))
    ages = {"a": 9000, "b": 7000, "c": 60}
    for name in names[:3]:
        place = shelf.bring(name)
        when = time.time() - ages[name.stem]
        os.utime(place, (when, when))
    shelf.bring(names[3])
    left = {path.stem for path in shelf.folder.rglob("*.zip")}
    # Forty bytes are too many; both old ones had to go, and no new one may.
    assert left == {"c", "d"}


def test_a_server_that_is_away_is_named_and_works_when_it_is_back(
    shelf: Objects, storage: Storage
) -> None:
    keep(shelf)
    storage.stop()
    try:
        for ask in (
            lambda: keep(shelf),
            lambda: shelf.bring(NAME),
            lambda: shelf.names("bundles"),
            shelf.check,
        ):
            with pytest.raises(FilesUnavailableError) as told:
                ask()
            assert told.value.reason == "Its server does not answer."
            assert "AWS_ENDPOINT_URL" in told.value.repair
            # What a team reads names no bucket and no address.
            assert BUCKET not in f"{told.value.message} {told.value.hint}"
    finally:
        storage.start()
    shelf.check()
    assert shelf.bring(NAME).read_bytes() == BUNDLE
    assert shelf.names("drafts") == set()


def test_a_bucket_that_is_not_there_is_not_made(
    storage: Storage, tmp_path: Path
) -> None:
    shelf = Objects("s3://nobody-made-this/x", copies=tmp_path)
    for ask in (lambda: shelf.bring(NAME), lambda: shelf.names("bundles"), shelf.check):
        with pytest.raises(FilesUnavailableError) as told:
            ask()
        assert told.value.reason == "There is no such bucket."
    buckets = storage.client().list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [BUCKET]


def test_without_keys_the_variables_are_named(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(FilesUnavailableError) as told:
        Objects(address, copies=tmp_path).check()
    assert told.value.reason == "This process has no credentials for it."
    assert "AWS_ACCESS_KEY_ID" in told.value.repair


def test_a_dask_worker_that_cannot_fetch_says_so_and_costs_no_try(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHALLENGE_HOME", str(tmp_path))
    monkeypatch.setenv("CHALLENGE_FILES", address)
    job = Job(NAME, Loader.SKLEARN, Path("proof.arrow"), 1)

    def run() -> None:
        remote.run_here(job, remote.installed_version(), lambda _: None)

    with pytest.raises(EngineUnavailableError, match=f"sees no {NAME}"):
        run()
    monkeypatch.setenv("CHALLENGE_FILES", "s3://nobody-made-this/x")
    with pytest.raises(EngineUnavailableError, match="no such bucket"):
        run()


def test_one_shelf_is_opened_for_a_process(address: str, tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path, files=address)
    assert open_shelf(chosen) is open_shelf(Settings(home=tmp_path, files=address))
    assert open_shelf(chosen).folder == chosen.files_folder
    assert open_shelf(Settings(home=tmp_path)) == Folder(tmp_path)
