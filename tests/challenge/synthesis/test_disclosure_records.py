"""What a partner's checks said goes with its learned schema to the gate."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from challenge.brief import read_brief
from challenge.errors import ContentRefusedError
from challenge.rules.checking import check_folder
from challenge.synthesis.disclosure import RISKS, Disclosure, Finding
from challenge.synthesis.disclosure.findings import DisclosureRecord
from challenge.synthesis.disclosure.reading import read_disclosures
from challenge.synthesis.documents.provenance import collection, personal
from challenge.synthesis.planning import read_plan

from ...factories import QUICKSTART

NAME = "partners/parents.report.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The quickstart, whose marginals somebody learned from real rows."""
    place = tmp_path / "quickstart"
    shutil.copytree(QUICKSTART, place)
    return learned(place)


def learned(folder: Path) -> Path:
    """Say of one figure that it was learned."""
    path = folder / "partners/parents.yaml"
    schema = yaml.safe_load(path.read_text("utf-8"))
    drawn = next(f for f in schema["schema"]["fields"] if "x-marginal" in f)
    drawn["x-source"] = {"status": "learned"}
    path.write_text(yaml.safe_dump(schema, sort_keys=False), "utf-8")
    return folder


def checks(*failed: str) -> Disclosure:
    """All checks, of which some failed."""
    return Disclosure(
        findings=tuple(
            Finding.of(risk, 0.8, (0.7 if risk in failed else 0.5, 0.9), limit=0.55)
            for risk in RISKS
        )
    )


def record(folder: Path, *failed: str, **other: Any) -> None:
    """Put a record beside the schema of the parents."""
    told = {"table": "parents", "disclosure": checks(*failed), **other}
    text = DisclosureRecord.model_validate(told).model_dump_json(indent=2)
    (folder / NAME).write_text(text, "utf-8")


def test_a_record_beside_its_schema_is_part_of_the_plan(folder: Path) -> None:
    before = read_plan(folder)
    record(folder, "membership")

    plan = read_plan(folder)

    assert before.disclosures == {}
    assert plan.disclosures == {"parents": checks("membership")}
    assert plan.brief.partners[0].is_learned


def test_another_record_is_another_plan_which_no_build_resumes(folder: Path) -> None:
    plain = read_plan(folder)
    known = [(plain.identity, plain.schema_hashes)]
    for failed in ((), ("membership",)):
        record(folder, *failed)
        plan = read_plan(folder)
        known.append((plan.identity, plan.schema_hashes))

    assert len({identity for identity, _ in known}) == 3
    # A release is held against the record that it was built with.
    assert [NAME in hashes for _, hashes in known] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSON"),
        ("[]", "dict"),
        ("{}", "table"),
        ('{"table": "parents", "disclosure": {"findings": NaN}}', "JSON"),
        ('{"table": "parents", "disclosure": {"findings": []}}', "exact-copies"),
        (
            f'{{"table": "\\u001b[2J", "disclosure": {checks().model_dump_json()}}}',
            "pattern",
        ),
        (f'{{"table": "x", "disclosure": {checks().model_dump_json()}}}', "of x"),
    ],
    ids=["no JSON", "a list", "empty", "NaN", "no checks", "terminal", "another table"],
)
def test_what_is_no_record_of_its_table_is_refused_and_told(
    folder: Path, text: str, told: str
) -> None:
    (folder / NAME).write_text(text, "utf-8")

    with pytest.raises(ContentRefusedError) as refused:
        read_plan(folder)

    (fault,) = refused.value.faults
    assert (fault.file, fault.slug) == (NAME, "disclosure-record")
    assert told in fault.problem
    assert fault.problem.isprintable()
    assert "challenge synthesize" in fault.repair
    report, power = check_folder(folder)
    assert report.faults == (fault,)
    assert power == ()


def test_a_record_without_a_schema_is_refused(folder: Path) -> None:
    record(folder, table="children")
    (folder / NAME).rename(folder / "partners/children.report.json")

    with pytest.raises(ContentRefusedError) as refused:
        read_disclosures(folder)

    (fault,) = refused.value.faults
    assert fault.file == "partners/children.report.json"
    assert "children.yaml" in fault.problem


def test_a_sound_folder_is_checked_with_its_power(folder: Path) -> None:
    record(folder)

    report, power = check_folder(folder)

    assert report.faults == ()
    assert {found.set for found in power} == {"board", "final", "external"}


def test_documents_say_whether_real_rows_had_a_part(folder: Path) -> None:
    plain, learned = read_brief(QUICKSTART), read_brief(folder)

    assert personal(plain) == "No personal data used"
    assert any("nobody to ask for consent" in line for line in collection(plain))
    assert "`parents`" in personal(learned)
    told = " ".join(collection(learned))
    assert "consent" not in told
    assert "1 columns rest on figures learned from real rows" in told
