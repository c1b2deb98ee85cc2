"""Publishing: past the gate, with an entry first, and never changed again."""

from __future__ import annotations

import json
import os
import pty
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from challenge.brief.sections import Gate
from challenge.cli import app
from challenge.errors import (
    PublicationRefusedError,
    PublicationUnknownError,
    ReleaseAlteredError,
    ReleaseNotPublishedError,
    ReleaseOutdatedError,
    RequestRefusedError,
)
from challenge.rules.publication import (
    publish_release,
    published_release,
    unfinished_of,
)
from challenge.settings import Settings
from challenge.store import Database
from challenge.synthesis import Release, build, open_release, publish

from ...conftest import sign
from ...factories import QUICKSTART


@pytest.fixture
def draft(release: Release, tmp_path: Path) -> Release:
    """A release of one's own that nobody has published."""
    place = tmp_path / "home/releases/quickstart/1"
    shutil.copytree(release.path, place)
    for path in [place, *place.rglob("*")]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    (place / "published.json").unlink()
    return open_release(place)


@pytest.fixture
def own(draft: Release, url: str, tmp_path: Path) -> Settings:
    """Settings of the home that holds it, with a brief of one's own."""
    shutil.copytree(QUICKSTART, tmp_path / "datasets/quickstart")
    return Settings(
        home=draft.path.parents[2],
        content=tmp_path / "datasets",
        database_url=url,
        challenge="quickstart",
    )


def entries(database: Database) -> list[dict[str, object]]:
    with database.read() as unit:
        return unit.audit.all()


def test_a_publication_is_kept_with_what_it_was_judged_by(
    draft: Release, own: Settings, database: Database
) -> None:
    entry = publish_release(draft, own, by=" A. Person ", rehearsal=True)

    (kept,) = entries(database)
    assert kept["actor"] == entry.by == "A. Person"
    assert kept["action"] == "publish release"
    assert kept["subject"] == "quickstart/1"
    detail = kept["detail"]
    assert detail["version"] == "1"
    assert detail["rehearsal"] is True
    assert detail["manifest_sha256"] == draft.sha256
    assert detail["gate"]["marginal_error"] == Gate().marginal_error
    assert draft.published == entry
    assert published_release(own).path == draft.path


def test_the_entry_is_there_before_teams_may_have_the_release(
    draft: Release,
) -> None:
    seen = []

    publish(
        draft, by="A", rehearsal=True, record=lambda _: seen.append(draft.published)
    )

    assert seen == [None]
    assert draft.published is not None


def test_a_crash_of_the_store_leaves_the_release_unpublished(
    draft: Release, own: Settings, database: Database
) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_release(draft, own, by="A", rehearsal=True, confirm=fail)

    assert entries(database) == []
    with pytest.raises(ReleaseNotPublishedError):
        published_release(own)


def test_the_hint_for_a_release_of_a_typed_seed_is_a_command_that_works(
    draft: Release, own: Settings
) -> None:
    with pytest.raises(ReleaseNotPublishedError) as refused:
        published_release(own)
    assert (
        "`challenge publish quickstart/1 --by NAME --rehearsal`" in refused.value.hint
    )


def test_a_refused_release_leaves_no_entry(
    draft: Release, own: Settings, database: Database
) -> None:
    with pytest.raises(PublicationRefusedError):
        publish_release(draft, own, by="A. Person", rehearsal=False)

    assert entries(database) == []
    assert draft.published is None


class Strict:
    """An audit that found two figures past their thresholds."""

    def objections(self, gate: Gate, *, rehearsal: bool) -> Sequence[tuple[str, str]]:
        return [
            (f"Marginals differ by 0.3, not {gate.marginal_error}.", "Mend it.")
        ] * 2


def test_every_objection_is_told_at_once(draft: Release) -> None:
    with (draft.path / "public/train.parquet").open("ab") as file:
        file.write(b" ")

    with pytest.raises(PublicationRefusedError) as refused:
        publish(draft, by=" ", rehearsal=False, gate=Gate(), audit=Strict())

    told = [reason for reason, _ in refused.value.objections]
    assert len(told) == 6
    for word in ("Nobody", "train.parquet", "seed", "mechanism", "0.3, not 0.02"):
        assert word in refused.value.message
    assert draft.published is None


