"""A release appears whole, keeps its secrets, and is published by a person."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from challenge.brief import read_brief
from challenge.errors import (
    ContentRefusedError,
    PublicationRefusedError,
    ReleaseAlteredError,
    ReleaseMissingError,
)
from challenge.synthesis import (
    Release,
    build,
    digest,
    latest,
    open_release,
    publish,
)
from challenge.synthesis.planning import read_plan

from .conftest import digests

QUICKSTART = Path("datasets/quickstart")
ENOUGH = {"board": 3_400, "final": 3_400, "external": 3_400}
"""Rows that give each hidden set of the quickstart 500 expected positives."""
REFERENCE = {
    "public/practice_reference.parquet",
    *(f"sealed/{name}_reference.parquet" for name in ("board", "final", "external")),
}
LISTINGS = ("DATASHEET.md", "datapackage.json", "croissant.json")
AUDIT = {
    "public/report.html",
    "public/report.json",
    "sealed/audit.html",
    "sealed/audit.json",
}


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rehearsals with one seed, and one with another; read only."""
    folder = tmp_path_factory.mktemp("releases")
    for seed in (7, 7, 8):
        build(QUICKSTART, folder, seed=seed)
    return folder


@pytest.fixture(scope="session")
def private_mechanism(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mechanism that is not in the repository."""
    place = tmp_path_factory.mktemp("private") / "mechanism.toml"
    text = (QUICKSTART / "mechanism.toml").read_text("utf-8")
    place.write_text(text.replace("value = 1.1", "value = 0.4"), "utf-8")
    return place


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory, private_mechanism: Path) -> Path:
    """Folder with a release of a real event: random seed, private mechanism."""
    folder = tmp_path_factory.mktemp("event")
    build(QUICKSTART, folder, rows=ENOUGH, mechanism=private_mechanism)
    return folder


@pytest.fixture
def copied(releases: Path, tmp_path: Path) -> Release:
    """A rehearsal of one's own, to be altered."""
    shutil.copytree(releases / "quickstart", tmp_path / "quickstart")
    return open_release(tmp_path / "quickstart" / "1")


def altered(release: Release, name: str, **values: object) -> None:
    """Put other values into a JSON file of a release."""
    place = release.path / name
    known = json.loads(place.read_text("utf-8"))
    place.write_text(json.dumps(known | values), "utf-8")


def test_the_same_seed_gives_the_same_bytes(releases: Path) -> None:
    first, second, _ = (
        open_release(releases / "quickstart" / n) for n in ("1", "2", "3")
    )

    assert digests(first) == digests(second)
    assert first.manifest.seed_commitment == second.manifest.seed_commitment


def test_another_seed_gives_unrelated_rows(releases: Path) -> None:
    one, other = (open_release(releases / "quickstart" / n) for n in ("1", "3"))

    assert not set(one.train().ids) & set(other.train().ids)
    for name in ("income", "social_contacts", "reads_aloud"):
        pair = pd.DataFrame(
            {
                "one": one.sealed("board").features[name],
                "other": other.sealed("board").features[name],
            }
        )
        # 4 standard errors of a correlation of 0 over 1,000 rows.
        assert abs(pair.corr(method="spearman").iloc[0, 1]) < 0.13


def test_another_mechanism_leaves_every_feature_byte_equal(
    releases: Path, private_mechanism: Path, tmp_path: Path
) -> None:
    made = build(QUICKSTART, tmp_path, seed=7, mechanism=private_mechanism)

    first, redrawn = digests(open_release(releases / "quickstart" / "1")), digests(made)
    changed = {name for name in first if first[name] != redrawn[name]}
    # These list the files with their digests.
    listings = {f"public/{name}" for name in LISTINGS}
    assert listings <= changed
    assert changed - listings == {
        "public/train.parquet",
        "public/practice.parquet",
        "sealed/board_labels.parquet",
        "sealed/final_labels.parquet",
        "sealed/external_labels.parquet",
        "sealed/secret.json",
        *REFERENCE,
        *AUDIT,
    }
    before = open_release(releases / "quickstart" / "1").train()
    assert (made.train().labels != before.labels).any()
    pd.testing.assert_frame_equal(made.train().features, before.features)


def test_a_release_has_exactly_the_files_it_should(releases: Path) -> None:
    assert set(digests(open_release(releases / "quickstart" / "1"))) == {
        "public/train.parquet",
        "public/practice.parquet",
        "public/groups.parquet",
        "public/tables/parents.parquet",
        "public/tables/parents.csv",
        "public/dictionary.json",
        "public/dictionary.nl.md",
        "public/dictionary.en.md",
        "public/scoring.json",
        *(f"public/{name}" for name in LISTINGS),
        "sealed/board.parquet",
        "sealed/final.parquet",
        "sealed/external.parquet",
        "sealed/board_labels.parquet",
        "sealed/final_labels.parquet",
        "sealed/external_labels.parquet",
        "sealed/secret.json",
        *REFERENCE,
        *AUDIT,
    }


def test_sealed_files_are_for_their_owner_alone(releases: Path) -> None:
    sealed = releases / "quickstart" / "1" / "sealed"

    assert stat.S_IMODE(sealed.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in sealed.iterdir()} == {0o600}


def test_features_are_floats_or_texts_in_the_briefs_order(releases: Path) -> None:
    rows = latest(releases, "quickstart").sealed("board")

    assert tuple(rows.features) == read_brief(QUICKSTART).feature_names
    assert "vaccinated" not in rows.features
    for name in rows.features:
        kinds = set(rows.features[name].dropna().map(type))
        assert kinds in ({float}, {str})
    assert rows.features["income"].isna().mean() == pytest.approx(0.05, abs=0.025)


def test_row_sets_line_up(releases: Path) -> None:
    release = latest(releases, "quickstart")

    for rows in (release.train(), release.practice(), release.sealed("final")):
        count = release.manifest.rows[rows.name]
        assert rows.ids.is_unique
        parts = (rows.features, rows.labels, rows.groups, rows.clusters, rows.areas)
        assert {len(part) for part in parts} == {count}
        assert list(rows.groups) == ["origin", "household"]
        assert rows.labels.dtype == np.bool_
    final = release.sealed("final")
    is_single = final.features["household_type"] == "single_parent"
    assert ((final.groups["household"] == "single_parent") == is_single).all()
    assert final.true_risk is not None
    assert final.true_risk[final.labels].mean() > final.true_risk[~final.labels].mean()


def test_public_tables_hold_public_households_and_no_audit_column(
    releases: Path,
) -> None:
    release = latest(releases, "quickstart")
    table = pq.read_table(release.public_file("tables/parents.parquet")).to_pandas()
    ids = {*release.train().ids, *release.practice().ids}
    hidden = {*release.sealed("board").ids, *release.sealed("external").ids}

    assert set(table["child_id"]) == ids
    assert not ids & hidden
    assert "vaccinated" in table
    assert not {"origin", "municipality", "district", "neighbourhood"} & set(table)
    assert table["hh_id"].str.fullmatch("[0-9a-f]{16}").all()


def test_nothing_hidden_stands_in_public(private: Path) -> None:
    release = latest(private, "quickstart")
    frames = {
        name: pq.read_table(release.public_file(name)).to_pandas()
        for name in release.manifest.files
        if name.endswith(".parquet")
    }

    with_target = {name for name, frame in frames.items() if "shortage" in frame}
    with_origin = {name for name, frame in frames.items() if "origin" in frame}
    assert with_target == {"train.parquet", "practice.parquet"}
    assert with_origin == {"groups.parquet"}
    assert not any(
        "true_risk" in frame or "label" in frame for frame in frames.values()
    )
    kept = release.secrets()
    texts = [
        release.public_file(name).read_text("utf-8")
        for name in ("manifest.json", "dictionary.json")
    ]
    effects = [f"{effect:.6f}"[:8] for effect in kept.effects]
    for text in texts:
        for word in (kept.seed, kept.salt, "spread", "interactions", *effects):
            assert word not in text
        assert kept.mechanism_sha256 not in text


def test_the_manifest_commits_to_seed_and_mechanism(private: Path) -> None:
    release = latest(private, "quickstart")
    kept = release.secrets()

    revealed = bytes.fromhex(kept.seed) + bytes.fromhex(kept.salt)
    expected = hashlib.sha256(revealed + kept.mechanism.encode()).hexdigest()
    assert release.manifest.seed_commitment == expected
    assert len(bytes.fromhex(kept.seed)) == 32
    for name, facts in release.manifest.files.items():
        data = release.public_file(name).read_bytes()
        assert facts.sha256 == hashlib.sha256(data).hexdigest()
        assert facts.bytes == len(data)


def test_the_dictionary_explains_every_column_in_two_languages(
    releases: Path,
) -> None:
    release = latest(releases, "quickstart")
    told = json.loads(release.public_file("dictionary.json").read_text("utf-8"))

    columns = {column["name"]: column for column in told["columns"]}
    assert set(release.manifest.features) <= set(columns)
    for column in columns.values():
        assert column["label"]["nl"]
        assert column["label"]["en"]
        assert column["provenance"]["status"] == "assumed"
    assert columns["vaccinated"]["in_frame"] is False
    assert columns["income"]["unit"] == "euro per jaar"
    assert told["forbidden_use"]["nl"].startswith("Niet voor besluiten")


@pytest.mark.parametrize(
    "name",
    ["../sealed/secret.json", "sealed/board.parquet", "/etc/passwd", "", "tables"],
)
def test_only_files_of_the_manifest_are_handed_out(releases: Path, name: str) -> None:
    with pytest.raises(ReleaseMissingError):
        latest(releases, "quickstart").public_file(name)


def test_versions_count_up(releases: Path) -> None:
    assert latest(releases, "quickstart").version == "3"
    with pytest.raises(ReleaseMissingError):
        latest(releases, "another")


def test_progress_is_told_to_its_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    build(
        QUICKSTART,
        tmp_path,
        seed=1,
        rows={"board": 100, "final": 100},
        progress=lambda *step: told.append(step),
    )

    assert [stage for stage, done, total in told if done == total] == [
        "rows",
        "outcome",
        "reference",
        "files",
        "audit",
    ]
    assert all(0 <= done <= total for _, done, total in told)


def test_a_hidden_set_too_small_is_only_for_a_rehearsal(tmp_path: Path) -> None:
    with pytest.raises(ContentRefusedError) as refused:
        build(QUICKSTART, tmp_path)

    faults = refused.value.faults
    assert [fault.key for fault in faults] == [
        "sets.board",
        "sets.final",
        "sets.external",
    ]
    assert {fault.slug for fault in faults} == {"set-too-small"}
    assert list(tmp_path.iterdir()) == []


def test_impossible_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentRefusedError, match="board"):
        build(QUICKSTART, tmp_path, seed=1, rows={"board": 0})


