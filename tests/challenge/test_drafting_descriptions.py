"""Drafts from descriptions hold no figure, and build as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sdv.metadata import Metadata

from challenge.brief import check
from challenge.errors import DraftRefusedError
from challenge.schema.drafting import (
    draft_packages,
    draft_rows,
    draft_sdv,
    write_drafts,
)
from challenge.synthesis import build

from .drafts import marginals, refused, with_drafts

SINGLE = {
    "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
    "primary_key": "client",
    "columns": {
        "client": {"sdtype": "id", "regex_format": "K[0-9]{6}"},
        "income": {
            "sdtype": "numerical", "computer_representation": "Float",
            "range_min": 1234.5, "range_max": 987654.5,
        },
        "visits": {"sdtype": "numerical", "computer_representation": "Int64"},
        "works": {"sdtype": "boolean"},
        "tenure": {"sdtype": "ordinal", "range_values": ["rented", "castle"]},
        "born": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
        "contact": {"sdtype": "email", "pii": True},
        "surname": {"sdtype": "last_name"},
        "city_of_work": {"sdtype": "city"},
    },
}  # fmt: skip


def described(place: Path, data: object) -> Path:
    place.write_text(json.dumps(data), "utf-8")
    return place


def test_sdv_metadata_becomes_a_draft_without_its_extremes(tmp_path: Path) -> None:
    source = described(tmp_path / "clients.json", SINGLE)

    (draft,) = draft_sdv(source)

    assert {column.name: column.kind for column in draft.columns} == {
        "income": "number",
        "visits": "integer",
        "works": "boolean",
        "tenure": "string",
    }
    assert not re.search("1234|987654|castle", draft.text)
    assert set(draft.left_out) == {
        "client", "born", "contact", "surname", "city_of_work",
    }  # fmt: skip
    folder = with_drafts(tmp_path, draft_sdv, source)
    assert check(folder).faults == ()
    assert "tenure" in build(folder, tmp_path / "r", seed=1).train().features


def test_what_sdv_detects_in_rows_becomes_drafts_without_their_values(
    tmp_path: Path,
) -> None:
    draws = np.random.default_rng(1)
    clients = pd.DataFrame(
        {
            "client_id": [f"K{i}" for i in range(60)],
            "age": draws.integers(18, 97, 60),
            "income": draws.lognormal(10, 0.5, 60),
            "works": draws.random(60) < 0.5,
            "home": draws.choice(["rented", "castle"], 60),
        }
    )
    metadata = Metadata.detect_from_dataframes({"clients": clients}).to_dict()

    (draft,) = draft_sdv(described(tmp_path / "x.json", metadata))

    assert {column.name: column.kind for column in draft.columns} == {
        "age": "integer",
        "income": "number",
        "works": "boolean",
        "home": "string",
    }
    assert "castle" not in draft.text
    assert str(clients["age"].max()) not in draft.text
    assert set(draft.left_out) == {"client_id"}


def test_sdv_metadata_of_many_tables_become_linked_drafts_that_build(
    tmp_path: Path,
) -> None:
    visits = {
        "primary_key": "visit",
        "columns": {
            "visit": {"sdtype": "id"},
            "client": {"sdtype": "id"},
            "minutes": {"sdtype": "numerical", "computer_representation": "Int64"},
        },
    }
    metadata = {
        "METADATA_SPEC_VERSION": "V1",
        "tables": {
            "clients": {k: SINGLE[k] for k in ("primary_key", "columns")},
            "visits": visits,
        },
        "relationships": [
            {
                "parent_table_name": "clients",
                "child_table_name": "visits",
                "parent_primary_key": "client",
                "child_foreign_key": "client",
            }
        ],
    }

    source = described(tmp_path / "all.json", metadata)

    drafts = draft_sdv(source)

    assert [(draft.table, draft.counts is None) for draft in drafts] == [
        ("clients", True),
        ("visits", False),
    ]
    folder = with_drafts(tmp_path, draft_sdv, source)
    assert check(folder).faults == ()
    assert "visits_count" in build(folder, tmp_path / "r", seed=1).train().features


PACKAGE = {
    "name": "example",
    "resources": [
        {
            "name": "clients",
            "title": "Clients of ours",
            "path": "clients.csv",
            "schema": {
                "primaryKey": "client_id",
                "fields": [
                    {"name": "client_id", "type": "string"},
                    {"name": "income", "type": "number",
                     "constraints": {"minimum": 1234, "maximum": 987654}},
                    {"name": "works", "title": "Paid: work", "type": "boolean"},
                    {"name": "tenure", "type": "string",
                     "constraints": {"enum": ["rented", "owned"]}},
                    {"name": "remarks", "type": "string"},
                    {"name": "born", "type": "date"},
                ],
            },
        },
        {
            "name": "visits",
            "schema": {
                "primaryKey": "visit_id",
                "foreignKeys": [{
                    "fields": "client_id",
                    "reference": {"resource": "clients", "fields": "client_id"},
                }],
                "fields": [
                    {"name": "visit_id", "type": "string"},
                    {"name": "client_id", "type": "string"},
                    {"name": "minutes", "type": "integer"},
                ],
            },
        },
    ],
}  # fmt: skip


def test_a_data_package_without_our_keys_becomes_drafts_that_build(
    tmp_path: Path,
) -> None:
    source = described(tmp_path / "datapackage.json", PACKAGE)

    clients = draft_packages(source)[0]

    assert marginals(clients)["tenure"] == {
        "proportions": {"rented": 0.5, "owned": 0.5}
    }
    assert set(clients.left_out) == {"client_id", "remarks", "born"}
    assert not re.search("1234|987654", clients.text)
    drafted = yaml.safe_load(clients.text)
    assert drafted["title"] == "Clients of ours"
    labels = {f["name"]: f["x-label"]["nl"] for f in drafted["schema"]["fields"]}
    assert labels["works"] == "Paid: work"
    assert labels["tenure"] == "tenure"
    folder = with_drafts(tmp_path, draft_packages, source)
    assert check(folder).faults == ()
    features = build(folder, tmp_path / "r", seed=1).train().features
    assert {"clients_income", "works", "tenure", "visits_count"} <= set(
        features.columns
    )


@pytest.mark.parametrize(
    ("make", "data", "expected"),
    [
        (draft_sdv, {}, ("draft-version", "METADATA_SPEC_VERSION")),
        (draft_sdv, {**SINGLE, "METADATA_SPEC_VERSION": "V9"},
         ("draft-version", "METADATA_SPEC_VERSION")),
        (draft_sdv, {**SINGLE, "columns": {}}, ("value-invalid", "columns")),
        (draft_sdv, {**SINGLE, "columns": {"mail": {"sdtype": "email"}}},
         ("draft-empty", "mail")),
        (draft_sdv, [1], ("value-invalid", "(the whole file)")),
        (draft_packages, {"resources": []}, ("value-invalid", "resources")),
        (draft_packages, {"name": "x", "path": "x.csv"},
         ("draft-schema", "resources.schema")),
        (draft_packages, {"name": "x", "schema": "http://example.org/schema.json"},
         ("draft-schema", "resources.schema")),
        (draft_packages, {"name": "x", "schema": {"fields": [{"name": "remarks"}]}},
         ("draft-empty", "remarks")),
    ],
)  # fmt: skip
def test_a_description_that_cannot_be_drafted_is_refused_with_its_reason(
    tmp_path: Path, make: Any, data: object, expected: tuple[str, str]
) -> None:
    assert refused(described(tmp_path / "x.json", data), make)[0] == expected


@pytest.mark.parametrize(
    ("make", "data", "command"),
    [
        (draft_packages, SINGLE, "from-sdv"),
        (draft_sdv, PACKAGE, "from-datapackage"),
    ],
)
def test_a_description_of_another_kind_is_pointed_to_its_own_command(
    tmp_path: Path, make: Any, data: object, command: str
) -> None:
    with pytest.raises(DraftRefusedError, match=f"challenge schema {command}"):
        make(described(tmp_path / "x.json", data))


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\ufffe"])
def test_a_description_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")

    assert refused(path, draft_sdv)[0][0] == "syntax"


def test_several_tables_do_not_go_to_one_file(tmp_path: Path) -> None:
    drafts = draft_packages(described(tmp_path / "datapackage.json", PACKAGE))

    with pytest.raises(DraftRefusedError, match="More than one table"):
        write_drafts(drafts, tmp_path / "all.yaml")


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    for make in (draft_rows, draft_sdv, draft_packages):
        assert refused(tmp_path / "x", make)[0][0] == "file-missing"