def test_an_unfinished_datasheet_is_refused_for_a_real_event_and_told_otherwise(
    draft: Release, own: Settings, database: Database
) -> None:
    sheet = draft.path / "public/DATASHEET.md"
    built = sheet.read_text("utf-8")
    sheet.write_text("## Uses\n\nWrite here what it may be used for.\n", "utf-8")

    with pytest.raises(PublicationRefusedError, match="Write here what it may"):
        publish_release(draft, own, by="A. Person", rehearsal=False)

    (warning,) = unfinished_of(draft, own)
    assert (warning.file, warning.line) == ("DATASHEET.md", 3)
    sheet.write_text(built, "utf-8")
    publish(draft, by="A", rehearsal=True, unfinished=[warning])


def test_a_name_of_more_than_80_characters_is_refused(draft: Release) -> None:
    with pytest.raises(PublicationRefusedError, match="too long"):
        publish(draft, by="x" * 81, rehearsal=True)


@pytest.mark.parametrize("by", ["", "A\x07B", "A\nB", "A\u200bB", "\u0410 Jansen"])
def test_a_name_that_does_not_read_as_what_it_is_is_kept_nowhere(
    draft: Release, own: Settings, database: Database, by: str
) -> None:
    with pytest.raises(RequestRefusedError, match=r"^--by: it"):
        publish_release(draft, own, by=by, rehearsal=True)

    assert entries(database) == []
    assert draft.published is None


def test_thresholds_of_another_brief_do_not_count(
    draft: Release, own: Settings, database: Database
) -> None:
    brief = own.content / "quickstart/brief.toml"
    brief.write_text(brief.read_text("utf-8") + "\n[gate]\nmarginal_error = 0.9\n")

    with pytest.raises(ReleaseOutdatedError, match=r"brief\.toml"):
        publish_release(draft, own, by="A. Person", rehearsal=True)

    assert entries(database) == []


def test_a_published_release_cannot_be_written_by_its_owner(draft: Release) -> None:
    publish(draft, by="A. Person", rehearsal=True)

    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    for path in [draft.path, *draft.path.rglob("*")]:
        assert not path.stat().st_mode & writable
    assert stat.S_IMODE((draft.path / "sealed").stat().st_mode) == 0o500


def test_a_version_is_published_once_and_its_name_stays(draft: Release) -> None:
    publish(draft, by="A. Person", rehearsal=True)

    with pytest.raises(PublicationRefusedError, match="published already"):
        publish(draft, by="Another", rehearsal=True)

    kept = json.loads((draft.path / "published.json").read_text("utf-8"))
    assert kept["by"] == "A. Person"
    assert [path.name for path in draft.path.glob(".*")] == []


def rewritten(place: Path, old: str, new: str) -> None:
    """Change a file of a published release, as only its owner can."""
    for path in (place, place.parent):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("public/manifest.json", '"rehearsal": true', '"rehearsal": false'),
        ("public/manifest.json", "{", "["),
        ("published.json", '"version": "1"', '"version": "2"'),
        ("published.json", "{", "["),
    ],
    ids=["manifest", "no manifest", "another version", "no name"],
)
def test_a_published_release_that_was_changed_is_not_served(
    draft: Release, own: Settings, name: str, old: str, new: str
) -> None:
    sign(draft, own)
    rewritten(draft.path / name, old, new)

    with pytest.raises(ReleaseAlteredError, match="quickstart/1"):
        published_release(own)


@pytest.mark.parametrize("written_for", ["nothing", "another manifest"])
def test_a_name_that_was_written_by_hand_is_not_served(
    draft: Release, own: Settings, database: Database, written_for: str
) -> None:
    if written_for == "another manifest":
        rewritten(draft.path / "public/manifest.json", "{", "{ ")
        sign(open_release(draft.path), own)
        rewritten(draft.path / "public/manifest.json", "{ ", "{")
        (draft.path / "published.json").unlink()
    publish(open_release(draft.path), by="A. Person", rehearsal=True)

    with pytest.raises(PublicationUnknownError) as refused:
        published_release(own)

    assert "quickstart/1" in refused.value.message
    assert "`challenge publish quickstart/1" in refused.value.hint


def test_a_name_under_one_release_does_not_count_for_another(
    draft: Release, own: Settings
) -> None:
    sign(draft, own)
    other = build(QUICKSTART, draft.path.parents[1], seed=2)
    shutil.copy(draft.path / "published.json", other.path)

    with pytest.raises(ReleaseAlteredError, match="quickstart/2"):
        published_release(own)


