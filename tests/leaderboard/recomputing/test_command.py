"""The command that a sceptic types: what it prints, writes and leaves with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard import Scorecard, rank
from leaderboard.__main__ import main
from leaderboard.disclosure.rounding import live_score
from leaderboard.errors import LanguageUnknownError
from leaderboard.recomputing.texts import texts_in

from .conftest import BRIEF, POLICY, board_toml, submissions

# The ladder keeps a team's first score until one is measurably better: s3 is not.
STANDING = {"all": ("s2", "s5", "s4"), "few": ("s6",)}


def recomputed(folder: Path, *options: str) -> list[dict]:
    place = folder.parent / "board.json"
    main([str(folder), "--json", str(place), *options])
    return json.loads(place.read_text())["rows"]


def served(folder: Path) -> None:
    """Publish what is recomputed."""
    (folder / "served.json").write_text(json.dumps({"rows": recomputed(folder)}))


def tamper(folder: Path, **values: object) -> None:
    place = folder / "served.json"
    board = json.loads(place.read_text())
    board["rows"][0].update(values)
    place.write_text(json.dumps(board))


@pytest.mark.parametrize("kind", ["folder", "scored"])
def test_predictions_and_scorecards_give_the_board_that_rank_gives(
    kind: str, request: pytest.FixtureRequest, cards: dict[str, Scorecard]
) -> None:
    rows = recomputed(request.getfixturevalue(kind))

    expected = [
        row
        for keys in STANDING.values()
        for row in rank({key: cards[key] for key in keys}, policy=POLICY).rows
    ]
    assert [row["key"] for row in rows] == [row.key for row in expected]
    for row, right in zip(rows, expected, strict=True):
        assert (row["place_low"], row["place_high"]) == (
            right.place_low,
            right.place_high,
        )
        assert row["exact"]["scaled_brier"] == right.score.value
        assert row["exact"]["scaled_brier_high"] == right.score.high
        assert row["scaled_brier"] == live_score(right.score).value
        assert (row["outside"], row["policy"]) == (right.outside, right.policy.state)


def test_what_is_recomputed_does_not_depend_on_the_order_of_the_rows(
    folder: Path,
) -> None:
    before = recomputed(folder)
    for name in ("rows", "predictions/s1", "predictions/s2", "predictions/s5"):
        reverse(folder / f"{name}.csv")
    for name in ("predictions/s3", "predictions/s4", "predictions/s6"):
        reverse(folder / f"{name}.csv")
    for source in ("all", "few"):
        reverse(folder / f"reference/{source}.csv")

    assert recomputed(folder) == before


def reverse(place: Path) -> None:
    lines = place.read_text().splitlines(keepends=True)
    head = 2 if lines[0].startswith("#") else 1
    place.write_text("".join([*lines[:head], *reversed(lines[head:])]))


def test_probabilities_with_more_digits_are_scored_as_the_service_scores_them(
    folder: Path,
) -> None:
    before = recomputed(folder)
    place = folder / "predictions/s1.csv"
    lines = place.read_text().split("\n")
    shifted = [lines[0], *(f"{float(line) + 4e-5!r}" for line in lines[1:-1]), ""]
    place.write_text("\n".join(shifted))

    assert recomputed(folder) == before


def test_every_submission_can_be_ranked_for_itself(scored: Path) -> None:
    served(scored)
    rows = recomputed(scored, "--all")

    assert {row["key"] for row in rows} == set(submissions())
    assert [row["submissions"] for row in rows if row["team"] == "Zwaluw"] == [3] * 3


def test_what_a_team_chose_comes_before_the_ladder_and_the_disqualified_are_out(
    scored: Path,
) -> None:
    place = scored / "board.toml"
    text = place.read_text()
    for key, counts in (("s1", "yes"), ("s2", "no")):
        text = text.replace(f'key = "{key}"', f'key = "{key}"\ncounts = "{counts}"')
    place.write_text(text)

    assert {row["key"] for row in recomputed(scored)} == {"s1", "s4", "s6"}


def test_scorecards_alone_are_teams_of_their_own(scored: Path) -> None:
    (scored / "board.toml").unlink()
    (scored / "brief.toml").unlink()

    assert {row["team"] for row in recomputed(scored)} == set(submissions())


def test_a_board_that_agrees_is_told_line_by_line_and_leaves_with_0(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(scored)
    capsys.readouterr()

    assert main([str(scored)]) == 0
    told = capsys.readouterr().out
    assert len(re.findall(r" agrees$", told, re.M)) == 4
    assert "Every line agrees with the published board: 4 of 4." in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"place_low": 7}, "Zwaluw: place_low is 1 here and 7 as published."),
        ({"scaled_brier": 0.9}, "and 0.9 as published."),
        ({"policy": "violates"}, "and violates as published."),
        ({"outside": "constant"}, "Zwaluw: outside is None here and constant"),
        ({"title": "Other"}, "Zwaluw: title is Model s5 here and Other"),
        ({"submissions": 2}, "Zwaluw: submissions is 3 here and 2"),
        ({"team": "Uil"}, "Uil: stands on the published board and not on this one."),
    ],
)
def test_another_board_than_the_published_one_is_told_and_leaves_with_1(
    scored: Path, capsys: pytest.CaptureFixture[str], change: dict, told: str
) -> None:
    served(scored)
    tamper(scored, **change)
    capsys.readouterr()

    assert main([str(scored)]) == 1
    assert told in capsys.readouterr().out


def test_lines_that_were_published_in_another_order_differ(scored: Path) -> None:
    served(scored)
    place = scored / "served.json"
    rows = json.loads(place.read_text())["rows"]
    place.write_text(json.dumps({"rows": [rows[1], rows[0], *rows[2:]]}))

    assert main([str(scored)]) == 1


def test_predictions_that_were_changed_show(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served(folder)
    place = folder / "predictions/s6.csv"
    lines = place.read_text().split("\n")
    place.write_text("\n".join([lines[0], *["0.999"] * 30, *lines[31:]]))

    assert main([str(folder)]) == 1
    assert "Wulp: scaled_brier is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "Een dag"), ("en", "One day")],
)
def test_the_page_stands_alone_and_says_what_it_is(
    scored: Path, language: str, words: str
) -> None:
    served(scored)
    place = scored.parent / "board.html"
    main([str(scored), "--html", str(place), "--language", language])
    page = place.read_text("utf-8")

    assert words in page
    assert "Zwaluw" in page
    assert f'<html lang="{language}">' in page
    for sign in ("<script", "http://", "https://", "src=", "<link", "url(", "@import"):
        assert sign not in page


def test_a_title_of_somebody_else_is_data_on_a_page_and_in_a_terminal(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = board_toml().replace('"Zwaluw"', '"<b>\\u001b[31mZwaluw"')
    (scored / "board.toml").write_text(text)
    place = scored.parent / "board.html"
    main([str(scored), "--html", str(place)])

    assert "<b>\x1b" not in place.read_text("utf-8")
    assert "\x1b" not in capsys.readouterr().out


def test_a_policy_of_another_place_wins(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "other.toml"
    place.write_text(BRIEF.replace('policy = "gate"', 'policy = "report"'))

    rows = recomputed(folder, "--policy", str(place))

    assert {row["policy"] for row in rows} == {"undetermined"}


def test_scorecards_that_were_judged_otherwise_are_refused(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scored / "brief.toml").write_text(BRIEF.replace("0.15", "0.25"))

    assert main([str(scored)]) == 1
    assert "was judged under another policy" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_told(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(scored), "--html", str(scored / "no" / "board.html")]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("typed", [[], ["a", "b"], [".", "--language", "fr"]])
def test_a_command_typed_wrong_leaves_with_2(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(typed)
    assert left.value.code == 2


def test_help_has_an_example() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leaderboard", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "python -m leaderboard folder --policy brief.toml --html board.html" in told


def test_a_brief_without_reference_needs_no_reference_model(folder: Path) -> None:
    place = folder / "brief.toml"
    place.write_text(BRIEF.replace('reference = "logistic"\n', ""))
    for source in ("all", "few"):
        (folder / f"reference/{source}.csv").unlink()

    rows = recomputed(folder)

    assert [row["key"] for row in rows if row["sources"] == "few"] == ["s6"]


def test_a_board_without_policy_says_so(
    scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scored / "brief.toml").unlink()
    for place in (scored / "scorecards").iterdir():
        found = Scorecard.from_json(place.read_text())
        place.write_text(replace(found, policy=None).to_json())

    assert main([str(scored)]) == 0
    assert "no policy is set" in capsys.readouterr().out


def test_rows_that_visitors_do_not_get_yet_stay_exact(scored: Path) -> None:
    place = scored / "board.toml"
    place.write_text('rows = "final"\nphase = "jury"\n' + place.read_text())

    for row in recomputed(scored):
        assert row["scaled_brier"] == row["exact"]["scaled_brier"]


def test_a_closed_challenge_is_compared_with_more_digits(scored: Path) -> None:
    place = scored / "board.toml"
    place.write_text('phase = "closed"\n' + place.read_text())

    for row in recomputed(scored):
        assert row["scaled_brier"] == pytest.approx(
            row["exact"]["scaled_brier"], abs=5e-4
        )


def test_who_watches_sees_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    main([str(folder)])

    assert capsys.readouterr().err.endswith("\rScored 6 of 6.\n")


def test_the_schema_is_printed_and_nothing_else_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["version"]["const"] == 1


def test_there_are_texts_in_both_languages_with_equal_keys() -> None:
    assert texts_in("nl").keys() == texts_in("en").keys()
    with pytest.raises(LanguageUnknownError):
        texts_in("fr")
