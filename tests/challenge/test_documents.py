"""Files that nobody writes by hand are refused at once, and never make a check hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenge.brief.mechanism import Mechanism
from challenge.errors import ContentRefusedError
from challenge.schema import faults_of, read_toml, read_yaml
from challenge.schema.lines import toml_lines

DIGITS = "9" * 5000
HUGE = "0x" + "f" * 5000


def refused(folder: Path, name: str, text: str) -> tuple[str, str, int | None]:
    path = folder / name
    path.write_text(text, "utf-8")
    with pytest.raises(ContentRefusedError) as caught:
        (read_toml if name.endswith("toml") else read_yaml)(path)
    (fault,) = caught.value.faults
    assert fault.file == name
    assert fault.repair
    assert len(str(fault)) < 1000
    return fault.slug, fault.key, fault.line


@pytest.mark.parametrize(
    ("name", "text", "slug", "key", "line"),
    [
        ("a.toml", f"a = 1\n[b]\nc = {DIGITS}\n", "number-too-long", "b.c", 3),
        ("a.toml", f"a = 1\n[b]\nc = {HUGE}\n", "number-too-long", "b.c", 3),
        ("a.toml", "a" + ".a" * 2000 + " = 1\n", "nesting-too-deep", "a.a.a", 1),
        ("a.toml", "[a" + ".a" * 2000 + "]\n", "nesting-too-deep", "a.a.a", 1),
        ("a.toml", f"a = {'[' * 3000}", "syntax", "(the whole file)", None),
        ("a.toml", 'a = "\\u001b[2J"\n', "text-unprintable", "a", 1),
        ("a.yaml", f"b: 1\na: {'[' * 60}{']' * 60}\n", "nesting-too-deep", "a.1.1", 2),
        ("a.yaml", f"a: {'[' * 3000}", "syntax", "(the whole file)", None),
        ("a.yaml", 'a: 1\n"\\ud800": 2\n', "text-unprintable", "(the whole file)", 1),
        ("a.yaml", "a: !!set {b, c}\n", "syntax", "(the whole file)", 1),
        ("a.yaml", "a: " + "x" * 2**20, "file-too-large", "(the whole file)", None),
    ],
    ids=[
        "digits", "hexadecimal", "dotted key", "header", "lists", "terminal",
        "deep lists", "deeper lists", "half a character", "set", "large",
    ],
)  # fmt: skip
def test_what_is_too_long_too_deep_or_no_text_is_a_fault_at_its_place(
    tmp_path: Path, name: str, text: str, slug: str, key: str, line: int | None
) -> None:
    assert refused(tmp_path, name, text) == (slug, key, line)


@pytest.mark.parametrize(
    "scalar",
    [
        DIGITS, HUGE, "2026-02-30", "!!int x", "!!float ''", "!!bool x",
        "1" + ":1" * 50_000, "1" + ":59" * 300 + ".5", "!!timestamp x",
    ],
    ids=[
        "digits", "hexadecimal", "date", "int", "float", "bool",
        "sixties", "fraction", "timestamp",
    ],
)  # fmt: skip
def test_a_scalar_that_is_no_number_or_date_stays_a_text(
    tmp_path: Path, scalar: str
) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {scalar}\n? {scalar}\n: b\n", "utf-8")
    data = read_yaml(tmp_path / "a.yaml").data
    assert isinstance(data["a"], str)
    assert all(isinstance(key, str) for key in data)


def test_headers_are_found_whatever_stands_after_them() -> None:
    text = "[ a . b ]  # why\nc = 1\n[[d]]\ne = 1\n[[d]]\nx = [\n[" + " " * 200_000
    lines = toml_lines(text)
    assert lines[("a", "b", "c")] == 2
    assert lines[("d", 0, "e")] == 4
    assert lines[("d", 1, "x")] == 6


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_toml(tmp_path / "a.toml").data == {"a": 1}


def test_a_value_that_is_none_of_several_kinds_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "mechanism.toml"
    path.write_text(
        '[[effects]]\ncolumn = "a"\nequals = 1e300\nvalue = 1\nspread = 0\n', "utf-8"
    )
    document = read_toml(path)
    with pytest.raises(ValueError, match="effects") as caught:
        Mechanism.model_validate(document.data)
    (fault,) = faults_of(document, caught.value, Mechanism)  # type: ignore[arg-type]
    assert (fault.key, fault.slug) == ("effects.a.equals", "value-invalid")
