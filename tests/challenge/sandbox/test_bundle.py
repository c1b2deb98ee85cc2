from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest

from challenge.errors import BundleRefusedError
from challenge.records import Loader
from challenge.sandbox import BundleFacts, inspect_bundle

ML_MODEL = """
flavors:
  python_function:
    loader_module: mlflow.sklearn
  sklearn:
    pickled_model: model.skops
"""
CARD = """---
title: A quiet model
intended_use: trying out
limits: many
features: [a, b]
baseline: logistic
---
# A quiet model
"""
MIB = 1024 * 1024


def pack(
    *extra: tuple[str, str | bytes],
    model: str | None = ML_MODEL,
    card: str | None = CARD,
) -> io.BytesIO:
    """Write a bundle in memory, with entries that do not belong in one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("MLmodel", model), ("CARD.md", card), *extra):
            if text is not None:
                archive.writestr(name, text)
    return file


def slug_of(file: io.BytesIO, **options: int) -> str:
    with pytest.raises(BundleRefusedError) as caught:
        inspect_bundle(file, **options)
    assert caught.value.message
    assert caught.value.hint
    return caught.value.slug


def test_the_facts_of_a_good_bundle_are_read() -> None:
    file = pack(("model.skops", b"x" * 100), ("code/", b""))

    assert inspect_bundle(file) == BundleFacts(
        sha256=hashlib.sha256(file.getvalue()).hexdigest(),
        bytes=len(file.getvalue()),
        files=3,
        flavour="sklearn",
        title="A quiet model",
        baseline="logistic",
        card=CARD,
        loader=Loader.SKLEARN,
    )


def test_a_path_is_read_like_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(pack().getvalue())

    assert inspect_bundle(path) == inspect_bundle(pack())
    assert [p.name for p in tmp_path.iterdir()] == ["bundle.zip"]


@pytest.mark.parametrize(
    ("card", "title"),
    [
        (None, ""),
        ("# Just a text", ""),
        ("", ""),
        ("---\n---\n", ""),
        ("---\ntitle: 2024\n---", "2024"),
        ("\ufeff---\ntitle: Café\n---", "Café"),
    ],
    ids=["none", "no-front-matter", "empty", "empty-front", "a-number", "with-mark"],
)
def test_a_thin_card_stops_no_first_score(card: str | None, title: str) -> None:
    facts = inspect_bundle(pack(card=card))

    assert facts.title == title
    assert facts.baseline is None


@pytest.mark.parametrize(
    "card",
    [
        "---\ntitle: no end\n",
        "---\ntitle: [\n---",
        "---\n- a list\n---",
        "---\ntitle: {a: b}\n---",
        "---\ntitle: " + "long " * 60 + "\n---",
        "---\na: " + "[" * 5000 + "\n---",
        "x" * 300_000,
        "# A text with a \0",
    ],
    ids=["no-end", "no-yaml", "list", "no-text", "long-title", "deep", "large", "nul"],
)
def test_a_broken_card_is_refused(card: str) -> None:
    assert slug_of(pack(card=card)) == "card-unreadable"


def test_a_card_that_is_no_yaml_is_refused_with_its_line_and_what_is_wrong() -> None:
    with pytest.raises(BundleRefusedError) as caught:
        inspect_bundle(pack(card="---\ntitle: Trees\nlimits: few: none\n---\n"))

    told = "at line 3: mapping values are not allowed here."
    assert told in caught.value.message


@pytest.mark.parametrize(
    "title",
    [r"\ud800", r"\0", r"\e[31mred", r"\u202Edetrever", r"in\u200Bvisible"],
    ids=["surrogate", "nul", "terminal", "direction", "no-width"],
)
def test_a_title_that_hides_something_is_refused_and_told_what(title: str) -> None:
    with pytest.raises(BundleRefusedError) as caught:
        inspect_bundle(pack(card=f'---\ntitle: "{title}"\n---'))

    assert caught.value.slug == "card-unreadable"
    assert re.search(r"U\+[0-9A-F]{4}", caught.value.message)
    assert "visible characters" in caught.value.hint


def test_a_title_over_two_lines_becomes_one() -> None:
    card = "---\ntitle: |\n  A quiet\n  model\n---"

    assert inspect_bundle(pack(card=card)).title == "A quiet model"


@pytest.mark.parametrize(
    "baseline", ["Logistic", "my model", "-x", "2nd", "a" * 65, '"a\\n"b', "é", "a/b"]
)
def test_a_baseline_that_is_no_slug_is_refused(baseline: str) -> None:
    card = f"---\nbaseline: {baseline}\n---"

    assert slug_of(pack(card=card)) == "card-unreadable"


def test_a_baseline_may_be_as_long_as_a_slug() -> None:
    card = f"---\nbaseline: {'a' * 64}\n---"

    assert inspect_bundle(pack(card=card)).baseline == "a" * 64


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["MLmodel", "CARD.md", "code/x.py"])
def test_an_entry_packed_otherwise_than_zips_commonly_are_is_refused(
    name: str, method: int
) -> None:
    """Python unpacks these to the end, whatever size they say they have."""
    texts = {"MLmodel": ML_MODEL, "CARD.md": CARD, "code/x.py": ""}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each, text in texts.items():
            kind = method if each == name else zipfile.ZIP_STORED
            archive.writestr(each, text, compress_type=kind)

    assert slug_of(file) == "compression-unsupported"


def test_a_zip_over_the_limit_is_refused() -> None:
    file = io.BytesIO(pack().getvalue() + bytes(MIB))

    assert slug_of(file, limit_mib=1) == "bundle-too-large"


def test_a_small_file_may_compress_well() -> None:
    assert inspect_bundle(pack(("zeros", bytes(MIB)))).files == 3


def test_a_bundle_without_a_model_is_told_where_it_lies() -> None:
    file = pack(("my model/MLmodel", ML_MODEL), model=None)

    with pytest.raises(BundleRefusedError) as caught:
        inspect_bundle(file)

    assert caught.value.slug == "model-missing"
    assert "'my model'" in caught.value.hint


def test_a_bundle_without_any_model_is_refused() -> None:
    assert slug_of(pack(model=None)) == "model-missing"


@pytest.mark.parametrize(
    ("model", "slug"),
    [
        ("flavors: {", "model-unreadable"),
        ("- a list", "model-unreadable"),
        ("", "model-unreadable"),
        ("flavors: none", "model-unreadable"),
        ("#" * (2 * MIB), "model-unreadable"),
        ("flavors: {sklearn: {}}", "flavour-unsupported"),
        ("flavors: {python_function: {}, xgboost: {}}", "flavour-unsupported"),
        ("flavors: {python_function: {}, onnx: {}}", "flavour-unsupported"),
    ],
)
def test_a_model_file_that_we_cannot_run_is_refused(model: str, slug: str) -> None:
    # Stored, since a run of one character is a bomb by itself.
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("MLmodel", model)

    assert slug_of(file) == slug


def test_a_model_file_makes_no_objects_and_expands_nothing() -> None:
    bomb = "n0: &n0 {x: y}\n" + "".join(
        f"n{n + 1}: &n{n + 1} {{<<: [{', '.join([f'*n{n}'] * 9)}]}}\n"
        for n in range(15)
    )
    aliases = "m0: &m0 {x: y}\n" + "".join(
        f"m{n + 1}: &m{n + 1} {{{', '.join(f'{k}: *m{n}' for k in range(9))}}}\n"
        for n in range(15)
    )
    tagged = "t: !!python/object/apply:os.system [exit 1]\n"

    for more in (bomb, aliases, tagged):
        assert inspect_bundle(pack(model=ML_MODEL + more)).flavour == "sklearn"


@pytest.mark.parametrize(
    ("flavours", "flavour"),
    [
        ("{python_function: {}}", "python_function"),
        ("{python_function: {}, lightgbm: {}}", "lightgbm"),
        ("{python_function: {}, sklearn: {}}", "sklearn"),
    ],
)
def test_the_most_particular_flavour_is_named(flavours: str, flavour: str) -> None:
    assert inspect_bundle(pack(model=f"flavors: {flavours}")).flavour == flavour


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\xed\xa0\x80"])
def test_a_card_that_is_no_text_is_refused(data: bytes) -> None:
    file = pack(("CARD.md", data), card=None)

    assert slug_of(file) == "card-unreadable"


def test_a_damaged_entry_is_refused() -> None:
    data = bytearray(pack(card=None).getvalue())
    data[45:60] = bytes(15)

    assert slug_of(io.BytesIO(bytes(data))) == "model-unreadable"
