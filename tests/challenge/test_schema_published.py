"""Editors and readers are told the format that the records accept."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from challenge.brief import check
from challenge.cli import app
from challenge.schema import PartnerSchema
from challenge.schema.published import json_schema

from ..factories import QUICKSTART, ROOT

PUBLISHED = ROOT / "docs" / "partner-schema.json"
DOCUMENT = (ROOT / "docs" / "schema.md").read_text("utf-8")
EXAMPLE = next(
    text
    for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.S)
    if text.startswith("name: contacts")
)


def validated(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", PUBLISHED]
    return subprocess.run([*command, *paths], capture_output=True, text=True)


def test_the_published_json_schema_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(app, ["schema", "json-schema"]).stdout

    assert printed == PUBLISHED.read_text("utf-8"), (
        "run `challenge schema json-schema > docs/partner-schema.json`"
    )


def test_the_json_schema_accepts_every_shipped_schema_and_the_example(
    tmp_path: Path,
) -> None:
    example = tmp_path / "contacts.yaml"
    example.write_text(EXAMPLE, "utf-8")

    result = validated(*sorted(ROOT.glob("datasets/*/partners/*.yaml")), example)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("x-use: feature", "x-use: predict", "'predict' is not one of"),
        ("x-sensitive: true", "x-secret: true", "'x-secret' was unexpected"),
        ("share: 0.78", "share: 1.78", "is not valid"),
        ("spearman: 0.35", "spearman: 0.35, odds_ratio: 2", "is valid under each of"),
        ("x-partner: Voorbeeldpartner\n", "", "'x-partner' is a required property"),
    ],
)
def test_the_json_schema_refuses_what_an_editor_can_know(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = (QUICKSTART / "partners" / "parents.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "parents.yaml").write_text(text.replace(old, new, 1), "utf-8")

    result = validated(tmp_path / "parents.yaml")

    assert result.returncode == 1
    assert told in result.stdout


def test_every_key_has_a_description_for_an_editor() -> None:
    schema = json_schema()

    records = [schema, *schema["$defs"].values()]
    undescribed = {
        name
        for record in records
        for part in (record, *record.get("anyOf", []))
        for name, key in part.get("properties", {}).items()
        if not key.get("description")
    }
    assert undescribed == set()


def test_every_key_of_a_table_and_a_column_stands_in_the_reference() -> None:
    column = PartnerSchema.model_fields["table"].annotation.model_fields["columns"]
    records = [PartnerSchema, column.annotation.__args__[0]]

    for record in records:
        for name, field in record.model_fields.items():
            assert f"`{field.alias or name}" in DOCUMENT or name == "table"


def test_the_example_in_the_reference_is_free_of_faults(tmp_path: Path) -> None:
    folder = shutil.copytree(QUICKSTART, tmp_path / "quickstart")
    (folder / "partners" / "contacts.yaml").write_text(EXAMPLE, "utf-8")

    assert check(folder).faults == ()
    assert yaml.safe_load(EXAMPLE)["x-rows"]["alike"] == 0.4
