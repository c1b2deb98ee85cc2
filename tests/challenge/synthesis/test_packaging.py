"""The documents of a release say what is in its tables, and nothing that is hidden."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from challenge.brief import read_brief
from challenge.brief.organiser import Organiser
from challenge.schema import PartnerSchema
from challenge.schema.partners import ForeignKey
from challenge.synthesis.documents.dictionary import dictionary
from challenge.synthesis.documents.packaging import describe
from challenge.synthesis.documents.wordbook import wordbook
from challenge.synthesis.manifest import FileFacts, Manifest
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from challenge.synthesis.tables.files import PublicFiles
from challenge.synthesis.tables.linking import link
from challenge.synthesis.tables.postcodes import area_tables

from ...factories import QUICKSTART
from ...test_wording import lint
from .blocks import (
    SECRET,
    a_block,
    cases,
    parents,
    places_of,
    small_brief,
    streets,
    survey,
    visits,
    with_sources,
)

DOCUMENTS = {
    "dictionary.json",
    "dictionary.nl.md",
    "dictionary.en.md",
    "DATASHEET.md",
    "scoring.json",
    "datapackage.json",
    "croissant.json",
}
SETS = ("survey-only", "everything-else")
DESCRIPTORS = {
    f"sources/{name}/{file}"
    for name in SETS
    for file in ("datapackage.json", "croissant.json")
}
SIZE = 200
ORGANISER = Organiser.model_validate(
    {
        "creator": "Gemeente Noorddorp",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://example.org/noorddorp",
        "date": "2026-11-22",
        "text": "# Ours\n\n## Motivation\n\nWe wondered.\n\n## Thanks\n\nTo all.\n",
    }
)


def linked_to(table: PartnerSchema, column: str, target: str) -> PartnerSchema:
    """The same table with a foreign key."""
    key = ForeignKey(fields=column, reference={"resource": target, "fields": column})
    inner = table.table.model_copy(update={"foreign_keys": (key,)})
    return table.model_copy(update={"table": inner})


BRIEF = with_sources(
    small_brief(
        linked_to(cases(), "hh_id", "parents"),
        linked_to(parents(), "postcode", "streets"),
        streets(),
        linked_to(survey(), "hh_id", "parents"),
        linked_to(visits(), "hh_id", "parents"),
    )
)


def manifest_of(files: dict[str, FileFacts], **more: Any) -> Manifest:
    """A manifest around some files; only they and the commitment are told on."""
    facts = {
        "slug": BRIEF.slug,
        "version": "0",
        "created_at": datetime(2026, 11, 22, tzinfo=UTC),
        "rehearsal": True,
        "seed_commitment": "c0ffee",
        "sdv_version": "2.0.0",
        "schema_hashes": {},
        "rows": {"train": SIZE, "practice": SIZE, "board": 1_000},
        "features": BRIEF.feature_names,
        "key": "child_id",
        "target": "shortage",
        "cluster": "neighbourhood",
        "area": "municipality",
        "attributes": (),
        "files": files,
    }
    return Manifest.model_validate(facts | more)


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, dict[str, FileFacts]]:
    """Tables of every kind, and the documents about them; read only."""
    folder = tmp_path_factory.mktemp("packaged") / "public"
    blocks = [
        a_block(BRIEF, SIZE, name=name, first=SIZE * number, seed=number)
        for number, name in enumerate(["train", "practice"])
    ]
    places = pd.concat([places_of(block) for block in blocks])
    areas = area_tables(places.drop_duplicates("postcode"), BRIEF, SECRET)
    with PublicFiles(folder, BRIEF, areas) as files:
        for block in blocks:
            files.add(link(block, BRIEF, SECRET, areas), np.arange(SIZE) % 7 == 0)
        tables = files.close()
    documents = describe(
        folder,
        BRIEF,
        manifest_of(tables),
        organiser=ORGANISER,
        audit=["Marginals differ by 0.01 at most."],
    )
    assert set(documents) == DOCUMENTS | DESCRIPTORS
    return folder, {**tables, **documents}


@pytest.fixture
def folder(written: tuple[Path, dict[str, FileFacts]]) -> Path:
    return written[0]


@pytest.fixture
def package(folder: Path) -> dict[str, Any]:
    return read_json(folder, "datapackage.json")


@pytest.fixture
def croissant(folder: Path) -> dict[str, Any]:
    return read_json(folder, "croissant.json")


def read_json(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name).read_text("utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_facts_of_the_documents_are_those_of_the_files(
    written: tuple[Path, dict[str, FileFacts]],
) -> None:
    folder, facts = written
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.*")} == set(facts)
    for name, told in facts.items():
        assert told.sha256 == sha256(folder / name)
        assert told.bytes == (folder / name).stat().st_size
    having = {name: facts[name].sources for name in DOCUMENTS | DESCRIPTORS}
    assert having.pop("datapackage.json") == having.pop("croissant.json") == ("all",)
    for name in DESCRIPTORS:
        assert having.pop(name) == (name.split("/")[1],)
    assert set(having.values()) == {()}


# From the Data Package standard 2.0: Data Package, Data Resource, Table Dialect and
# Table Schema, with what is "MUST" there and what we always give.
PATH = r"^(?=[^./~])(?!file:)((?!/\.\./)(?!\\)(?!://).)*$"
FIELD = {
    "type": "object",
    "required": ["name", "type", "title", "description"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "type": {"enum": ["string", "number", "integer", "boolean"]},
        "title": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 1},
        "constraints": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
                "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
            },
        },
    },
    "patternProperties": {"^x-": {}},
    "additionalProperties": False,
}
KEYS = {"type": "array", "minItems": 1, "items": {"type": "string"}}
FOREIGN_KEY = {
    "type": "object",
    "required": ["fields", "reference"],
    "properties": {
        "fields": KEYS,
        "reference": {
            "type": "object",
            "required": ["resource", "fields"],
            "properties": {"resource": {"type": "string"}, "fields": KEYS},
        },
    },
}
RESOURCE = {
    "type": "object",
    "required": ["name", "path", "type", "schema", "format", "mediatype", "hash"],
    "properties": {
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "path": {"type": "string", "pattern": PATH},
        "type": {"const": "table"},
        "mediatype": {"type": "string", "pattern": "^(.+)/(.+)$"},
        "hash": {"type": "string", "pattern": "^sha256:[a-f0-9]{64}$"},
        "bytes": {"type": "integer", "minimum": 1},
        "encoding": {"const": "utf-8"},
        "dialect": {
            "type": "object",
            "properties": {
                "commentChar": {"type": "string", "maxLength": 1},
                "delimiter": {"type": "string"},
                "lineTerminator": {"type": "string"},
            },
            "additionalProperties": False,
        },
        "schema": {
            "type": "object",
            "required": ["fields"],
            "properties": {
                "fields": {"type": "array", "minItems": 1, "items": FIELD},
                "primaryKey": KEYS,
                "missingValues": {"type": "array", "items": {"type": "string"}},
                "foreignKeys": {"type": "array", "minItems": 1, "items": FOREIGN_KEY},
            },
            "additionalProperties": False,
        },
    },
}
PACKAGE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["resources", "licenses", "contributors"],
    "properties": {
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "id": {"type": "string"},
        "homepage": {"type": "string", "pattern": "^https?://"},
        "contributors": {"type": "array", "items": {"required": ["title", "roles"]}},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "resources": {"type": "array", "minItems": 1, "items": RESOURCE},
    },
}


def test_the_data_package_is_as_the_standard_asks(package: dict[str, Any]) -> None:
    jsonschema.validate(package, PACKAGE)
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))


def test_every_table_is_a_resource_with_its_digest_and_columns(
    folder: Path, package: dict[str, Any]
) -> None:
    tables = {r["path"]: r for r in package["resources"]}
    assert set(tables) == {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.*")
        if path.suffix in {".csv", ".parquet"} and "sources" not in path.parts
    }
    for path, resource in tables.items():
        assert resource["hash"] == f"sha256:{sha256(folder / path)}"
        assert resource["bytes"] == (folder / path).stat().st_size
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert fields == list(by_descriptor(folder, resource))


def parsed(text: str, field: dict[str, Any], missing: list[str]) -> Any:
    """One cell, by the rules of Table Schema."""
    if text in missing:
        return None
    if field["type"] == "boolean":
        return {"true": True, "false": False}[text]
    return {"string": str, "integer": int, "number": float}[field["type"]](text)


def by_descriptor(folder: Path, resource: dict[str, Any]) -> dict[str, list[Any]]:
    """Read a table by its description alone."""
    place, schema = folder / resource["path"], resource["schema"]
    if resource["format"] == "parquet":
        return {
            name: [None if value != value else value for value in column]
            for name, column in pq.read_table(place).to_pydict().items()
        }
    dialect = resource["dialect"]
    text = place.read_text(resource["encoding"])
    lines = [
        line
        for line in text.split(dialect["lineTerminator"])
        if not line.startswith(dialect["commentChar"])
    ]
    head, *rows = csv.reader(filter(None, lines), delimiter=dialect["delimiter"])
    fields = {field["name"]: field for field in schema["fields"]}
    return {
        name: [parsed(row[i], fields[name], schema["missingValues"]) for row in rows]
        for i, name in enumerate(head)
    }


def test_a_csv_read_by_its_description_is_the_parquet_file(
    folder: Path, package: dict[str, Any]
) -> None:
    tables = {r["path"]: by_descriptor(folder, r) for r in package["resources"]}
    texts = [path for path in tables if path.endswith(".csv")]
    assert len(texts) == len(BRIEF.partners)
    for path in texts:
        twin = tables[path.replace(".csv", ".parquet")]
        assert tables[path] == twin
    kinds = {type(v) for path in texts for c in tables[path].values() for v in c}
    assert kinds == {bool, int, float, str, type(None)}


def test_the_declared_constraints_and_keys_hold_in_the_data(
    folder: Path, package: dict[str, Any]
) -> None:
    tables = {r["name"]: by_descriptor(folder, r) for r in package["resources"]}
    links = 0
    for resource in package["resources"]:
        table, schema = tables[resource["name"]], resource["schema"]
        (key,) = schema["primaryKey"]
        assert None not in table[key]
        assert len(set(table[key])) == len(table[key])
        for field in schema["fields"]:
            allowed = field.get("constraints", {}).get("enum")
            assert not allowed or set(table[field["name"]]) <= {*allowed, None}
        for link_ in schema.get("foreignKeys", []):
            target = tables[link_["reference"]["resource"]]
            (here,), (there,) = link_["fields"], link_["reference"]["fields"]
            assert set(table[here]) <= set(target[there])
            links += 1
    # Four declared ones in two formats, and two sets of flat rows.
    assert links == 2 * 4 + 2


def test_a_boolean_that_is_stored_as_a_number_is_0_or_1(
    package: dict[str, Any],
) -> None:
    tables = {r["path"]: r["schema"]["fields"] for r in package["resources"]}
    found = {
        path: next(f for f in fields if f["name"] == "poor")
        for path, fields in tables.items()
        if any(f["name"] == "poor" for f in fields)
    }
    assert found["tables/parents.csv"]["type"] == "boolean"
    assert found["tables/parents.parquet"]["constraints"] == {"enum": [0, 1]}
    assert found["train.parquet"]["constraints"] == {"enum": [0, 1]}


def test_a_resource_says_which_source_sets_have_it(package: dict[str, Any]) -> None:
    sets = {r["path"]: r["x-source-sets"] for r in package["resources"]}
    assert sets["groups.parquet"] == []
    assert sets["train.parquet"] == ["all"]
    assert sets["tables/survey.csv"] == ["all", "survey-only"]


@pytest.mark.parametrize("source", SETS)
def test_the_descriptors_of_a_set_are_true_in_a_folder_with_what_it_has(
    written: tuple[Path, dict[str, FileFacts]], tmp_path: Path, source: str
) -> None:
    folder, facts = written
    for name, told in facts.items():
        if not told.sources or source in told.sources:
            place = tmp_path / name.removeprefix(f"sources/{source}/")
            place.parent.mkdir(exist_ok=True)
            place.write_bytes((folder / name).read_bytes())

    package = read_json(tmp_path, "datapackage.json")
    listed = read_json(tmp_path, "croissant.json")["distribution"]
    jsonschema.validate(package, PACKAGE)
    there = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")}
    tables = {name for name in there if name.endswith((".csv", ".parquet"))}
    resources = {r["path"]: r for r in package["resources"]}
    assert set(resources) == tables
    assert {entry["contentUrl"] for entry in listed} == there - {"croissant.json"}
    for entry in listed:
        assert entry["sha256"] == sha256(tmp_path / entry["contentUrl"])
    names = {r["name"] for r in package["resources"]}
    for path, resource in resources.items():
        assert resource["hash"] == f"sha256:{sha256(tmp_path / path)}"
        fields = [field["name"] for field in resource["schema"]["fields"]]
        rows = by_descriptor(tmp_path, resource)
        assert fields == list(rows)
        assert {len(c) for c in rows.values()} == {resource["x-row-count"]}
        for key in resource["schema"].get("foreignKeys", []):
            assert key["reference"]["resource"] in names


def keys(value: Any) -> Iterator[str]:
    """Every key at any depth."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from keys(inner)


