"""Adding people at the command line: one, a list at once, with tokens or on paper."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def names(run: Run, role: str = "team") -> list[str]:
    return [one["name"] for one in json.loads(run(role, "list", "--json").stdout)]


def invited(run: Run) -> list[dict[str, object]]:
    return json.loads(run("invitation", "list", "--json").stdout)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "teams.csv"
    path.write_bytes("Naam;bronnen\r\nZwaluw\r\nFrühling;all\r\n".encode("cp1252"))
    return path


def test_a_list_gets_a_token_each_as_csv_that_is_printed_once(
    run: Run, sheet: Path
) -> None:
    done = run("team", "add", "--csv", sheet, "--yes")
    assert done.exit_code == 0
    head, *rows = csv.reader(done.stdout.splitlines())
    assert head == ["name", "token"]
    assert [name for name, _ in rows] == ["Zwaluw", "Frühling"]
    assert all(token.startswith("kansrijk_") for _, token in rows)
    assert "kansrijk_" not in done.stderr
    assert names(run) == ["Frühling", "Zwaluw"]


def test_every_wrong_line_is_told_with_its_number_and_nobody_is_added(
    run: Run, tmp_path: Path
) -> None:
    run("juror", "add", "Kievit")
    path = tmp_path / "teams.csv"
    path.write_text("name,sources\nGrutto\n,all\ngrutto\nWulp,none\nKievit\nA,b,c\n")
    done = run("team", "add", "--csv", path, "--yes")
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.findall(r"teams\.csv:(\d)", done.stderr) == ["3", "4", "5", "6", "7"]
    assert "5 faults found" in done.stderr
    assert "there is a juror called Kievit already. Choose another" in done.stderr
    assert names(run) == []


def test_a_list_is_shown_and_nobody_is_added_before_somebody_says_yes(
    run: Run, sheet: Path
) -> None:
    done = run("team", "add", "--csv", sheet)
    assert done.exit_code == 1
    assert "Frühling" in done.stderr
    assert "Add `--yes` where a script adds people." in done.stderr
    assert names(run) == []


def test_a_name_and_a_list_are_one_too_many_and_neither_is_one_too_few(
    run: Run, sheet: Path
) -> None:
    assert run("team", "add", "Grutto", "--csv", sheet).exit_code == 2
    assert run("team", "add").exit_code == 2
    assert run("team", "add", "--csv", sheet.with_name("none.csv")).exit_code == 2


# CSS has no name for A6.
@pytest.mark.parametrize(("paper", "size"), [("a4", "A4"), ("a6", "105mm 148mm")])
def test_cards_are_one_file_that_loads_nothing_and_only_its_owner_reads(
    run: Run, tmp_path: Path, paper: str, size: str
) -> None:
    path, cards = tmp_path / "jurors.csv", tmp_path / "cards.html"
    path.write_text("Kievit\nIJsvogel\n")
    words = ("juror", "add", "--csv", path, "--yes", "--cards", cards)
    done = run(*words, "--site", "https://kansrijk.example/", "--paper", paper)
    assert done.exit_code == 0, done.stderr
    html = cards.read_text("utf-8")
    codes = re.findall(r"https://kansrijk\.example/invitation/([0-9A-Z-]{19})<", html)
    assert len(set(codes)) == 2
    assert html.count('class="qr"') == 2
    assert f"@page {{ size: {size};" in html
    assert not re.search(r"<(link|script|img)\b|url\(|@import", html)
    assert "Niet voor besluiten over een gezin" in html
    assert stat.S_IMODE(cards.stat().st_mode) == 0o600
    assert not any(code in done.output for code in codes)
    assert [one["name"] for one in invited(run)] == ["Kievit", "IJsvogel"]
    assert list(tmp_path.glob("*.part")) == []


def test_cards_that_cannot_be_written_invite_nobody(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.html"
    kept.write_text("mine")
    for cards in (kept, tmp_path / "nowhere/cards.html"):
        done = run("juror", "add", "Kievit", "--cards", cards)
        assert done.exit_code == 1
        assert "Traceback" not in done.output
    assert kept.read_text() == "mine"
    assert "--site" in run("juror", "add", "Kievit", "--invite", "--site", "x").stderr
    assert invited(run) == []


def test_what_lay_where_cards_are_written_is_neither_followed_nor_trusted(
    run: Run, tmp_path: Path
) -> None:
    cards, theirs = tmp_path / "cards.html", tmp_path / "theirs.html"
    theirs.write_text("theirs")
    (tmp_path / "cards.html.part").symlink_to(theirs)
    cards.symlink_to(tmp_path / "nowhere.html")
    assert run("juror", "add", "Kievit", "--cards", cards).exit_code == 0
    assert theirs.read_text() == "theirs"
    assert not (tmp_path / "nowhere.html").exists()
    assert not cards.is_symlink()
    assert stat.S_IMODE(cards.stat().st_mode) == 0o600


def test_one_name_is_a_name_and_no_line_of_a_list(run: Run) -> None:
    for role, name in (("juror", "Jansen, Piet"), ("team", "Team"), ("team", "A;all")):
        done = run(role, "add", name, "--invite", "--json")
        assert done.exit_code == 0, done.output
        assert [one["name"] for one in json.loads(done.stdout)] == [name]
    nameless = run("team", "add", " ", "--invite")
    assert (nameless.exit_code, nameless.stdout) == (1, "")
    assert "Traceback" not in nameless.output
    taken = run("team", "add", "team", "--invite")
    assert (taken.exit_code, "open invitation" in taken.stderr) == (1, True)
    assert len(invited(run)) == 3


def test_who_is_no_team_is_barred_and_let_in_again_with_a_reason(run: Run) -> None:
    words = ("Kievit", "--by", "Wulp", "--reason", "Their card was found.")
    run("juror", "add", "Kievit")
    for command, barred in (("bar", "Their card was found."), ("readmit", None)):
        assert run("juror", command, *words).exit_code == 0
        [juror] = json.loads(run("juror", "list", "--json").stdout)
        assert juror["barred"] == barred
    told = json.loads(run("audit", "--who", "wulp", "--json").stdout)
    acts = [one["action"] for one in told["entries"]]
    assert acts == ["readmit juror", "bar juror"]
    assert run("partner", "bar", *words).exit_code == 1
    # A team keeps looking: what it may not do is compete.
    assert run("team", "bar", *words).exit_code == 2


def test_a_link_that_works_on_this_machine_alone_is_told(
    run: Run, tmp_path: Path
) -> None:
    done = run("team", "add", "Grutto", "--cards", tmp_path / "cards.html")
    assert "on this machine alone" in done.stderr


def test_an_invitation_is_listed_renewed_withdrawn_and_made_for_who_is_in(
    run: Run, tmp_path: Path
) -> None:
    first = run("team", "add", "Grutto", "--invite", "--days", 2)
    [[name, link, _]] = list(csv.reader(first.stdout.splitlines()))[1:]
    assert (name, "/invitation/" in link) == ("Grutto", True)
    [known] = invited(run)
    renewed = run("invitation", "renew", known["id"], "--by", "Wulp", "--json")
    [made] = json.loads(renewed.stdout)
    assert made["link"] != link
    [again] = invited(run)
    assert run("invitation", "revoke", again["id"], "--by", "Wulp").exit_code == 0
    assert invited(run) == []
    gone = run("invitation", "renew", again["id"], "--by", "Wulp")
    assert (gone.exit_code, "open invitation" in gone.stderr) == (1, True)
    run("team", "add", "Zwaluw")
    back = run("invitation", "back", "zwaluw", "--by", "Wulp")
    assert "Zwaluw" in back.stdout
    assert [one["is_back"] for one in invited(run)] == [True]
    assert run("invitation", "back", "Nobody", "--by", "Wulp").exit_code == 1
    assert "Works until" in run("invitation", "list").stderr


def test_a_list_as_json_tells_what_each_role_has(run: Run) -> None:
    run("team", "add", "Grutto")
    run("juror", "add", "Kievit")
    [team] = json.loads(run("team", "list", "--json").stdout)
    [juror] = json.loads(run("juror", "list", "--json").stdout)
    assert (team["sources"], team["barred"], team["downloads"]) == ("all", None, 0)
    assert (juror["chairs"], "sources" in juror) == (False, False)
    one = json.loads(run("partner", "add", "Wulp", "--json").stdout)
    assert one["token"].startswith("kansrijk_")
