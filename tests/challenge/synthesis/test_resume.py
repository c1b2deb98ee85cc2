"""A build that was killed goes on where it was, and gives what a clean run gives."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from challenge.errors import ContentRefusedError
from challenge.synthesis import Release, build, open_release, versions
from challenge.synthesis.drafts import Draft, has_abandoned, open_draft
from challenge.synthesis.manifest import Manifest
from challenge.synthesis.secret import Secret

from ...factories import QUICKSTART
from .conftest import digests

small_and_full = pytest.mark.parametrize(
    "share", [6, pytest.param(1, marks=pytest.mark.full)], ids=["a sixth", "whole"]
)
"""One in so many of the moments at which a build is killed."""
KILLS = 12
ENOUGH = {"board": 3_400, "final": 3_400, "external": 3_400}
"""Rows that give each hidden set of the quickstart 500 expected positives."""

BUILDER = """
import sys
from pathlib import Path
from challenge.synthesis import build

print("ready", flush=True)
build(Path(sys.argv[1]), Path(sys.argv[2]), seed=1, resume=True)
"""
SETTLER = """
import os, sys
from pathlib import Path
from challenge.synthesis import build

STEPS = {"os.chmod", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}

def settle(folder, last):
    steps, audited = 0, False

    def step(event, _):
        nonlocal steps
        if audited and event in STEPS:
            steps += 1
            if steps > last:
                os._exit(0)

    def tell(stage, done, total):
        nonlocal audited
        audited = stage == "audit" and done == total

    sys.addaudithook(step)
    build(Path(sys.argv[1]), folder, seed=1, progress=tell)
    print(steps, flush=True)
    os._exit(0)

def run(name, last):
    child = os.fork()
    if not child:
        settle(Path(sys.argv[2]) / name, last)
    os.waitpid(child, 0)

if sys.argv[3:]:
    for last in sys.argv[3:]:
        run(last, int(last))
else:
    run("whole", 1_000_000)
"""
"""Kills builds once they did so many steps on files after their audit.

Without steps to kill at, it tells how many a whole build takes.
"""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """What a build gives that nobody interrupts."""
    return build(QUICKSTART, tmp_path_factory.mktemp("clean"), seed=1)


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a build in a process of its own takes here and now."""
    builder = started(tmp_path_factory.mktemp("timed"))
    begun = time.monotonic()
    assert builder.wait() == 0
    return time.monotonic() - begun


def started(folder: Path) -> subprocess.Popen[str]:
    """A build in a process of its own, about to begin."""
    builder = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(QUICKSTART), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert builder.stdout is not None
    assert builder.stdout.readline() == "ready\n"
    builder.stdout.close()
    return builder