@pytest.mark.parametrize(
    "name", ["datapackage.json", "croissant.json", "dictionary.json"]
)
def test_no_figure_that_a_column_was_drawn_with_is_told(
    folder: Path, name: str
) -> None:
    told = set(keys(read_json(folder, name)))
    drawn = {"marginal", "shifts", "alike", "tilt", "odds", "prevalence", "proportions"}
    assert not {key for key in told if key.removeprefix("x-") in drawn}
    assert not told & {"median", "sd_log", "quantiles", "mean", "sd", "cap", "spread"}


# What Croissant 1.0 requires of a dataset, of a file and of a field.
REQUIRED = {
    *("@context", "@type", "conformsTo", "name", "description", "license", "url"),
    *("creator", "datePublished", "distribution"),
}
SCHEMA_ORG = {
    *("alternateName", "contentSize", "contentUrl", "creator", "datePublished"),
    *("description", "distribution", "encodingFormat", "inLanguage", "keywords"),
    *("license", "name", "sameAs", "sha256", "url", "usageInfo"),
}


def test_croissant_has_what_its_specification_requires(
    croissant: dict[str, Any],
) -> None:
    assert set(croissant) >= REQUIRED
    assert croissant["@type"] == "sc:Dataset"
    assert croissant["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert croissant["datePublished"] == "2026-11-22"
    assert croissant["creator"]["name"] == "Gemeente Noorddorp"
    context = croissant["@context"]
    prefixes = {name for name, iri in context.items() if str(iri).startswith("http")}
    for key in keys({k: v for k, v in croissant.items() if k != "@context"}):
        prefix, _, local = key.partition(":")
        known = {*context, *SCHEMA_ORG} if not local else prefixes
        assert key.startswith("@") or prefix in known, key
    for iri in context.values():
        short = iri["@id"] if isinstance(iri, dict) else iri
        assert short.startswith("http") or short.partition(":")[0] in {*prefixes, "en"}


def test_croissant_describes_every_file_and_every_column_of_parquet(
    folder: Path, croissant: dict[str, Any]
) -> None:
    files = {entry["@id"]: entry for entry in croissant["distribution"]}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*.*")}
    there = {path for path in there if not path.startswith("sources/")}
    assert set(files) == there - {"croissant.json"}
    for path, entry in files.items():
        assert entry["@type"] == "cr:FileObject"
        assert (folder / entry["contentUrl"]).is_file()
        assert entry["sha256"] == sha256(folder / path)
        assert entry["contentSize"] == f"{(folder / path).stat().st_size} B"
        assert "/" in entry["encodingFormat"]
    sets = {entry["@id"]: entry for entry in croissant["recordSet"]}
    assert {f"{name}.parquet" for name in sets} == {
        name for name in there if name.endswith(".parquet")
    }
    for name, entry in sets.items():
        columns = pq.read_schema(folder / f"{name}.parquet").names
        assert [field["name"] for field in entry["field"]] == columns


def test_identifiers_of_croissant_are_unique_and_every_reference_leads_to_one(
    croissant: dict[str, Any],
) -> None:
    fields = [field for records in croissant["recordSet"] for field in records["field"]]
    nodes = [*croissant["distribution"], *croissant["recordSet"], *fields]
    names = [node["@id"] for node in nodes]
    assert len(names) == len(set(names))
    files = {entry["@id"] for entry in croissant["distribution"]}
    links = [f["references"]["field"]["@id"] for f in fields if "references" in f]
    assert len(links) == 4 + 2
    assert {*links, *(r["key"]["@id"] for r in croissant["recordSet"])} <= set(names)
    for field in fields:
        assert field["@type"] == "cr:Field"
        assert field["dataType"] in {"sc:Text", "sc:Float", "sc:Boolean"}
        assert field["source"]["fileObject"]["@id"] in files
        assert field["source"]["extract"] == {"column": field["name"]}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_document_says_what_the_data_are_and_are_not_for(
    folder: Path, name: str
) -> None:
    text = (folder / name).read_text("utf-8")
    languages = {"dictionary.nl.md": ["nl"], "dictionary.en.md": ["en"]}
    for language in languages.get(name, ["nl", "en"]):
        assert NOTICE[language] in text
        assert FORBIDDEN_USE[language] in text


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_no_document_uses_a_forbidden_word_or_a_place_on_this_machine(
    folder: Path, name: str
) -> None:
    text = (folder / name).read_text("utf-8")
    assert not list(lint(name, text))
    assert str(folder) not in text


def test_neither_clock_nor_version_changes_a_byte(
    written: tuple[Path, dict[str, FileFacts]],
) -> None:
    folder, facts = written
    tables = {
        name: told
        for name, told in facts.items()
        if name not in DOCUMENTS | DESCRIPTORS
    }
    later = manifest_of(
        tables, created_at=datetime(2030, 1, 1, tzinfo=UTC), version="7"
    )
    audit = ["Marginals differ by 0.01 at most."]
    again = describe(folder, BRIEF, later, organiser=ORGANISER, audit=audit)
    assert again == {name: facts[name] for name in DOCUMENTS | DESCRIPTORS}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_dictionary_has_a_line_for_every_column(
    folder: Path, language: str
) -> None:
    text = (folder / f"dictionary.{language}.md").read_text("utf-8")
    *tables, frame, groups, scoring = re.split(r"^## ", text, flags=re.M)[2:]
    assert "scoring.json" in scoring
    assert len(tables) == len(BRIEF.partners)
    for table, partner in zip(tables, BRIEF.partners, strict=True):
        assert f" {partner.name}:" in table.splitlines()[0]
        named = re.findall(r"^\| `(\w+)` \|", table, re.M)
        assert named == [column.name for column in partner.columns]
    for section, file in ((frame, "train"), (frame, "practice"), (groups, "groups")):
        assert file in section.splitlines()[0]
        named = re.findall(r"^\| `(\w+)` \|", section, re.M)
        assert named == pq.read_schema(folder / f"{file}.parquet").names
    widths = {line.count("|") for line in frame.splitlines() if line.startswith("|")}
    assert len(widths) == 1


def test_the_dictionary_says_how_columns_are_made_and_what_is_missing(
    folder: Path,
) -> None:
    text = (folder / "dictionary.nl.md").read_text("utf-8")

    def line(name: str, part: int) -> str:
        lines = [x for x in text.splitlines() if x.startswith(f"| `{name}` |")]
        return lines[part]

    assert "10 %, niet bij elk gezin even vaak" in line("income", 0)
    assert "te laat bekend" in line("vaccinated", 0)
    assert "samengevat per kind" in line("growth", 0)
    assert "volgt uit `growth`" in line("thin", 0)
    assert "controleren, nooit een kenmerk; staat in groups.parquet" in line(
        "origin", 0
    )
    assert "controleren, nooit een kenmerk; staat in groups.parquet" in line(
        "district", 0
    )
    assert "`train`, `practice`" in line("set", 0)
    assert "of er een rij is met `thin` = ja" in line("ever_thin", 0)
    assert "tot en met 6 maanden; zonder zo'n rij: 0" in line("ever_thin", 0)
    assert "gemiddelde van `growth`" in line("growth_mean", 0)
    assert "zonder zo'n rij: leeg" in line("growth_mean", 0)
    assert "postcodegebied; niet van het gezin" in line("affluence", 1)
    assert "teams met alle tabellen, `survey-only`" in line("contacts", 1)
    assert "teams met alle tabellen" in line("growth_mean", 0)


def test_the_dutch_dictionary_words_what_stands_in_every_schema() -> None:
    brief = read_brief(QUICKSTART)
    text = wordbook(dictionary(brief, rehearsal=True), "nl")
    assert "aanname: voorbeeld |" in text
    assert "assumed" not in text
    assert "design choice" not in text
    assert "| alle teams |" in text
    bases = re.findall(r"^Grondslag: (.+) Wat eruit mag", text, re.M)
    assert len(bases) == len(brief.partners)
    assert all(basis.endswith(".") and not basis.endswith("..") for basis in bases)


def test_a_rehearsal_says_at_the_top_in_both_languages_that_it_can_be_repeated(
    folder: Path,
) -> None:
    tops = {
        name: (folder / name).read_text("utf-8").split("\n## Motivation")[0]
        for name in ("DATASHEET.md", "dictionary.nl.md", "dictionary.en.md")
    }
    for language in ("nl", "en"):
        assert REHEARSAL[language] in tops["DATASHEET.md"]
        assert REHEARSAL[language] in tops[f"dictionary.{language}.md"]
    assert read_json(folder, "dictionary.json")["rehearsal"] == REHEARSAL
    sheet = (folder / "DATASHEET.md").read_text("utf-8")
    assert "The seed was typed;" in sheet
    assert "secret until" not in sheet


def test_a_real_event_says_that_its_seed_is_secret(
    written: tuple[Path, dict[str, FileFacts]], tmp_path: Path
) -> None:
    folder, facts = written
    tables = {"groups.parquet": facts["groups.parquet"]}
    (tmp_path / "groups.parquet").write_bytes((folder / "groups.parquet").read_bytes())

    describe(tmp_path, BRIEF, manifest_of(tables, rehearsal=False))

    sheet = (tmp_path / "DATASHEET.md").read_text("utf-8")
    assert "The seed is secret until the event is closed;" in sheet
    assert REHEARSAL["en"] not in sheet
    assert REHEARSAL["nl"] not in (tmp_path / "dictionary.nl.md").read_text("utf-8")


def test_the_datasheet_says_how_much_of_each_column_is_missing(folder: Path) -> None:
    (told,) = re.findall(
        r"^- \*\*Missing\.\*\* (.+)$",
        (folder / "DATASHEET.md").read_text("utf-8"),
        re.M,
    )
    columns = [c for partner in BRIEF.partners for c in partner.columns]
    for column in columns:
        assert (f"`{column.name}`" in told) == (column.missing.share > 0)
    assert "`income` 10 %, not as often for every household" in told


def test_the_dictionary_for_programs_names_missing_shares_and_provenance(
    folder: Path,
) -> None:
    told = read_json(folder, "dictionary.json")
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["income"]["missing"] == pytest.approx(0.1)
    assert columns["income"]["missing_leans"]
    assert columns["work"]["levels"] == {"no": None, "yes": None}
    assert columns["weight"]["is_weight"]
    assert columns["origin"]["provenance"]["status"] == "assumed"
    assert [entry["name"] for entry in told["frame"]] == list(BRIEF.feature_names)
    assert {t["name"]: t["rows"] for t in told["tables"]} == {
        "cases": "repeated",
        "parents": "household",
        "streets": "postcode",
        "survey": "household",
        "visits": "repeated",
    }
    assert math.isclose(next(t for t in told["tables"])["coverage"], 0.4)


def test_the_datasheet_asks_the_seven_questions_in_order_after_a_dutch_summary(
    folder: Path,
) -> None:
    text = (folder / "DATASHEET.md").read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == [
        "Samenvatting",
        "Motivation",
        "Composition",
        "Collection process",
        "Preprocessing, cleaning and labelling",
        "Uses",
        "Distribution",
        "Maintenance",
        "In the organiser's words",
    ]
    parts = {p.splitlines()[0]: p for p in re.split(r"^## ", text, flags=re.M)[1:]}
    assert "We wondered." in parts["Motivation"].splitlines()[2]
    assert "### Thanks" in parts["In the organiser's words"]
    assert "- Marginals differ by 0.01 at most." in parts["Composition"]
    assert "| `survey` | survey | one per household | 30 %, unevenly |" in text
    assert "`municipality`, `district`, `neighbourhood`, `origin`" in text
    assert "creativecommons.org" in parts["Distribution"]
    assert "c0ffee" in parts["Maintenance"]


def test_without_an_organiser_there_is_no_date_and_the_terms_are_the_datasheet(
    written: tuple[Path, dict[str, FileFacts]], tmp_path: Path
) -> None:
    folder, facts = written
    tables = {"groups.parquet": facts["groups.parquet"]}
    (tmp_path / "groups.parquet").write_bytes((folder / "groups.parquet").read_bytes())

    describe(tmp_path, BRIEF, manifest_of(tables))

    croissant = read_json(tmp_path, "croissant.json")
    assert "datePublished" not in croissant
    assert croissant["license"] == "DATASHEET.md"
    assert croissant["creator"]["name"] == f"Organiser of {BRIEF.slug}"
    package = read_json(tmp_path, "datapackage.json")
    assert [r["path"] for r in package["resources"]] == ["groups.parquet"]
    jsonschema.validate(package, PACKAGE)
