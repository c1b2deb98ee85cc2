"""Coming in on a team's machine: with a token, or with the link of an invitation."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from challenge.client.visitor import Visitor
from challenge.errors import ServerUnreachableError
from challenge.records import Role
from challenge.rules.inviting import Guest
from challenge.rules.tokens import find_token

from ..web.entrance import now
from .conftest import Drawer, Run, Site


def kept_in(machine: Path) -> Path:
    return machine / "config/kansrijk/login.json"


def test_a_token_is_checked_kept_and_used(site: Site, run: Run, machine: Path) -> None:
    token = site.add("Grutto")
    came = run("login", f"{site.url}/start", "--token", "-", typed=f"{token}\n")
    assert came.exit_code == 0, came.stderr
    assert f"You are the team Grutto at {site.url}." in came.stderr
    assert "only you can read" in came.stderr
    assert token not in came.output
    assert stat.S_IMODE(kept_in(machine).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept_in(machine).parent.stat().st_mode) == 0o700
    assert [place.name for place in kept_in(machine).parent.iterdir()] == ["login.json"]
    listed = run("status", "--json")
    assert json.loads(listed.stdout) == []


def test_a_token_that_nobody_has_is_not_kept(
    site: Site, run: Run, machine: Path
) -> None:
    came = run("login", site.url, "--token", "-", typed="kansrijk_wrong\n")
    assert came.exit_code == 1
    assert "Copy the whole token" in came.stderr
    assert not kept_in(machine).exists()


def test_no_token_at_all_is_not_kept(site: Site, run: Run, machine: Path) -> None:
    came = run("login", site.url, "--token", "-", typed="\n")
    assert came.exit_code == 1
    assert "no token" in came.stderr
    assert not kept_in(machine).exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--token", "kansrijk_secret"), "history"),
        ((), "--token"),
    ],
    ids=["typed", "no terminal"],
)
def test_a_token_is_never_typed_where_it_stays(run: Run, words, told: str) -> None:
    came = run("login", "http://127.0.0.1:9", *words)
    assert came.exit_code == 2
    assert told in came.stderr


def test_an_address_without_a_protocol_is_told_before_a_token_is_asked(
    run: Run,
) -> None:
    came = run("login", "kansrijk.example", "--token", "-", typed="t\n")
    assert came.exit_code == 1
    assert "has no protocol. " in came.stderr.replace("\n", " ")


def test_an_invitation_is_told_redeemed_once_and_its_token_kept(
    site: Site, run: Run, machine: Path
) -> None:
    link = site.link(Guest(Role.TEAM, "Kievit"))
    came = run("login", link, "--json")
    again = run("login", link)
    assert came.exit_code == 0, came.stderr
    assert "an invitation for Kievit" in came.stderr
    told = json.loads(came.stdout)
    assert told == {
        "url": site.url,
        "name": "Kievit",
        "role": "team",
        "kept": str(kept_in(machine)),
    }
    assert again.exit_code == 1
    assert "it works once" in again.stderr
    assert json.loads(run("status", "--json").stdout) == []


def test_a_name_is_given_where_the_invitation_has_none(site: Site, run: Run) -> None:
    site.add("Grutto")
    link = site.link(Guest(Role.TEAM))
    unnamed = run("login", link)
    taken = run("login", link, "--name", "grutto")
    came = run("login", link, "--name", "De Polder", "--json")
    assert [unnamed.exit_code, taken.exit_code, came.exit_code] == [2, 1, 0]
    assert "--name" in unnamed.stderr
    assert "name:" in taken.stderr
    assert json.loads(came.stdout)["name"] == "De Polder"


def test_a_jurors_invitation_stays_open_for_the_browser(site: Site, run: Run) -> None:
    link = site.link(Guest(Role.JUROR, "Bewoner"))
    came = run("login", link)
    assert came.exit_code == 1
    assert "it is for a juror, who comes in with a browser" in came.stderr
    assert "Open the link in a browser" in came.stderr


def test_a_token_that_cannot_be_kept_is_shown_rather_than_lost(
    site: Site, run: Run, machine: Path
) -> None:
    (machine / "config").touch()  # where a folder should be
    came = run("login", site.link(Guest(Role.TEAM, "Fitis")))
    assert came.exit_code == 1
    assert str(machine / "config") in came.stderr
    with site.desk.database.read() as unit:
        assert find_token(unit, came.stdout.strip())[0].name == "Fitis"


def test_what_is_set_comes_before_what_was_kept(site: Site, run: Run) -> None:
    own, other = site.add("Grutto"), site.add("Wulp")
    env = {"CHALLENGE_TOKEN": other}
    came = run("login", site.url, "--token", "-", typed=own, **env)
    assert "CHALLENGE_TOKEN is set and comes first" in came.stderr
    looked = json.loads(run("doctor", "--json", **env).stdout)
    assert {f["name"]: f["told"] for f in looked}["who"] == "You are the team Wulp."
    wrong = run("status", CHALLENGE_TOKEN="kansrijk_wrong")
    assert wrong.exit_code == 1
    assert "It was read from CHALLENGE_TOKEN" in wrong.stderr


def test_a_kept_token_goes_to_no_other_server(site: Site, run: Run) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    asked = run("status", CHALLENGE_URL=elsewhere)
    assert asked.exit_code == 1
    assert "This needs a valid token." in asked.stderr
    assert f"challenge login {elsewhere}" in asked.stderr


def test_a_token_that_was_ended_is_told_with_the_way_back(site: Site, run: Run) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    with site.desk.database.begin() as unit:
        person = unit.people.named(Role.TEAM, "Grutto")
        unit.tokens.revoke_all(person, now=now())
    asked = run("status")
    assert asked.exit_code == 1
    assert f"challenge login {site.url}" in asked.stderr


def test_the_keyring_has_the_token_and_the_file_has_not(
    site: Site, run: Run, machine: Path, drawer: Drawer
) -> None:
    token = site.add("Grutto")
    came = run("login", site.url, "--token", "-", typed=token)
    assert "the keyring of this machine" in came.stderr
    assert drawer.kept == {("kansrijk", site.url): token}
    assert token not in kept_in(machine).read_text()
    assert run("status", "--json").exit_code == 0


def test_a_keyring_that_is_locked_is_told_with_a_way_around(
    site: Site, run: Run, drawer: Drawer
) -> None:
    token = site.add("Grutto")
    run("login", site.url, "--token", "-", typed=token)
    drawer.is_locked = True
    locked = run("status")
    assert locked.exit_code == 1
    assert "does not give your token: Prompt dismissed." in locked.stderr
    assert f"challenge login {site.url} --no-keyring" in locked.stderr
    again = run("login", site.url, "--token", "-", typed=token)
    assert "which only you can read" in again.stderr
    assert run("status").exit_code == 0


def test_a_file_that_others_can_read_is_refused_with_its_repair(
    site: Site, run: Run, machine: Path
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    place = kept_in(machine)
    place.chmod(0o640)
    refused = run("status")
    assert refused.exit_code == 1
    assert f"Others on this machine can read your token in {place}." in refused.stderr
    assert f"chmod 600 {place}" in refused.stderr
    place.chmod(0o600)
    assert run("status").exit_code == 0


def test_a_file_that_is_damaged_is_named_and_logging_out_removes_it(
    site: Site, run: Run, machine: Path
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    kept_in(machine).write_text("{")
    damaged = run("board")
    assert "challenge logout" in damaged.stderr
    assert run("logout").exit_code == 0
    assert not kept_in(machine).exists()


def test_logging_out_forgets_the_token_wherever_it_is(
    site: Site, run: Run, machine: Path, drawer: Drawer
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    out = run("logout")
    assert f"Grutto is logged out of {site.url}." in out.stderr
    assert f"{site.url}/account" in out.stderr
    assert drawer.kept == {}
    assert json.loads(run("logout", "--json").stdout) is None


def test_a_keyring_that_is_broken_off_leaves_the_token_in_the_file(
    site: Site, run: Run, machine: Path, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invitation works once: its token is on disk before a keyring asks anything."""
    on_disk: list[str] = []

    def ask(*_: str) -> None:
        on_disk.append(json.loads(kept_in(machine).read_text())["token"])
        raise KeyboardInterrupt

    monkeypatch.setattr(drawer, "set_password", ask)
    came = run("login", site.link(Guest(Role.TEAM, "Roerdomp")))
    assert came.exit_code == 0, came.stderr
    assert "which only you can read" in came.stderr
    with site.desk.database.read() as unit:
        assert find_token(unit, on_disk[0])[0].name == "Roerdomp"
    assert run("status", "--json").exit_code == 0


