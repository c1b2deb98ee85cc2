"""A draft of a schema builds as it is, and tells nothing of anybody's rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from challenge.brief import check
from challenge.cli import app
from challenge.errors import DraftRefusedError
from challenge.schema import read_partner
from challenge.schema.drafting import draft_rows, write_drafts
from challenge.schema.drafting import tables as reading
from challenge.schema.drafting.names import personal
from challenge.synthesis import build

from .drafts import csv_of, marginals, refused, with_drafts


def clients(rows: int = 400) -> dict[str, list[Any]]:
    """Rows of an imaginary partner, with one rare category and one outlier."""
    draws = np.random.default_rng(4)
    income = draws.lognormal(10.3, 0.4, rows).round().astype(int).tolist()
    income[7] = 987_654
    return {
        "client_id": [f"K{i:06d}" for i in range(rows)],
        "Achternaam": ["Jansen"] * rows,
        "income": income,
        "weight": draws.normal(3.4, 0.5, rows).round(2).tolist(),
        "visits": draws.poisson(3, rows).tolist(),
        "works": draws.choice(["yes", "no"], rows, p=[0.7, 0.3]).tolist(),
        "home": ["boat"] * 3
        + draws.choice(["rented", "owned"], rows - 3, p=[0.4, 0.6]).tolist(),
        "origin": draws.choice(["NL", "elsewhere"], rows).tolist(),
        "start": ["2024-03-01"] * rows,
    }


def test_a_csv_becomes_a_draft_that_checks_and_builds_as_it_is(tmp_path: Path) -> None:
    source = csv_of(tmp_path / "clients.csv", clients())

    folder = with_drafts(tmp_path, draft_rows, source)

    assert check(folder).faults == ()
    release = build(folder, tmp_path / "releases", seed=1)
    frame = release.train().features
    # The quickstart has an income of its own.
    assert {"clients_income", "weight", "visits", "works", "home"} <= set(frame)
    assert 0.6 < frame["works"].mean() < 0.8
    assert set(frame["home"].dropna()) == {"rented", "owned"}


def test_kinds_keys_and_persons_are_recognised_from_a_csv(tmp_path: Path) -> None:
    draft = draft_rows(csv_of(tmp_path / "clients.csv", clients()))

    assert {column.name: column.kind for column in draft.columns} == {
        "income": "integer",
        "weight": "number",
        "visits": "integer",
        "works": "boolean",
        "home": "string",
        "origin": "string",
    }
    assert {c.name for c in draft.columns if c.use == "audit"} == {"origin"}
    assert set(draft.left_out) == {"client_id", "Achternaam", "start"}
    assert "Jansen" not in draft.text
    assert "K000001" not in draft.text


def test_every_figure_of_a_draft_is_assumed_and_a_draft_reads_back(
    tmp_path: Path,
) -> None:
    draft = draft_rows(csv_of(tmp_path / "clients.csv", clients()))
    (path,) = write_drafts([draft], tmp_path / "partners")

    schema = read_partner(path)

    assert {column.source.status for column in schema.columns} == {"assumed"}
    assert schema.table.primary_key == "hh_id"
    assert "FILL IN" in draft.text
    assert max(map(len, draft.text.splitlines())) < 160


@pytest.mark.parametrize("seed", range(12))
def test_no_true_minimum_or_maximum_of_the_rows_is_written(
    tmp_path: Path, seed: int
) -> None:
    draws = np.random.default_rng(seed)
    columns = {
        "a": draws.lognormal(3, 1, 60).round(1),
        "b": draws.normal(39, 1.8, 60).round().astype(int),
        "c": draws.poisson(2, 60),
        "d": draws.integers(1, 6, 60),
        "e": draws.integers(0, 3, 60),
        "f": draws.uniform(-5, 5, 60).round(),
    }
    path = csv_of(tmp_path / "x.csv", {k: v.tolist() for k, v in columns.items()})

    found = marginals(draft_rows(path))

    for name, values in columns.items():
        figures = {v for k, v in found[name].items() if k not in {"decimals", "zero"}}
        assert not {float(values.min()), float(values.max())} & figures, name


def test_one_outlier_moves_no_figure(tmp_path: Path) -> None:
    calm, wild = clients(), clients()
    calm["income"][7] = 30_000

    drafts = [
        marginals(draft_rows(csv_of(tmp_path / "clients.csv", columns)))["income"]
        for columns in (calm, wild)
    ]

    assert drafts[0] == drafts[1]


def test_a_rare_category_is_merged_or_left_out(tmp_path: Path) -> None:
    home = ["boat"] * 6 + ["caravan"] * 6 + ["rented"] * 200 + ["owned"] * 188
    merged = draft_rows(csv_of(tmp_path / "a.csv", {"home": home}))
    alone = draft_rows(csv_of(tmp_path / "b.csv", {"home": ["boat"] * 3 + home[12:]}))

    assert marginals(merged)["home"]["proportions"] == {
        "owned": 0.45,
        "rented": 0.5,
        "other": 0.05,
    }
    assert set(marginals(alone)["home"]["proportions"]) == {"owned", "rented"}
    assert "boat" not in merged.text + alone.text


def test_a_table_with_several_rows_per_client_becomes_a_repeated_one(
    tmp_path: Path,
) -> None:
    rows = clients(200)
    rows["client_id"] = [f"K{i // 2:06d}" for i in range(200)]

    source = csv_of(tmp_path / "calls.csv", rows)

    assert draft_rows(source).counts == {2: 1.0}
    assert check(with_drafts(tmp_path, draft_rows, source)).faults == ()


@pytest.mark.parametrize(
    ("sep", "code"),
    [(";", "utf-8"), (";", "cp1252"), (",", "utf-8-sig"), ("\t", "utf-16")],
    ids=["semicolons", "latin", "BOM", "tabs"],
)
def test_a_csv_of_any_make_gives_the_same_columns(
    tmp_path: Path, sep: str, code: str
) -> None:
    columns = {
        "Café": ["één", "twee"] * 30,
        "Inkomen": [31_000 + 13 * max(i, 1) for i in range(60)],
    }

    draft = draft_rows(csv_of(tmp_path / "x.csv", columns, sep=sep, code=code))

    assert marginals(draft) == {
        "cafe": {"proportions": {"twee": 0.5, "één": 0.5}},
        "inkomen": {
            "distribution": "normal",
            "mean": 31_400,
            "sd": 280,
            "low": 0,
            "decimals": 0,
        },
    }


def test_a_decimal_comma_and_thousands_are_numbers(tmp_path: Path) -> None:
    amounts = [f"1.{200 + i},50" for i in range(40)]
    path = csv_of(tmp_path / "x.csv", {"bedrag": amounts, "n": range(40)}, sep=";")

    (bedrag,) = draft_rows(path).columns

    assert bedrag.kind == "number"
    assert bedrag.marginal["mean"] == pytest.approx(1_200, rel=0.05)


def test_the_index_that_pandas_writes_is_a_key(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path / "x.csv", {"": list(range(40)), "visits": [0, 1, 2, 3] * 10}
    )

    draft = draft_rows(path)

    assert draft.names == ("visits",)
    assert draft.left_out == {"row_id": "is a key: we make our own"}


def test_a_header_alone_gives_placeholders(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("client_id,income,tenure\n", "utf-8")

    draft = draft_rows(path)

    assert [column.name for column in draft.columns] == ["income", "tenure"]
    assert all("too few rows" in column.todo for column in draft.columns)
    assert check(with_drafts(tmp_path, draft_rows, path)).faults == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("csv-empty", "(the whole file)")),
        (b"\n \n\n", ("csv-empty", "(the whole file)")),
        (b"a,b,a\n1,2,3\n", ("csv-header", "a")),
        (b"a,,b\n1,2,3\n", ("csv-header", "column 2")),
        (b"\x89PNG\0\0\0", ("file-not-text", "(the whole file)")),
        (b"a,b\n1\n1\n1,2,3\n", ("csv-form", "(the whole file)")),
        (b"a\n" + b'"' + b"x" * 200_000 + b'"\n', ("csv-form", "(the whole file)")),
        (b",".join(b"c%d" % i for i in range(1_001)), ("csv-form", "(the whole file)")),
        (b"naam,e-mail\nJan,j@x.nl\n", ("draft-empty", "naam")),
    ],
    ids=["empty", "blank", "duplicate", "nameless", "binary", "ragged", "huge cell",
         "too wide", "only persons"],
)  # fmt: skip
def test_a_csv_that_cannot_be_drafted_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, expected: tuple[str, str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)

    assert refused(path, draft_rows)[0] == expected


def test_a_file_of_any_length_is_read_up_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 2_000)
    path = csv_of(tmp_path / "x.csv", {"visits": [1, 2, 3, 4, 5] * 2_000})

    draft = draft_rows(path)

    assert draft.origin == "the first rows of x.csv"
    assert [column.name for column in draft.columns] == ["visits"]


def test_what_a_cell_says_can_not_break_out_of_the_draft(tmp_path: Path) -> None:
    odd = '"x: [1, 2]} # "'
    columns = {'"a: b, {c}"': ["1", "2"] * 20, "level": [odd, "plain"] * 20}

    draft = draft_rows(csv_of(tmp_path / "x.csv", columns))

    fields = yaml.safe_load(draft.text)["schema"]["fields"]
    assert [field["name"] for field in fields] == ["hh_id", "a_b_c", "level"]
    assert fields[1]["x-label"]["nl"] == "a: b, {c}"
    assert set(fields[2]["x-marginal"]["proportions"]) == {"plain", "x: [1, 2]} #"}


@pytest.mark.parametrize(
    "values",
    [
        [f"p{i}@example.org" for i in range(40)],
        ["NL91ABNA0417164300"] * 40,
        ["111222333", "123456782"] * 20,
        ["5041 AB", "5042 CD"] * 20,
    ],
    ids=["mail", "account", "citizen number", "postcode"],
)
def test_values_that_point_at_persons_are_left_out_whatever_the_header(
    tmp_path: Path, values: list[str]
) -> None:
    path = csv_of(tmp_path / "x.csv", {"kenmerk": values, "n": [1, 2] * 20})

    draft = draft_rows(path)

    assert draft.left_out == {"kenmerk": "holds what points at persons"}


@pytest.mark.parametrize(
    ("header", "is_left_out"),
    [
        ("huisarts", True),
        ("Arts", True),
        ("verloskundige_2", True),
        ("School", True),
        ("contactpersoon", True),
        ("behandelaar", True),
        ("naam", True),
        ("klantnaam", True),
        ("doctor", True),
        ("teacher", True),
        ("Telefoon", True),
        ("bsn", True),
        ("opmerking", True),
        ("Toelichting indicatie", True),
        ("notities_2", True),
        ("memo", True),
        ("remarks", True),
        ("aantal_opmerkingen", False),
        ("notitieboek", False),
        ("opname", False),
        ("deelname", False),
        ("schooltype", False),
        ("aantal_huisarts", False),
        ("has_doctor", False),
        ("charts", False),
    ],
)
def test_a_header_that_says_a_person_an_organisation_or_a_free_text_is_left_out(
    header: str, is_left_out: bool
) -> None:
    assert bool(personal(header)) == is_left_out


@pytest.mark.parametrize(
    "names",
    [
        ["J. de Vries", "A. Jansen", "P. van den Berg"],
        ["Basisschool De Linde", "OBS De Vlinder"],
        ["Mw. Jansen", "Dhr. Pietersen"],
    ],
    ids=["persons", "schools", "addressed"],
)
def test_values_that_look_like_names_are_left_out_whatever_the_header(
    tmp_path: Path, names: list[str]
) -> None:
    columns = {"wie": (names * 40)[:60], "n": [1, 2] * 30}

    draft = draft_rows(csv_of(tmp_path / "x.csv", columns))

    assert set(draft.left_out) == {"wie"}
    assert "names" in draft.left_out["wie"]
    assert not any(name in draft.text for name in names)


def test_a_text_with_many_different_values_is_left_out(tmp_path: Path) -> None:
    often = ["klein", "groot"] * 50
    rare = [f"iets {i}" for i in range(30)]
    columns = {"wat": often + rare, "n": [1, 2] * 65}

    draft = draft_rows(csv_of(tmp_path / "x.csv", columns))

    assert set(draft.left_out) == {"wat"}


@pytest.mark.parametrize(
    "values",
    [
        list(range(1, 61)),
        [7 * i * i for i in range(60)],
        [1 + i // 2 for i in range(60)],
    ],
    ids=["a running number", "all different", "1 to n, each twice"],
)
def test_whole_numbers_that_tell_rows_apart_are_a_key(
    tmp_path: Path, values: list[int]
) -> None:
    columns = {"ref": values, "n": [1, 2] * 30}

    draft = draft_rows(csv_of(tmp_path / "x.csv", columns))

    assert set(draft.left_out) == {"ref"}
    assert "key" in draft.left_out["ref"]


def test_json_is_no_csv_and_is_pointed_to_its_own_command(tmp_path: Path) -> None:
    for name, text in (("sdv.json", "[1, 2]"), ("sdv.txt", '{\n "tables": {}}')):
        (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(DraftRefusedError, match="from-sdv"):
            draft_rows(tmp_path / name)


def test_an_absent_csv_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(DraftRefusedError, match="This file is not there"):
        draft_rows(tmp_path / "nope.csv")


def test_a_draft_goes_to_a_yaml_file_or_a_folder_and_nowhere_else(
    tmp_path: Path,
) -> None:
    source = csv_of(tmp_path / "clients.csv", clients())
    run = CliRunner().invoke
    words = ["schema", "from-csv", str(source), "--out"]

    odd = run(app, [*words, str(tmp_path / "x.txt")])
    folder = run(app, [*words, str(tmp_path / "drafts")])

    assert (odd.exit_code, folder.exit_code) == (1, 0)
    assert not (tmp_path / "x.txt").exists()
    assert (tmp_path / "drafts/clients.yaml").is_file()
    assert "6 columns drafted, 3 left out" in " ".join(folder.output.split())


def test_the_command_writes_a_draft_under_the_name_of_its_file(tmp_path: Path) -> None:
    source = csv_of(tmp_path / "Klanten 2024.csv", clients())
    out = tmp_path / "cz_clients.yaml"
    run = CliRunner().invoke

    printed = run(app, ["schema", "from-csv", str(source)])
    written = run(app, ["schema", "from-csv", str(source), "--out", str(out)])
    again = run(app, ["schema", "from-csv", str(source), "--out", str(out)])

    assert "name: klanten_2024\n" in printed.stdout
    assert (printed.exit_code, written.exit_code, again.exit_code) == (0, 0, 1)
    assert read_partner(out).name == "cz_clients"
    assert "there already" in again.output


def test_a_draft_is_counted_and_can_be_checked_on_its_own(tmp_path: Path) -> None:
    source = csv_of(tmp_path / "x.csv", {"works": clients()["works"]})
    out = tmp_path / "clients.yaml"
    run = CliRunner().invoke

    drafted = run(app, ["schema", "from-csv", str(source), "--out", str(out)])
    checked = run(app, ["schema", "check", str(out)])
    out.write_text(out.read_text("utf-8").replace("x-use: feature", "x-use: f"))
    faulty = run(app, ["schema", "check", str(out)])

    assert "1 column drafted" in " ".join(drafted.output.split())
    assert f"challenge schema check {out}" in drafted.output.replace("\n", " ")
    assert (checked.exit_code, faulty.exit_code) == (0, 1)
    assert "x-partner" in checked.output
    assert "still to be written" in checked.output
    assert "x-use" in faulty.output


def test_a_column_that_had_to_be_renamed_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("zorg!,zorg?,income\n", "utf-8")

    lines = draft_rows(path).text.splitlines()

    renamed = lines.index("    - name: x_zorg")
    assert "zorg" in lines[renamed - 1]
    assert "another column" in lines[renamed - 1]
    assert sum("another column" in line for line in lines) == 1


def test_a_file_name_that_no_table_can_have_is_refused(tmp_path: Path) -> None:
    source = csv_of(tmp_path / "x.csv", clients())
    arguments = ["schema", "from-csv", str(source), "--out", str(tmp_path / "A b.yaml")]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert "Call the file a_b.yaml" in " ".join(result.output.split())


def test_numbers_beyond_every_number_are_typing_errors(tmp_path: Path) -> None:
    amounts = ["1e400", "1e308", *(str(100 + i % 40) for i in range(200))]
    odd = ["1e400", "1e308"] * 101

    draft = draft_rows(csv_of(tmp_path / "x.csv", {"amount": amounts, "odd": odd}))

    assert 90 <= marginals(draft)["amount"]["mean"] <= 150
    assert "odd" in draft.left_out


def test_categories_that_a_csv_would_change_are_left_out(tmp_path: Path) -> None:
    source = csv_of(
        tmp_path / "x.csv",
        {"mark": ["=1+1", "fine"] * 30, "home": ["rented", "owned"] * 30},
    )

    draft = draft_rows(source)

    assert set(marginals(draft)) == {"home"}
    assert "mark" in draft.left_out
