"""A challenge folder is read whole, or every fault in it is told at once."""

from __future__ import annotations

import contextlib
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from challenge.brief import check, read_brief
from challenge.brief.definition import Brief
from challenge.errors import ChallengeMissingError, ContentRefusedError
from leaderboard import FairnessPolicy

QUICKSTART = Path("datasets/quickstart")
Change = tuple[str, str, str]
Folder = Callable[..., Path]


@pytest.fixture
def changed(tmp_path: Path) -> Folder:
    def change(*changes: Change) -> Path:
        folder = tmp_path / "quickstart"
        shutil.copytree(QUICKSTART, folder)
        for name, old, new in changes:
            text = (folder / name).read_text("utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return change


@pytest.mark.parametrize(
    "folder", sorted(Path("datasets").iterdir()), ids=lambda folder: folder.name
)
def test_every_shipped_challenge_is_free_of_faults(folder: Path) -> None:
    report = check(folder)

    assert report.faults == ()
    assert report.challenge == read_brief(folder).title.en
    assert read_brief(folder).slug == folder.name


def test_the_first_1000_days_have_the_sizes_and_moments_of_the_design() -> None:
    brief = read_brief(Path("datasets/first-1000-days"))

    assert brief.sets == {
        "train": 12_000,
        "practice": 4_000,
        "board": 20_000,
        "final": 30_000,
        "external": 20_000,
    }
    assert (brief.target.prediction_month, brief.target.target_month) == (6, 24)
    assert brief.target.prevalence == 0.10
    assert "Tilburg" not in brief.areas.held_out
    assert len(brief.partners) == 8
    report = check(Path("datasets/first-1000-days"))
    assert all(size.is_enough for size in report.sets)


def test_no_audit_column_and_no_later_column_is_a_feature() -> None:
    brief = read_brief(Path("datasets/first-1000-days"))

    audits = {"origin", "home_language_other", "municipality", "neighbourhood"}
    assert not audits & set(brief.feature_names)
    assert "dental_claims_child" in brief.columns
    assert "dental_claims_child" not in brief.feature_names


def test_the_policy_names_gated_and_reported_attributes() -> None:
    policy = read_brief(Path("datasets/first-1000-days")).policy

    assert policy == FairnessPolicy(
        gate=("origin", "household"),
        report=("home_language", "interpreter", "mother_age"),
        intersections=(("origin", "household"),),
        limit_ratio=1.25,
        limit_gap=0.10,
        minimum_positives=50,
        level=0.95,
    )


def test_the_rubric_asks_for_usefulness_with_five_anchors() -> None:
    rubric = read_brief(Path("datasets/first-1000-days")).rubric

    assert rubric[0].slug == "bruikbaarheid"
    assert list(rubric[0].anchors) == ["1", "2", "3", "4", "5"]


PARTNER = "partners/parents.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "slug", "key"),
    [
        ("brief.toml", 'column = "origin"', 'column = "household_type"',
         "protected-feature", "protected.origin.column"),
        ("brief.toml", 'column = "origin"', 'column = "descent"',
         "column-unknown", "protected.origin.column"),
        ("brief.toml", 'equals = "single_parent"', 'equals = "alone"',
         "level-unknown", "monitored.household"),
        ("brief.toml", 'held_out = ["Westdorp"]', 'held_out = ["Oostdorp"]',
         "level-unknown", "areas.held_out"),
        ("brief.toml", 'neighbourhood = "neighbourhood"', 'neighbourhood = "income"',
         "area-column", "areas.neighbourhood"),
        ("brief.toml", "prevalence = 0.15", "prevalence = 15",
         "value-invalid", "target.prevalence"),
        ("brief.toml", "board = 1000\n", "", "key-missing", "sets.board"),
        ("brief.toml", "[quota]", "[quotas]", "key-unknown", "quotas"),
        ("brief.toml", "5 = {", "6 = {", "anchors-incomplete",
         "rubric.bruikbaarheid.anchors"),
        ("brief.toml", "column = \"paid_work\"", "column = \"work\"",
         "column-unknown", "external.shift.tilt.work"),
        ("brief.toml", 'name = "household"', 'name = "origin"',
         "name-repeated", "monitored.origin"),
        ("brief.toml", 'slug = "quickstart"', 'slug = "quick',
         "syntax", "(the whole file)"),
        ("mechanism.toml", 'column = "income"', 'column = "wage"',
         "column-unknown", "effects.wage"),
        ("mechanism.toml", 'equals = "often"', 'equals = "daily"',
         "level-unknown", "effects.sleep_problems"),
        ("mechanism.toml", "per = 3\n", "", "effect-form", "effects.social_contacts"),
        ("mechanism.toml", ", below = 3", "", "condition-empty",
         "interactions.alone and few contacts.all.social_contacts"),
        (PARTNER, "columns: [income, paid_work]", "columns: [cbs.wage, paid_work]",
         "association-column", "x-associations.1.columns"),
        (PARTNER, "spearman: 0.35", "spearman: 0.99",
         "association-strength", "x-associations.1"),
        (PARTNER, "spearman: 0.35", "odds_ratio: 2",
         "association-measure", "x-associations.1"),
        (PARTNER, "      x-marginal: {share: 0.78}\n", "",
         "marginal-missing", "fields.paid_work"),
        (PARTNER, "x-use: link", "x-use: audit", "link-missing", "fields"),
        (PARTNER, "name: child_id", "name: kid_id", "link-missing", "fields"),
        ("brief.toml", 'slug = "quickstart"', 'slug = "quick"',
         "slug-differs", "slug"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else None,
)  # fmt: skip
def test_one_fault_is_named_by_slug_and_key(
    changed: Folder, file: str, old: str, new: str, slug: str, key: str
) -> None:
    report = check(changed((file, old, new)))

    assert (file, slug, key) in {(f.file, f.slug, f.key) for f in report.faults}


def test_faults_of_all_files_come_together(changed: Folder) -> None:
    folder = changed(
        ("brief.toml", 'column = "origin"', 'column = "household_type"'),
        (PARTNER, "couple: 0.85", "couple: 0.80"),
        (PARTNER, "type: boolean", "type: bool"),
        (PARTNER, "columns: [income, origin]", "columns: [income, language]"),
        ("mechanism.toml", 'equals = "often"', 'equals = "daily"'),
    )

    slugs = {fault.slug for fault in check(folder).faults}

    assert {
        "proportions-sum",
        "value-invalid",
        "association-column",
        "level-unknown",
    } <= slugs


def test_an_impossible_correlation_is_refused_and_the_nearest_suggested(
    changed: Folder,
) -> None:
    pair = "columns: [social_contacts, sleep_problems], spearman: -0.15"
    folder = changed(
        (PARTNER, pair, "columns: [income, social_contacts], correlation: 0.9"),
        (PARTNER, "correlation: 0.20", "correlation: 0.9"),
    )

    faults = check(folder).faults

    assert [fault.slug for fault in faults] == ["correlation-impossible"]
    assert "income with social_contacts" in faults[0].repair
    assert "declared 0.90" in faults[0].repair


def test_following_the_suggestion_makes_the_correlation_possible(
    changed: Folder,
) -> None:
    pair = "columns: [social_contacts, sleep_problems], spearman: -0.15"
    folder = changed(
        (PARTNER, pair, "columns: [income, social_contacts], correlation: 0.6"),
        (PARTNER, "correlation: 0.20", "correlation: 0.6"),
    )

    assert check(folder).faults == ()


def test_a_brief_with_a_fault_is_not_read(changed: Folder) -> None:
    with pytest.raises(ContentRefusedError, match="protected and has"):
        read_brief(changed(("brief.toml", 'n = "origin"', 'n = "income"')))


def test_an_empty_folder_is_told_what_it_lacks(tmp_path: Path) -> None:
    report = check(tmp_path)

    assert [(fault.file, fault.slug) for fault in report.faults] == [
        ("brief.toml", "file-missing"),
        ("partners", "partners-missing"),
        ("mechanism.toml", "file-missing"),
    ]
    assert report.sets == ()


def test_a_folder_of_challenges_is_told_which_one_to_name(changed: Folder) -> None:
    folder = changed().parent

    with pytest.raises(ChallengeMissingError) as caught:
        check(folder)

    assert f"{folder} holds challenges and is none." in caught.value.hint
    assert f"Name {folder / 'quickstart'}." in caught.value.hint


def test_a_schema_that_ends_in_yml_is_told_to_end_in_yaml(changed: Folder) -> None:
    folder = changed()
    (folder / PARTNER).rename(folder / "partners/parents.yml")

    (fault,) = check(folder).faults

    assert (fault.file, fault.slug) == ("partners/parents.yml", "name-differs")
    assert fault.repair == "Rename it to parents.yaml."


def test_a_column_that_is_not_there_is_told_with_the_one_that_is_nearest(
    changed: Folder,
) -> None:
    folder = changed(
        ("mechanism.toml", 'column = "reads_aloud"', 'column = "reads_alout"'),
        ("mechanism.toml", 'column = "sleep_problems"', 'column = "xyz"'),
        ("brief.toml", 'column = "origin"', 'column = "orign"'),
    )

    repairs = {fault.key: fault.repair for fault in check(folder).faults}

    assert repairs == {
        "protected.origin.column": "Did you mean origin?"
        " Use a column of a partner's table.",
        "effects.xyz": "Use a column of a partner's table.",
        "effects.reads_alout": "Did you mean reads_aloud?"
        " Use a column of a partner's table.",
    }


@pytest.mark.parametrize(
    ("pair", "declared"),
    [
        ("columns: [income, paid_work], spearman: 0.35", "spearman: 0.99"),
        ("columns: [paid_work, origin], odds_ratio: 0.6", "odds_ratio: 0.0000001"),
        ("columns: [income, origin], spearman: -0.20", "spearman: -0.99"),
    ],
)
def test_an_association_that_is_too_strong_is_told_how_strong_it_may_be(
    tmp_path: Path, changed: Folder, pair: str, declared: str
) -> None:
    columns, _, measure = pair.rpartition(", ")
    wrong = f"{columns}, {declared}"
    (fault,) = check(changed((PARTNER, pair, wrong))).faults
    name = measure.partition(":")[0]
    found = re.fullmatch(rf"Declare at (?:most|least) `{name}: (\S+)`\.", fault.repair)
    assert fault.slug == "association-strength"
    assert found, fault.repair

    path = tmp_path / "quickstart" / PARTNER
    told = path.read_text("utf-8").replace(wrong, f"{columns}, {name}: {found[1]}")
    path.write_text(told, "utf-8")

    assert "association-strength" not in {f.slug for f in check(path.parents[1]).faults}


def test_the_report_counts_clusters_and_expected_positives() -> None:
    board = check(QUICKSTART).sets[2]

    assert (board.name, board.rows, board.clusters) == ("board", 1000, 40)
    assert board.positives == pytest.approx(150)
    assert board.groups["origin=elsewhere"] == pytest.approx(45)
    assert not board.is_enough


def test_positives_outside_follow_the_declared_shift_of_the_odds() -> None:
    external = check(QUICKSTART).sets[-1]
    odds = read_brief(QUICKSTART).external.shift.prevalence_odds * 0.15 / 0.85

    assert (external.name, odds != 0.15 / 0.85) == ("external", True)
    assert external.positives == pytest.approx(external.rows * odds / (1 + odds))


def test_a_broken_column_is_not_reported_missing_as_well(tmp_path: Path) -> None:
    """A wrong type in one schema once gave three faults, two of them consequences."""
    folder = shutil.copytree(QUICKSTART, tmp_path / "quickstart")
    partner = folder / "partners" / "parents.yaml"
    text = partner.read_text("utf-8")
    partner.write_text(text.replace("type: number", "type: numbr", 1), "utf-8")
    assert [fault.key for fault in check(folder).faults] == ["fields.income.type"]


@pytest.mark.parametrize(
    ("old", "new", "slug"),
    [
        ("name: parents", "name: [", "syntax"),
        ("x-coverage", "x-coverag", "key-unknown"),
        ("x-may-leave", "x-may-leav", "key-unknown"),
        ("x-may-leave: aggregate", "x-may-leave: all", "value-invalid"),
        ("  primaryKey", "  foreignKey: []\n  primaryKey", "key-unknown"),
        ("  fields:", "  field:", "key-unknown"),
        ("    - name: municipality", "    - names: municipality", "key-unknown"),
        ("    - name: municipality", "    - name: [a]", "value-invalid"),
        ("share: 0.78", "share: 1.78", "value-invalid"),
    ],
)
def test_what_cannot_be_read_in_a_schema_is_one_fault(
    changed: Folder, old: str, new: str, slug: str
) -> None:
    faults = check(changed((PARTNER, old, new))).faults

    assert [(fault.file, fault.slug) for fault in faults] == [(PARTNER, slug)]


def test_a_folder_without_partners_is_one_fault(changed: Folder) -> None:
    folder = changed()
    shutil.rmtree(folder / "partners")

    assert [fault.slug for fault in check(folder).faults] == ["partners-missing"]


def test_an_unreadable_schema_does_not_hide_faults_elsewhere(changed: Folder) -> None:
    folder = changed(
        (PARTNER, "name: parents", "name: ["),
        ("brief.toml", 'name = "household"', 'name = "origin"'),
        ("mechanism.toml", "per = 3\n", ""),
    )

    slugs = [fault.slug for fault in check(folder).faults]

    assert slugs == ["syntax", "name-repeated", "effect-form"]


def test_a_name_that_no_file_writes_is_told_beside_a_broken_column(
    changed: Folder,
) -> None:
    folder = changed(
        (PARTNER, "type: number", "type: numbr"),
        ("mechanism.toml", 'column = "sleep_problems"', 'column = "sleep"'),
    )

    keys = [fault.key for fault in check(folder).faults]

    assert keys == ["fields.income.type", "effects.sleep"]


def test_a_copy_of_a_table_is_told_to_take_names_of_its_own_and_nothing_else(
    changed: Folder,
) -> None:
    folder = changed()
    for name in ("kopie", "tweede"):
        shutil.copy(folder / "partners/parents.yaml", folder / f"partners/{name}.yaml")
    faults = check(folder).faults
    assert [(f.file, f.slug, f.key) for f in faults] == [
        ("partners/kopie.yaml", "name-differs", "name"),
        ("partners/tweede.yaml", "name-differs", "name"),
    ]
    assert "Write `name: kopie`" in faults[0].repair


def test_a_copy_of_a_challenge_is_told_to_take_a_slug_of_its_own(
    tmp_path: Path,
) -> None:
    (fault,) = check(shutil.copytree(QUICKSTART, tmp_path / "mine")).faults

    assert (fault.file, fault.key, fault.slug) == ("brief.toml", "slug", "slug-differs")
    assert "called quickstart and its folder mine" in fault.problem


def test_the_documented_example_of_source_sets_can_stand_in_a_brief() -> None:
    _, _, text = Path("docs/schema.md").read_text("utf-8").partition("```toml\nslug")
    example = tomllib.loads("slug" + text.partition("```")[0])
    data = tomllib.loads((QUICKSTART / "brief.toml").read_text("utf-8"))
    brief = Brief.model_validate(data | example)
    assert brief.core == ("parents",)
    assert brief.source_names == ("all", "street")
    assert brief.source_of("Zwaluw") == "street"


def test_a_folder_may_be_named_from_inside_it() -> None:
    with contextlib.chdir(QUICKSTART):
        assert check(Path()).faults == ()


@pytest.mark.parametrize(
    ("old", "new", "problem", "repair"),
    [
        ("prevalence = 0.15", "prevalense = 0.15",
         "prevalense is not a key here; did you mean prevalence?",
         "Write prevalence, or remove it."),
        ("prevalence = 0.15\n", "", "The key prevalence is missing.", "Add this key."),
        ("[quota]", "[xyz]", "xyz is not a key here.",
         "Remove it, or check its spelling."),
        ("prevalence = 0.15", "prevalence = 15", "15 is out of bounds.",
         "Write a number below 1."),
        ("train = 600", "train = 6", "6 is out of bounds.",
         "Write a number of at least 50."),
        ("train = 600", "train = 900000000", "900000000 is out of bounds.",
         "Write a number of at most 100,000,000."),
        ("train = 600", 'train = "many"', "'many' is not a whole number.",
         "Write a whole number."),
        ('kind = "experience"', 'kind = "story"', "'story' is not known here.",
         "Write 'literature' or 'experience'."),
        ('held_out = ["Westdorp"]', "held_out = []", "[] is too short.",
         "Give at least 1."),
        ('equals = "single_parent"\n[monitored', 'equal = "x"\n[monitored',
         "equal is not a key here; did you mean equals?",
         "Write equals, or remove it."),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else None,
)  # fmt: skip
def test_a_fault_says_what_is_wrong_and_what_may_stand_there(
    changed: Folder, old: str, new: str, problem: str, repair: str
) -> None:
    (fault,) = check(changed(("brief.toml", old, new))).faults

    assert (fault.problem, fault.repair) == (problem, repair)


def test_by_default_the_jury_and_the_model_board_are_two_results() -> None:
    jury = read_brief(QUICKSTART).jury

    assert (jury.within_tie_set, jury.weights) == (False, None)


def test_weights_of_model_board_and_jury_are_read_as_written(changed: Folder) -> None:
    weights = "[jury]\nweights = { model = 0.6, jury = 0.4 }\n\n[quota]"
    brief = read_brief(changed(("brief.toml", "[quota]", weights)))

    assert brief.jury.weights is not None
    assert (brief.jury.weights.model, brief.jury.weights.jury) == (0.6, 0.4)