def test_an_older_release_that_was_changed_does_not_stop_the_newest(
    draft: Release, own: Settings
) -> None:
    sign(draft, own)
    other = build(QUICKSTART, draft.path.parents[1], seed=2)
    sign(other, own)
    rewritten(draft.path / "public/manifest.json", "true", "false")

    assert published_release(own).version == "2"


def command(own: Settings, *words: str) -> list[str]:
    words = ("publish", "quickstart/1", "--by", "A. Person", "--rehearsal", *words)
    return [sys.executable, "-m", "challenge", *words]


def test_a_script_that_does_not_say_yes_publishes_nothing(
    draft: Release, own: Settings
) -> None:
    done = subprocess.run(
        command(own),
        env=os.environ | own.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert "Traceback" not in done.stderr
    assert draft.published is None


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_person_at_a_terminal_sees_the_figures_and_is_asked(
    draft: Release, own: Settings, answer: str, code: int
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())

    done = subprocess.run(
        command(own),
        env=os.environ | own.environment(),
        stdin=theirs,
        capture_output=True,
        text=True,
    )

    os.close(ours)
    os.close(theirs)
    assert done.returncode == code
    assert "Publish quickstart/1 in the name of A. Person?" in done.stderr
    assert "600" in done.stderr
    assert (draft.published is not None) == (answer == "y")


@pytest.fixture
def lost(draft: Release, tmp_path: Path) -> Settings:
    """Settings of a home with a signed release, whose database is gone."""
    shutil.copytree(QUICKSTART, tmp_path / "datasets/quickstart")
    publish(draft, by="A. Person", rehearsal=True)
    return Settings(
        home=draft.path.parents[2],
        content=tmp_path / "datasets",
        challenge="quickstart",
    )


RESTORE = 'challenge restore BACKUP --by "Your Name" --replace'


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_a_home_whose_database_is_gone_asks_for_a_backup_and_makes_no_database(
    lost: Settings, left: str
) -> None:
    file = lost.home / "challenge.db"
    if left == "an empty file":
        file.touch()
    for words in (
        ("publish", "quickstart/1", "--by", "A. Person", "--rehearsal", "--yes"),
        ("team", "add", "Zwaluw"),
        ("worker",),
        ("serve", "--port", "0"),
    ):
        done = CliRunner().invoke(app, [*words], env=lost.environment())
        assert done.exit_code == 1, words
        assert RESTORE in " ".join(done.stderr.split()), words
        assert not file.exists() or not file.stat().st_size, words


def test_a_database_that_knows_no_publication_asks_for_a_backup_before_another_one(
    own: Settings, draft: Release
) -> None:
    publish(draft, by="A. Person", rehearsal=True)
    with pytest.raises(PublicationUnknownError) as refused:
        publish_release(draft, own, by="A. Person", rehearsal=True)
    hint = refused.value.hint
    assert hint.index(RESTORE) < hint.index("challenge publish")


def test_a_publication_that_is_refused_makes_no_database(
    draft: Release, own: Settings
) -> None:
    alone = own.model_copy(update={"database_url": ""})
    with pytest.raises(PublicationRefusedError):
        publish_release(draft, alone, by="A. Person", rehearsal=False)
    assert not (own.home / "challenge.db").exists()


def test_a_terminal_that_means_another_challenge_is_told_which_one_this_home_serves(
    draft: Release, own: Settings
) -> None:
    sign(draft, own)
    brief = shutil.copytree(QUICKSTART, own.content / "first-1000-days") / "brief.toml"
    brief.write_text(brief.read_text().replace('"quickstart"', '"first-1000-days"', 1))
    fresh = own.environment() | {"CHALLENGE_CHALLENGE": None}
    done = CliRunner().invoke(app, ["audit"], env=fresh)
    said = " ".join(done.stderr.split())
    assert done.exit_code == 1
    assert "this home serves quickstart" in said
    assert "export CHALLENGE_CHALLENGE=quickstart" in said
    # Whoever says so may make one in the same home.
    named = own.environment() | {"CHALLENGE_CHALLENGE": "first-1000-days"}
    assert CliRunner().invoke(app, ["audit"], env=named).exit_code == 0