def test_a_rehearsal_is_published_as_one_by_a_named_person(copied: Release) -> None:
    assert copied.published is None

    publish(copied, by="A. Person", rehearsal=True)

    assert copied.published is not None
    assert copied.published.by == "A. Person"
    assert copied.published.rehearsal
    assert copied.published.at.utcoffset() is not None


@pytest.mark.parametrize(
    ("by", "rehearsal", "reason"),
    [("A. Person", False, "seed was typed"), (" ", True, "Nobody is named")],
    ids=["as the real thing", "without a name"],
)
def test_the_gate_refuses_a_rehearsal(
    copied: Release, by: str, rehearsal: bool, reason: str
) -> None:
    with pytest.raises(PublicationRefusedError, match=reason):
        publish(copied, by=by, rehearsal=rehearsal)

    assert copied.published is None


def test_the_gate_refuses_the_mechanism_of_the_repository(tmp_path: Path) -> None:
    release = build(QUICKSTART, tmp_path, rows=ENOUGH)
    assert not release.manifest.rehearsal

    with pytest.raises(PublicationRefusedError, match="mechanism"):
        publish(release, by="A. Person", rehearsal=False)


def test_a_private_event_is_published_once(private: Path, tmp_path: Path) -> None:
    shutil.copytree(private, tmp_path / "event")
    release = latest(tmp_path / "event", "quickstart")

    publish(release, by="A. Person", rehearsal=False)

    with pytest.raises(PublicationRefusedError, match="published already"):
        publish(release, by="Another", rehearsal=False)
    assert release.published is not None
    assert release.published.by == "A. Person"


