"""A folder that is not what it should be gets one sentence that says where and why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.__main__ import main
from leaderboard.recomputing.served import COMPARED

Change = Callable[[str], str]


def line(number: int, text: str) -> Change:
    """Replace one line, counted from 1."""

    def change(before: str) -> str:
        lines = before.split("\n")
        lines[number - 1] = text
        return "\n".join(lines)

    return change


def swap(old: str, new: str) -> Change:
    def change(before: str) -> str:
        assert old in before
        return before.replace(old, new)

    return change


def becomes(text: str) -> Change:
    return lambda _: text


S1 = "predictions/s1.csv"
FULL = dict.fromkeys(COMPARED) | {"team": "a", "sources": "all"}
TABLE: dict[str, tuple[str, Change, str]] = {
    "a probability above one": (
        S1, line(5, "1.2"), r"s1\.csv, line 5, probability: '1\.2' is no probability"),
    "a probability below nothing": (S1, line(2, "-0.1"), r"line 2, .*'-0\.1'"),
    "not a number": (S1, line(3, "nan"), r"line 3, .*'nan' is no probability"),
    "an infinite one": (S1, line(3, "inf"), r"line 3, .*'inf' is no probability"),
    "a comma for a point": (S1, line(3, '"0,5"'), r"line 3, .*'0,5'"),
    "an empty place": (S1, line(3, '""'), r"line 3, .*'' is no probability"),
    "an empty line": (S1, line(3, ""), r"line 3: 0 values for 1 columns"),
    "two values in a row": (S1, line(4, "0.1,0.2"), r"line 4: 2 values for 1 columns"),
    "a row too many": (S1, lambda t: t + "0.5\n", r"s1\.csv: 1501 rows, .* has 1500"),
    "no header": (S1, line(1, "0.5"), r"s1\.csv: its columns are 0\.5"),
    "an empty file": (S1, becomes(""), r"s1\.csv: it is empty"),
    "an open quote": (S1, line(9, '"0.5'), r"s1\.csv, line \d+: no CSV"),
    "a label of two": ("rows.csv", swap("\nx,False,0,", "\nx,False,2,"),
        r"rows\.csv, line \d+, label: it is '2'. Give 0 or 1"),
    "no cluster column": ("rows.csv", swap("cluster", "buurt"),
        r"rows\.csv, cluster: it is missing"),
    "no column of an attribute": ("rows.csv", swap("home", "house"),
        r"rows\.csv, home: it is missing\. .* what the policy in the brief names"),
    "two columns of one name": ("rows.csv", swap("single", "home"),
        r"rows\.csv: column home occurs twice"),
    "rows without a cluster": ("rows.csv", lambda t: re.sub(r"buurt 7\b", "", t),
        r"rows\.csv: it cannot be scored: clusters hold \d+ rows without a label"),
    "one outcome": ("rows.csv", lambda t: re.sub(r",1,buurt", ",0,buurt", t),
        r"rows\.csv: it cannot be scored: All 1500 labels are 0"),
    "a reference that is short": ("reference/few.csv", line(1501, ""),
        r"reference/few\.csv, line 1501: 0 values"),
    "no TOML": ("board.toml", lambda t: t + "rows = ", r"board\.toml: no TOML: Inv"),
    "no submissions": ("board.toml", becomes("capacity = 0.1\nseed = 1\n"),
        r"board\.toml, submissions: it is missing"),
    "submissions that are none": ("board.toml", becomes("submissions = 3"),
        r"board\.toml, submissions: it is 3"),
    "a submission that is a text": ("board.toml", becomes('submissions = ["s1"]'),
        r"board\.toml, submissions\[1\]: it is 's1'"),
    "no seed": ("board.toml", swap("seed", "zaad"), r"board\.toml, seed: it is mi"),
    "a seed below nothing": ("board.toml", swap('"9223372036854775813"', "-1"),
        r"board\.toml, seed: it is -1"),
    "a capacity of everyone": ("board.toml", swap("capacity = 0.1", "capacity = 1.0"),
        r"board\.toml, capacity: it is 1\.0, and the brief says 0\.1"),
    "a capacity in words": ("board.toml", swap("capacity = 0.1", 'capacity = "all"'),
        r"board\.toml, capacity: it is 'all'"),
    "one replicate": ("board.toml", swap("replicates = 64", "replicates = 1"),
        r"board\.toml, replicates: it is 1\."),
    "a submission twice": ("board.toml", swap('key = "s2"', 'key = "s1"'),
        r"board\.toml, submissions\[2\]\.key: s1 stands there twice"),
    "a submission that half counts": ("board.toml",
        swap('key = "s2"', 'key = "s2"\ncounts = "half"'),
        r"submissions\[2\]\.counts: it is 'half'\. Give yes or no"),
    "a key that leads out": ("board.toml", swap('key = "s2"', 'key = "../s2"'),
        r"submissions\[2\]\.key: it is '\.\./s2'"),
    "no team": ("board.toml", swap('team = "Wulp"\n', ""),
        r"submissions\[6\]\.team: it is missing"),
    "a moment without zone": ("board.toml", swap("T10:00:00Z", "T10:00:00"),
        r"submissions\[1\]\.at: it is datetime"),
    "unknown rows": ("board.toml", lambda t: 'rows = "bord"\n' + t,
        r"board\.toml, rows: it is 'bord'\. Give one of practice, board"),
    "rows by number": ("board.toml", lambda t: "rows = 3\n" + t, r"rows: it is 3"),
    "a policy of words": ("brief.toml", swap("limit_gap = 0.15", 'limit_gap = "low"'),
        r"brief\.toml, policy\.limit_gap: it is 'low'\. Give a number"),
    "a limit out of bounds": ("brief.toml", swap("limit_gap = 0.15", "limit_gap = 2"),
        r"brief\.toml, policy\.limit_gap: it is 2"),
    "an attribute that may not gate": ("brief.toml", swap('"gate"', '"judge"'),
        r"brief\.toml, protected\[1\]\.policy: it is 'judge'\. Give gate or report"),
    "crossed names": ("brief.toml",
        swap("limit_gap = 0.15", 'limit_gap = 0.15\nintersections = ["home"]'),
        r"brief\.toml, policy\.intersections: it is \['home'\]"),
    "a key of the policy that is typed wrong": ("brief.toml",
        swap("limit_gap = 0.15", "limit_gaps = 0.15"),
        r"brief\.toml, policy\.limit_gaps: it is 0\.15\. The policy has no such key"),
    "a served page": ("served.json", becomes("<html>"), r"served\.json, line 1: no J"),
    "served nothing": ("served.json", becomes("[]"), r"served\.json: it holds no rows"),
    "served deep": ("served.json", becomes("[" * 100_000), r"served\.json: .*deep"),
    "a served row too little": ("served.json",
        becomes('{"rows": [{"team": "a", "sources": "all"}]}'),
        r"served\.json, rows\[1\]\.title: it is missing"),
    "a served row twice": ("served.json", lambda _: json.dumps({"rows": [FULL] * 2}),
        r"served\.json, rows\[2\]: a stands there twice"),
}  # fmt: skip


@pytest.mark.parametrize("fault", TABLE)
def test_a_malformed_file_is_refused_with_its_place_and_its_repair(
    folder: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    name, change, told = TABLE[fault]
    place = folder / name
    place.write_text(change(place.read_text() if place.exists() else ""))

    assert main([str(folder)]) == 1
    said = capsys.readouterr()
    assert re.search(told, said.err.replace("\n", " ")), said.err
    assert said.err.count("\n") == 2  # what happened, and what to do
    assert said.out == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("board.toml", "It says what was scored and in which order"),
        ("brief.toml", "--policy brief.toml"),
        ("predictions/s3.csv", "Give the predictions of each submission"),
        ("reference/few.csv", "The brief names a reference model"),
    ],
)
def test_a_missing_file_is_named_with_what_it_is_for(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    (folder / name).unlink()

    assert main([str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: there is no such file.")
    assert told in said


def test_a_folder_that_is_empty_or_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert "nothing to recompute" in capsys.readouterr().err
    (tmp_path / "scorecards").mkdir()
    assert main([str(tmp_path)]) == 1
    assert "scorecards: it holds no scorecard" in capsys.readouterr().err
    assert main([str(tmp_path / "none")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


def test_bytes_that_are_no_text_and_a_folder_in_place_of_a_file_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rows.csv").write_bytes(b"label\n\xff\n")
    assert main([str(folder)]) == 1
    assert "rows.csv: byte 6 is not UTF-8" in capsys.readouterr().err
    (folder / "rows.csv").unlink()
    (folder / "rows.csv").mkdir()
    assert main([str(folder)]) == 1
    assert "rows.csv: it cannot be read (Is a directory)" in capsys.readouterr().err


def test_a_scorecard_that_is_none_is_refused(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scored / "scorecards/s4.json").write_text('{"version": 9}')

    assert main([str(scored)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("scorecards/s4.json: no scorecard: its version is 9.")


def test_scorecards_without_replicates_cannot_be_ranked(
    scored: Path, cards: dict, capsys: pytest.CaptureFixture[str]
) -> None:
    card = cards["s2"].without_replicates()
    (scored / "scorecards/s2.json").write_text(card.to_json())

    assert main([str(scored)]) == 1
    assert "has no replicates in common" in capsys.readouterr().err


def test_a_mark_at_the_head_of_a_file_is_no_fault(folder: Path) -> None:
    place = folder / "brief.toml"
    place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes())

    assert main([str(folder)]) == 0
