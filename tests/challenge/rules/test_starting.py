"""`challenge init` gives a challenge that works at once, or nothing."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import pytest

from challenge.brief import check, read_brief
from challenge.brief.organiser import read_organiser
from challenge.errors import FolderRefusedError, RequestRefusedError
from challenge.rules.starting import quickstart, start
from challenge.rules.starting_texts import FIRST_LINES, HINTS, TRANSLATE

from ...factories import QUICKSTART
from ...test_wording import lint

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A challenge that was just started."""
    folder = tmp_path / "datasets" / "my-first"
    folder.parent.mkdir()
    start(folder, title='Onze "eerste" \\ proef', today=TODAY)
    return folder


def test_a_new_challenge_passes_its_check_under_its_own_name(started: Path) -> None:
    assert check(started).faults == ()
    brief = read_brief(started)
    assert brief.slug == "my-first"
    assert brief.title.nl == brief.title.en == 'Onze "eerste" \\ proef'
    assert brief.question == read_brief(QUICKSTART).question


def test_it_holds_every_file_and_nothing_half_written(started: Path) -> None:
    found = {p.relative_to(started.parent).as_posix() for p in started.rglob("*.*")}
    assert found == {
        "my-first/README.md",
        "my-first/DATASHEET.md",
        "my-first/brief.toml",
        "my-first/mechanism.toml",
        "my-first/partners/parents.yaml",
    }
    assert [p.name for p in started.parent.iterdir()] == ["my-first"]


def test_it_declares_what_the_quickstart_declares(started: Path) -> None:
    assert read_brief(started).partners == read_brief(QUICKSTART).partners
    for name in ("mechanism.toml", "brief.toml"):
        mine, theirs = (
            tomllib.loads((folder / name).read_text("utf-8"))
            for folder in (started, QUICKSTART)
        )
        assert {**mine, "slug": "", "title": ""} == {**theirs, "slug": "", "title": ""}


def test_comments_say_what_to_change_in_every_file(started: Path) -> None:
    for name, hints in HINTS.items():
        text = (started / name).read_text("utf-8")
        assert text.startswith(FIRST_LINES[name])
        assert not text.removeprefix(FIRST_LINES[name]).startswith("\n# event")
        for anchor, comment in hints.items():
            before, found, _ = text.partition(f"\n{anchor}\n")
            assert found, f"{name} has no line {anchor}"
            assert before.endswith(f"# {comment}")


def test_the_readme_names_the_next_commands_and_no_place_on_this_machine(
    started: Path,
) -> None:
    text = (started / "README.md").read_text("utf-8")
    for command in ("check datasets/my-first", "build my-first", "publish my-first/1"):
        assert f"challenge {command}" in text
    for path in started.rglob("*.*"):
        assert str(started.parent) not in path.read_text("utf-8")


def test_no_text_of_it_uses_a_forbidden_word(started: Path) -> None:
    for path in started.rglob("*.*"):
        assert not list(lint(path.name, path.read_text("utf-8")))


def test_its_datasheet_is_dated_and_can_be_read(started: Path) -> None:
    own = read_organiser(started)
    assert own.date == TODAY
    assert list(own.parts) == ["Motivation", "Uses", "Limits"]


def test_without_a_title_the_name_is_the_title(tmp_path: Path) -> None:
    start(tmp_path / "my-2nd-try", today=TODAY)
    assert read_brief(tmp_path / "my-2nd-try").title.en == "My 2nd try"


@pytest.mark.parametrize(
    ("option", "title"),
    [
        *(("--title", ""), ("--title", " "), ("--title", "Een\x07dag")),
        *(("--title", "Een\ndag"), ("--title", "Een\u2028dag"), ("--title", "x" * 201)),
        *(("--title-nl", ""), ("--title-nl", "Een\u202edag")),
    ],
    ids=ascii,
)
def test_a_title_that_is_no_line_to_read_is_refused_by_its_option(
    tmp_path: Path, option: str, title: str
) -> None:
    given = {option.lstrip("-").replace("-", "_"): title}
    with pytest.raises(RequestRefusedError, match=f"^{option}: it has ") as refused:
        start(tmp_path / "mine", today=TODAY, **given)
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_licence_to_fill_in_allows_nothing_that_the_terms_forbid(
    started: Path,
) -> None:
    """The terms say not to pass files on; the example once was CC BY."""
    text = (started / "DATASHEET.md").read_text("utf-8")
    assert "creativecommons" not in text
    before, _, _ = text.partition("# licence:")
    assert before.endswith("no licence here may say that they can.\n")


def test_the_dutch_title_is_asked_for_until_it_is_given(tmp_path: Path) -> None:
    start(tmp_path / "one", title="Our day", today=TODAY)
    start(tmp_path / "two", title="Our day", title_nl="Onze dag", today=TODAY)
    one, two = (tmp_path / name / "brief.toml" for name in ("one", "two"))
    assert read_brief(one.parent).title.nl == "Our day"
    assert f"# {TRANSLATE}\n" in one.read_text("utf-8")
    assert read_brief(two.parent).title.nl == "Onze dag"
    assert read_brief(two.parent).title.en == "Our day"
    assert TRANSLATE not in two.read_text("utf-8")


def test_the_readme_of_a_challenge_elsewhere_says_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "else where" / "mine"
    folder.parent.mkdir()
    start(folder, today=TODAY)
    text = (folder / "README.md").read_text("utf-8")
    assert "export CHALLENGE_CONTENT='else where'\n" in text
    assert "challenge check 'else where'/mine\n" in text
    assert str(tmp_path) not in text


def test_a_folder_inside_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="There is no folder") as refused:
        start(tmp_path / "missing" / "mine", today=TODAY)
    assert "Make that folder first" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_become_a_challenge(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    start(folder, today=TODAY)
    assert check(folder).faults == ()


@pytest.mark.parametrize(
    "name", ["My-First", "my_first", "-first", "eerste!", "é", "a b", "a\nb"]
)
def test_a_name_that_no_challenge_can_have_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(FolderRefusedError, match="name") as refused:
        start(tmp_path / name, today=TODAY)
    assert "small letters" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "taken" / "notes.txt"
    kept.parent.mkdir()
    kept.write_text("mine", "utf-8")
    with pytest.raises(FolderRefusedError, match="already"):
        start(kept.parent, today=TODAY)
    assert [p.name for p in tmp_path.rglob("*")] == ["taken", "notes.txt"]


def test_a_file_is_not_a_place_for_a_challenge(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", "utf-8")
    with pytest.raises(FolderRefusedError, match="already"):
        start(tmp_path / "taken", today=TODAY)
    with pytest.raises(FolderRefusedError, match="cannot be written"):
        start(tmp_path / "taken" / "below", today=TODAY)


def test_the_quickstart_of_a_checkout_is_the_one_beside_the_packages() -> None:
    assert quickstart().resolve() == QUICKSTART.resolve()