@pytest.mark.parametrize(
    "name",
    ["public/train.parquet", "public/dictionary.json", "sealed/board_labels.parquet"],
)
def test_the_gate_refuses_an_altered_release(copied: Release, name: str) -> None:
    with (copied.path / name).open("ab") as file:
        file.write(b" ")

    with pytest.raises(PublicationRefusedError, match=Path(name).name):
        publish(copied, by="A. Person", rehearsal=True)


FORGED = {
    "rehearsal": False,
    "seed_commitment": "0" * 64,
    "rows": {"train": 1},
    "version": "9",
    "sdv_version": "0",
}


@pytest.mark.parametrize(("key", "value"), FORGED.items(), ids=FORGED)
def test_the_gate_refuses_an_altered_manifest(
    copied: Release, key: str, value: object
) -> None:
    altered(copied, "public/manifest.json", **{key: value})

    with pytest.raises(PublicationRefusedError, match=r"manifest\.json"):
        publish(open_release(copied.path), by="A. Person", rehearsal=True)


def test_the_gate_refuses_a_file_altered_together_with_its_digest(
    copied: Release,
) -> None:
    with (copied.path / "public/train.parquet").open("ab") as file:
        file.write(b" ")
    files = copied.manifest.model_dump(mode="json")["files"]
    files["train.parquet"]["sha256"] = digest(copied.path / "public/train.parquet")
    altered(copied, "public/manifest.json", files=files)

    with pytest.raises(PublicationRefusedError, match=r"manifest\.json"):
        publish(open_release(copied.path), by="A. Person", rehearsal=True)


