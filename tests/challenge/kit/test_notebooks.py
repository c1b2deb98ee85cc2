"""The notebooks of the kit: one source each, whole in two languages, no rows shown."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from challenge.kit.notebooks import find_data, notebook_files, write_notebooks
from challenge.kit.notebooks.shares import share, shares
from challenge.kit.notebooks.tables import Table
from challenge.kit.notebooks.writing import NOTEBOOKS, notebook, read_source
from challenge.rules.pitching import SECTION_LENGTH, SECTIONS
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from challenge.web.pages import texts
from leaderboard import Estimate, FairnessPolicy, PolicyState, quantised, score

LANGUAGES = ("nl", "en")
# What would show one household, or could.
ROWS = (
    ".head(",
    ".tail(",
    ".sample(",
    ".ids",
    "child_id",
    "hh_id",
    "to_csv",
    "to_json",
)


def code(name: str, language: str = "nl") -> list[str]:
    cells = notebook(name, language)["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def prose(name: str, language: str) -> list[str]:
    cells = notebook(name, language)["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_valid_has_no_outputs_and_is_not_too_long(
    name: str, language: str
) -> None:
    made = notebook(name, language)

    nbformat.validate(nbformat.from_dict(made))
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    assert 12 <= len(ids) <= 25
    assert not any(cell.get("outputs") for cell in made["cells"])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_of_prose_stands_there_in_both_languages(name: str) -> None:
    told = [cell.language for cell in read_source(name)]

    assert told[0] == "nl"
    for place, language in enumerate(told):
        if language == "nl":
            assert told[place + 1] == "en"
        if language == "en":
            assert told[place - 1] == "nl"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_prose_has_the_same_parts_in_both_languages(name: str) -> None:
    for dutch, english in zip(prose(name, "nl"), prose(name, "en"), strict=True):
        for part in (r"^#+ ", r"<details>", r"^- ", r"^\d\. ", r"^\|", r"\]\(.*?\)"):
            found = [len(re.findall(part, t, re.M)) for t in (dutch, english)]
            assert found[0] == found[1], (part, english)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_is_the_same_in_both_languages_but_for_what_it_says(name: str) -> None:
    for dutch, english in zip(code(name, "nl"), code(name, "en"), strict=True):
        assert _silent(dutch) == _silent(english)


def _silent(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        if isinstance(node, ast.JoinedStr):
            # Words around a number stand in another order in the other language.
            told = [v for v in node.values if isinstance(v, ast.FormattedValue)]
            node.values = sorted(told, key=ast.dump)
    return ast.dump(tree)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_is_left_of_the_form_of_a_source(name: str, language: str) -> None:
    for text in code(name, language) + prose(name, language):
        assert not re.search(r"[«»]|<!-- (nl|en) -->", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_begins_with_the_two_notices(name: str, language: str) -> None:
    assert NOTICE[language] in prose(name, language)[0]
    assert FORBIDDEN_USE[language] in prose(name, language)[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_ends_with_room_for_what_people_make_of_it(
    name: str, language: str
) -> None:
    heading = {"nl": "## Jullie duiding", "en": "## Your interpretation"}[language]

    assert heading in prose(name, language)[-1]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_shows_a_row(name: str) -> None:
    for text in code(name):
        assert not [word for word in ROWS if word in text]


@pytest.mark.parametrize("name", ["design-thinking", "eerlijkheid-en-onzekerheid"])
def test_who_is_recognised_stands_under_its_heading(name: str) -> None:
    cells = [cell.text for cell in read_source(name) if cell.language != "en"]
    heading = next(i for i, t in enumerate(cells) if "Rekenmaat: niemand wordt" in t)

    assert "false_negative_rate" in "".join(cells[heading:])
    assert "false_negative_rate" not in "".join(cells[:heading])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_canvas_has_the_headings_of_the_form(language: str) -> None:
    told, written = texts(language), "\n".join(code("design-thinking", language))

    for n in SECTIONS:
        heading, how = told[f"pitch_canvas_{n}"], told[f"pitch_canvas_{n}_how"]
        assert f'"{heading}": "{how}"' in written
    assert re.search(rf"<= {SECTION_LENGTH}\b", written)


def _functions() -> SimpleNamespace:
    """Define `power` and `needed` as the notebook does, and nothing else of it."""
    trees = [ast.parse(text) for text in code("effectmetingen")]
    wanted = [
        node
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in {"power", "needed"}
    ]
    found: dict[str, object] = {"np": np, "stats": stats}
    exec(compile(ast.Module(wanted, []), "notebook", "exec"), found)
    return SimpleNamespace(**found)


@pytest.mark.parametrize("per_group", [10, 15, 200])
@pytest.mark.parametrize("size", [0.2, 0.5, 1.3])
def test_the_power_of_a_t_test_is_that_of_statsmodels(
    size: float, per_group: int
) -> None:
    known = TTestIndPower().power(size, per_group, 0.05)

    assert _functions().power(size, per_group) == pytest.approx(known, abs=1e-9)


def test_participants_for_two_shares_are_those_of_the_example_in_r() -> None:
    # The help page of power.prop.test in R: n = 76.7 per group.
    assert _functions().needed(0.50, 0.75, 0.90) == 77


def test_the_policy_does_not_accept_the_model_that_recognises_everybody_less() -> None:
    # What notebook 4 says of its invented families, from its own cells.
    invented = [c for c in code("eerlijkheid-en-onzekerheid") if "made_up" in c]
    judged = next(c for c in code("eerlijkheid-en-onzekerheid") if "verdict" in c)
    found: dict[str, object] = {
        "np": np,
        "pd": pd,
        "share": share,
        "replace": replace,
        "score": score,
        "quantised": quantised,
        "Estimate": Estimate,
        "capacity": 0.1,
        "alone": np.arange(40_000),
        "words": ("1", "2", "3"),
        "data": SimpleNamespace(policy=FairnessPolicy()),
        "book": MagicMock(),
        "states": MagicMock(),
    }
    exec(invented[0], found)
    happened, second = found["happened"], found["second"]
    found["everyone"] = (happened & ~second, happened & second, happened)
    exec(invented[1], found)
    exec(judged, found)
    before, after = (
        [found[name][part].mean() for part in found["everyone"][:2]]
        for name in ("inside", "still_inside")
    )

    assert all(later < now for now, later in zip(before, after, strict=True))
    assert after[1] - after[0] < before[1] - before[0]
    assert found["verdict"].guard.fails
    assert found["verdict"].state is PolicyState.VIOLATES


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_first_cell_says_that_a_rehearsal_is_one(name: str) -> None:
    assert 'print(book.say(book.dictionary["rehearsal"]))' in code(name)[0]


def test_the_files_are_the_same_every_time(tmp_path: Path) -> None:
    places = write_notebooks(tmp_path)

    assert len(places) == 8
    for name, content in notebook_files().items():
        assert (tmp_path / name).read_bytes() == content
        assert name.startswith(("notebooks/nl/", "notebooks/en/"))


def test_the_data_are_found_from_the_folder_of_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/manifest.json").write_text("{}")
    deep = tmp_path / "notebooks" / "nl"
    deep.mkdir(parents=True)

    assert find_data(deep) == tmp_path / "data"
    assert find_data(Path("/")) == Path("data")


@pytest.mark.parametrize(("have", "shown"), [(9, False), (10, True), (91, False)])
def test_a_share_is_shown_from_ten_on_both_sides(have: int, *, shown: bool) -> None:
    flags = np.arange(100) < have

    assert (share(flags, np.arange(100) % 20) is not None) is shown


def test_a_share_comes_from_rounded_counts_inside_its_interval() -> None:
    found = share(np.arange(102) < 33, np.arange(102) % 20)

    assert found is not None
    assert found.value == 35 / 100
    assert found.low < found.value < found.high


def test_neighbours_who_are_alike_make_an_interval_wider() -> None:
    flags = np.repeat([True, False], 200)

    alike = share(flags, np.repeat(np.arange(40), 10))
    apart = share(flags, np.arange(400))

    assert alike.high - alike.low > apart.high - apart.low


def test_what_gives_a_small_group_away_stays_in_too() -> None:
    levels = ["a"] * 50 + ["b"] * 60 + ["c"] * 90
    flags = np.r_[np.arange(50) < 5, np.arange(60) < 20, np.arange(90) < 40]

    found = shares(flags, levels, np.arange(200) % 25)

    assert found["a"] is None
    assert found["b"] is None
    assert found["c"] is not None


def test_rows_without_a_group_are_left_out() -> None:
    levels = pd.Series(["a"] * 60 + [None] * 40)

    assert list(shares(np.arange(100) < 30, levels, np.arange(100))) == ["a"]


def test_a_table_says_what_it_is_about_and_hides_no_markup() -> None:
    html = Table("Sizes", ["part", "n"], [["<b>", "5"]])._repr_html_()

    assert ">Sizes</caption>" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1
    assert "&lt;b&gt;" in html