@pytest.mark.parametrize(
    ("name", "lost", "code"),
    [
        ("Porseleinhoen", ServerUnreachableError("http://there", reason="gone"), 1),
        ("Waterral", KeyboardInterrupt(), 130),
    ],
    ids=["line", "Ctrl-C"],
)
def test_an_invitation_whose_answer_is_lost_says_how_to_come_in_after_all(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch, name: str, lost, code: int
) -> None:
    redeem = Visitor.join

    def hang_up(self: Visitor, code: str, *, name: str = "") -> None:
        redeem(self, code, name=name)
        raise lost

    monkeypatch.setattr(Visitor, "join", hang_up)
    came = run("login", site.link(Guest(Role.TEAM)), "--name", name)
    told = " ".join(came.stderr.split())
    assert came.exit_code == code
    assert "Type the same command again" in told
    assert f'challenge invitation back "{name}"' in told


def test_logging_in_elsewhere_leaves_no_token_in_the_keyring(
    site: Site, run: Run, drawer: Drawer
) -> None:
    run("login", site.url, "--token", "-", typed=site.add("Grutto"))
    elsewhere = site.url.replace("127.0.0.1", "localhost")
    own = site.add("Wulp")
    run("login", elsewhere, "--token", "-", typed=own)
    assert drawer.kept == {("kansrijk", elsewhere): own}
    run("login", elsewhere, "--token", "-", "--no-keyring", typed=own)
    assert drawer.kept == {}