def settled(folder: Path, *points: int) -> str:
    """What `SETTLER` prints."""
    words = [str(QUICKSTART), str(folder), *map(str, points)]
    done = subprocess.run(
        [sys.executable, "-c", SETTLER, *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def interrupted(folder: Path, stage: str, done: int, **more: object) -> None:
    """Build until so many steps of a stage are done, then press Ctrl-C."""

    def stop(now: str, steps: int, total: int) -> None:
        if now == stage and steps >= done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(QUICKSTART, folder, progress=stop, **more)


def drafts(folder: Path) -> list[Path]:
    return sorted((folder / "quickstart").glob(".building-*"))


def interrupted_draft(place: Path) -> None:
    """Leave a draft of "a plan" behind that nobody holds."""
    with (
        pytest.raises(KeyboardInterrupt),
        open_draft(place, "a plan", 1, resume=False),
    ):
        raise KeyboardInterrupt


def timeless(manifest: Manifest) -> Manifest:
    return manifest.model_copy(update={"created_at": None})


@small_and_full
def test_killed_at_random_points_and_resumed_gives_the_manifest_of_a_clean_run(
    clean: Release, seconds: float, tmp_path: Path, share: int
) -> None:
    moments = random.Random(1)
    for _ in range(KILLS // share):
        builder = started(tmp_path)
        try:
            builder.wait(timeout=moments.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            builder.kill()
            builder.wait()
        if versions(tmp_path / "quickstart"):
            shutil.rmtree(tmp_path / "quickstart" / "1")  # it was quicker this time

    resumed = build(QUICKSTART, tmp_path, seed=1, resume=True)

    assert timeless(resumed.manifest) == timeless(clean.manifest)
    assert digests(resumed) == digests(clean)
    assert drafts(tmp_path) == []


@pytest.mark.full
def test_killed_while_it_settles_and_resumed_gives_the_manifest_of_a_clean_run(
    clean: Release, tmp_path: Path
) -> None:
    steps = int(settled(tmp_path))
    points = sorted({0, 1, *range(2, steps, 12), steps - 2, steps - 1})
    settled(tmp_path, *points)

    for point in points:
        assert not versions(tmp_path / f"{point}/quickstart")
        resumed = build(QUICKSTART, tmp_path / str(point), seed=1, resume=True)
        assert timeless(resumed.manifest) == timeless(clean.manifest), point
        assert digests(resumed) == digests(clean)
        assert drafts(tmp_path / str(point)) == []


def test_a_part_that_lacks_a_file_is_drawn_again(
    clean: Release, tmp_path: Path
) -> None:
    interrupted(tmp_path, "outcome", 1, seed=1)
    (draft,) = drafts(tmp_path)
    (draft / "parts/train-0000/table-parents.parquet").unlink()

    resumed = build(QUICKSTART, tmp_path, seed=1, resume=True)

    assert digests(resumed) == digests(clean)


def test_whole_partitions_are_not_drawn_again(clean: Release, tmp_path: Path) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)
    told: list[tuple[str, int, int]] = []

    resumed = build(
        QUICKSTART,
        tmp_path,
        seed=1,
        resume=True,
        progress=lambda *step: told.append(step),
    )

    assert [done for stage, done, _ in told if stage == "rows"] == [
        1_000,
        2_000,
        3_000,
        3_500,
    ]
    assert digests(resumed) == digests(clean)


def test_a_build_killed_while_it_writes_files_is_resumed(
    clean: Release, tmp_path: Path
) -> None:
    interrupted(tmp_path, "files", 1_000, seed=1)

    resumed = build(QUICKSTART, tmp_path, seed=1, resume=True)

    assert digests(resumed) == digests(clean)


def test_a_random_secret_is_resumed_too(tmp_path: Path) -> None:
    interrupted(tmp_path, "rows", 1_000, rows=ENOUGH)
    (draft,) = drafts(tmp_path)
    seed = (draft / "draft.json").read_text("utf-8")

    resumed = build(QUICKSTART, tmp_path, rows=ENOUGH, resume=True)

    assert resumed.secrets().seed in seed
    assert not resumed.manifest.rehearsal


def test_a_rehearsal_goes_on_with_its_seed_when_none_is_typed_again(
    clean: Release, tmp_path: Path
) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)
    told: list[int] = []

    resumed = build(
        QUICKSTART,
        tmp_path,
        resume=True,
        progress=lambda stage, done, total: told.append(done),
    )

    assert told[0] == 1_000
    assert digests(resumed) == digests(clean)
    assert resumed.manifest.rehearsal


def test_without_a_seed_the_draft_of_a_real_event_goes_on_first(tmp_path: Path) -> None:
    def left(seed: int | None) -> Secret:
        with (
            suppress(KeyboardInterrupt),
            open_draft(tmp_path, "a plan", seed, resume=True) as draft,
        ):
            raise KeyboardInterrupt
        return draft.secret

    real, *rehearsals = (left(seed) for seed in (None, 1, 2))
    assert not real.rehearsal
    assert left(None) == real
    assert [left(1), left(2)] == rehearsals == [Secret.make(1), Secret.make(2)]


def test_a_build_too_small_for_a_real_event_clears_no_rehearsal_away(
    tmp_path: Path,
) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)
    before = drafts(tmp_path)

    with pytest.raises(ContentRefusedError, match="cannot carry a ranking"):
        build(QUICKSTART, tmp_path)

    assert drafts(tmp_path) == before


def test_an_interrupted_build_is_told_from_one_that_goes_on(tmp_path: Path) -> None:
    assert not has_abandoned(tmp_path / "nowhere")
    interrupted_draft(tmp_path)
    assert has_abandoned(tmp_path)
    with open_draft(tmp_path, "a plan", 1, resume=True):
        assert not has_abandoned(tmp_path)


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"seed": 1, "rows": {"board": 900}}], ids=["seed", "sizes"]
)
def test_a_draft_of_another_plan_is_not_resumed(
    tmp_path: Path, other: dict[str, object]
) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)
    before = drafts(tmp_path)
    told: list[int] = []

    build(
        QUICKSTART,
        tmp_path,
        resume=True,
        progress=lambda stage, done, total: told.append(done),
        **other,
    )

    assert told[0] == 0
    assert drafts(tmp_path) == before


def test_another_mechanism_is_another_plan(tmp_path: Path) -> None:
    private = tmp_path / "mechanism.toml"
    text = (QUICKSTART / "mechanism.toml").read_text("utf-8")
    private.write_text(text.replace("value = 1.1", "value = 0.4"), "utf-8")
    interrupted(tmp_path, "rows", 1_000, seed=1)
    told: list[int] = []

    build(
        QUICKSTART,
        tmp_path,
        seed=1,
        mechanism=private,
        resume=True,
        progress=lambda stage, done, total: told.append(done),
    )

    assert told[0] == 0


def test_the_next_build_clears_what_an_interrupted_one_left(tmp_path: Path) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)
    assert len(drafts(tmp_path)) == 1

    build(QUICKSTART, tmp_path, seed=2)

    assert drafts(tmp_path) == []