def test_the_gate_refuses_a_seed_or_mechanism_that_was_not_committed_to(
    copied: Release,
) -> None:
    altered(copied, "sealed/secret.json", mechanism="# another")

    with pytest.raises(PublicationRefusedError, match="committed"):
        publish(copied, by="A. Person", rehearsal=True)


def test_the_gate_believes_the_sealed_files_about_a_typed_seed(
    copied: Release,
) -> None:
    forged = copied.manifest.model_copy(update={"rehearsal": False})
    altered(copied, "public/manifest.json", rehearsal=False)
    altered(copied, "sealed/secret.json", content_sha256=forged.content_sha256)

    with pytest.raises(PublicationRefusedError, match="seed was typed"):
        publish(open_release(copied.path), by="A. Person", rehearsal=False)


@pytest.mark.parametrize("folder", ["public", "sealed"])
def test_the_gate_refuses_files_that_came_later_or_stand_elsewhere(
    copied: Release, tmp_path: Path, folder: str
) -> None:
    first = sorted((copied.path / folder).glob("*.parquet"))[0]
    first.rename(tmp_path / "elsewhere")
    first.symlink_to(tmp_path / "elsewhere")
    (copied.path / folder / "later.txt").write_text("")

    with pytest.raises(PublicationRefusedError, match=rf"{first.name}, later\.txt"):
        publish(copied, by="A. Person", rehearsal=True)


def test_a_mechanism_with_windows_line_ends_is_committed_to_as_it_is(
    private_mechanism: Path, tmp_path: Path
) -> None:
    ends = tmp_path / "mechanism.toml"
    ends.write_bytes(private_mechanism.read_bytes().replace(b"\n", b"\r\n"))
    release = build(QUICKSTART, tmp_path, seed=7, mechanism=ends)

    publish(release, by="A. Person", rehearsal=True)

    assert release.secrets().mechanism.encode() == ends.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\n# private\n",
        lambda text: text.replace('basis = "example"', 'basis = "mine"'),
        lambda text: "\n[[effects]]".join(
            ["", *reversed(text.split("\n[[effects]]")[1:])]
        ),
    ],
    ids=["a comment", "a basis", "an order"],
)
def test_a_mechanism_that_says_what_a_shipped_one_says_is_not_private(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    text = (QUICKSTART / "mechanism.toml").read_text("utf-8")
    own = tmp_path / "mechanism.toml"
    own.write_text(change(text), "utf-8")

    assert read_plan(QUICKSTART, mechanism=own).is_shipped


def test_the_mechanism_of_another_challenge_that_ships_is_not_private(
    tmp_path: Path, private_mechanism: Path
) -> None:
    for name in ("mine", "other", "broken"):
        shutil.copytree(QUICKSTART, tmp_path / name)
    shutil.copy(private_mechanism, tmp_path / "other/mechanism.toml")
    (tmp_path / "broken/mechanism.toml").write_text("[", "utf-8")
    mine = (tmp_path / "mine/brief.toml").read_text("utf-8")
    (tmp_path / "mine/brief.toml").write_text(
        mine.replace('slug = "quickstart"', 'slug = "mine"'), "utf-8"
    )

    plan = read_plan(tmp_path / "mine", mechanism=private_mechanism)

    assert plan.is_shipped
    assert not read_plan(QUICKSTART, mechanism=private_mechanism).is_shipped


@pytest.mark.parametrize("name", ["public/manifest.json", "sealed/secret.json"])
def test_an_unreadable_file_of_a_release_is_told(copied: Release, name: str) -> None:
    (copied.path / name).write_text("{", "utf-8")

    with pytest.raises(ReleaseAlteredError, match=Path(name).name):
        open_release(copied.path).secrets()


def test_importing_synthesis_loads_nothing_that_only_a_build_needs() -> None:
    code = "import sys, challenge.synthesis; print(*sys.modules)"

    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    # Every command and every server would pay a second of a core for them.
    slow = {"sdv", "sklearn", "scipy.optimize", "scipy.stats"}
    assert slow & {*told.stdout.split()} == set()