def test_a_draft_is_for_its_owner_alone(tmp_path: Path) -> None:
    interrupted(tmp_path, "rows", 1_000, seed=1)

    (draft,) = drafts(tmp_path)
    assert draft.stat().st_mode & 0o077 == 0


def test_nobody_else_of_the_group_moves_a_release_aside(tmp_path: Path) -> None:
    """In containers, what is new belongs to the group, and web is in it."""
    place = tmp_path / "releases" / "quickstart"
    before = os.umask(0o002)
    try:
        with open_draft(place, "a plan", 1, resume=False):
            pass
    finally:
        os.umask(before)
    assert [one.stat().st_mode & 0o020 for one in (place.parent, place)] == [0, 0]


def test_a_draft_that_somebody_builds_is_left_alone(tmp_path: Path) -> None:
    with open_draft(tmp_path, "a plan", 1, resume=False) as held:
        with open_draft(tmp_path, "a plan", 1, resume=True) as other:
            assert other.folder != held.folder
        with open_draft(tmp_path, "a plan", 1, resume=False):
            assert held.folder.is_dir()
            # The second one let go, so it was abandoned.
            assert not other.folder.exists()


NOTES = {
    "no JSON": b"{",
    "no UTF-8": b"\xff",
    "no seed": b'{"plan": "a plan", "seed": "0", "salt": "", "rehearsal": false}',
}


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES)
def test_an_unreadable_note_counts_as_none(tmp_path: Path, note: bytes) -> None:
    interrupted_draft(tmp_path)
    (planted,) = tmp_path.glob(".building-*")
    (planted / "draft.json").write_bytes(note)

    with open_draft(tmp_path, "a plan", 1, resume=True) as draft:
        assert draft.folder != planted
    assert not planted.exists()


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_a_draft_that_others_may_open_is_not_resumed(tmp_path: Path, mode: int) -> None:
    interrupted_draft(tmp_path)
    (planted,) = tmp_path.glob(".building-*")
    planted.chmod(mode)

    with open_draft(tmp_path, "a plan", 1, resume=True) as draft:
        assert draft.folder != planted


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("what", ["", "draft.json"], ids=["folder", "note"])
def test_a_draft_of_somebody_else_is_not_resumed(tmp_path: Path, what: str) -> None:
    interrupted_draft(tmp_path)
    (planted,) = tmp_path.glob(".building-*")
    os.chown(planted / what, 65534, 65534)

    with open_draft(tmp_path, "a plan", 1, resume=True) as draft:
        assert draft.folder != planted


@pytest.mark.parametrize("resume", [True, False])
def test_links_and_files_with_the_name_of_a_draft_are_left_alone(
    tmp_path: Path, resume: bool
) -> None:
    elsewhere, place = tmp_path / "elsewhere", tmp_path / "place"
    interrupted_draft(elsewhere)
    place.mkdir()
    (planted,) = elsewhere.glob(".building-*")
    (place / ".building-link").symlink_to(planted)
    (place / ".building-file").write_text("")
    (place / ".building-nowhere").symlink_to("nowhere")

    with open_draft(place, "a plan", 1, resume=resume) as draft:
        assert draft.folder not in (planted, place / ".building-link")
    assert (planted / "draft.json").is_file()


def test_a_linked_note_counts_as_none(tmp_path: Path) -> None:
    interrupted_draft(tmp_path)
    (planted,) = tmp_path.glob(".building-*")
    (planted / "draft.json").rename(tmp_path / "note")
    (planted / "draft.json").symlink_to(tmp_path / "note")

    with open_draft(tmp_path, "a plan", 1, resume=True) as draft:
        assert draft.folder != planted


@pytest.mark.parametrize("resume", [True, False])
def test_builds_that_settle_at_the_same_time_do_not_trip_over_each_other(
    tmp_path: Path, resume: bool
) -> None:
    stop = threading.Event()

    def others() -> int:
        count = 0
        while not stop.is_set():
            with open_draft(tmp_path, f"plan {count}", 1, resume=False) as draft:
                draft.parts.folder.mkdir()
                draft.finish()
                draft.folder.rename(tmp_path / str(count))
            count += 1
        return count

    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(others)
        try:
            for _ in range(200):
                with open_draft(tmp_path, "a plan", 1, resume=resume) as mine:
                    assert (mine.folder / "draft.json").is_file()
        finally:
            stop.set()

    assert len([p for p in tmp_path.iterdir() if p.name.isdecimal()]) == made.result()


def test_a_refused_build_leaves_nothing(tmp_path: Path) -> None:
    def refused() -> Draft:
        with open_draft(tmp_path, "a plan", 1, resume=False):
            raise ContentRefusedError([])

    with pytest.raises(ContentRefusedError):
        refused()

    assert list(tmp_path.iterdir()) == []


def test_a_finished_release_holds_no_draft(clean: Release) -> None:
    assert {path.name for path in clean.path.iterdir()} == {"public", "sealed"}
    assert open_release(clean.path).version == "1"
