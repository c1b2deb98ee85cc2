"""The command line: exit codes, and what a person reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from challenge.cli import app
from challenge.synthesis import build
from challenge.terminal import console

from .answering import serving

ROOT = Path(__file__).parents[2]
SOURCE_SETS = """core = []
[[sources]]
name = "own"
label = { nl = "Eigen", en = "Own" }
tables = ["parents"]
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Call a command with a home of its own and quickstart content."""

    def call(*words: str) -> Result:
        env = {
            "CHALLENGE_HOME": str(tmp_path / "home"),
            "CHALLENGE_CONTENT": str(tmp_path / "datasets"),
            "CHALLENGE_CHALLENGE": "quickstart",
            "CHALLENGE_URL": "http://127.0.0.1:9",
        }
        return CliRunner().invoke(app, list(words), env=env)

    shutil.copytree(ROOT / "datasets" / "quickstart", tmp_path / "datasets/quickstart")
    return call


def test_a_sound_folder_passes_and_shows_its_sets(run, tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "datasets/quickstart"))
    assert done.exit_code == 0
    assert "board" in done.stderr
    assert "150" in done.stderr


def test_a_setting_out_of_bounds_is_told_by_its_name(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHALLENGE_PORT", "abc")
    for words in (("team", "add", "Grutto"), ("team", "list")):
        done = run(*words)
        assert done.exit_code == 1
        assert done.stderr.startswith("CHALLENGE_PORT: ")


def test_every_fault_is_listed_at_once_with_file_and_key(run, tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "quickstart"
    partner = folder / "partners" / "parents.yaml"
    text = partner.read_text("utf-8")
    text = text.replace("NL: 0.70", "NL: 0.60").replace(
        "type: number", "type: numbr", 1
    )
    partner.write_text(text, "utf-8")
    done = run("check", str(folder), "--json")
    faults = json.loads(done.stdout)["faults"]
    assert done.exit_code == 1
    assert {fault["file"] for fault in faults} == {"partners/parents.yaml"}
    assert any("proportions" in fault["key"] for fault in faults)
    assert any("numbr" in fault["problem"] for fault in faults)
    assert all(fault["repair"] for fault in faults)


def test_a_release_is_built_published_once_and_only_as_what_it_is(run) -> None:
    built = run("build", "quickstart", "--seed", "1")
    words = ("publish", "quickstart/1", "--by", "Somebody", "--yes")
    real = run(*words)
    first = run(*words, "--rehearsal")
    second = run(*words, "--rehearsal")
    codes = [done.exit_code for done in (built, real, first, second)]
    assert codes == [0, 1, 0, 1]
    assert "rehearsal" in real.stderr


def test_what_is_still_to_be_written_is_told_where_a_release_is_published(
    run, tmp_path: Path
) -> None:
    run("init", str(tmp_path / "datasets/mine"))
    run("build", "mine", "--seed", "1")
    unnamed = run("publish", "mine/1", "--by", "", "--rehearsal", "--yes")
    named = run("publish", "mine/1", "--by", "Somebody", "--rehearsal", "--yes")
    assert [unnamed.exit_code, named.exit_code] == [1, 0]
    assert "--by: it has 0 characters" in unnamed.stderr
    assert "still to be written" not in unnamed.stderr
    assert "still to be written" in named.stderr


def test_a_build_that_was_broken_off_is_told_before_it_is_removed_or_resumed(
    run, tmp_path: Path
) -> None:
    place = tmp_path / "home/releases"

    def stop(stage: str, done: int, total: int) -> None:
        if done >= 1_000:
            raise KeyboardInterrupt

    def break_off() -> None:
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path / "datasets/quickstart", place, seed=3, progress=stop)

    break_off()
    other = run("build", "quickstart", "--seed", "1", "--resume")
    resumed = run("build", "quickstart", "--resume")
    quiet = run("build", "quickstart", "--seed", "3")
    break_off()
    told = run("build", "quickstart", "--seed", "3")
    assert {done.exit_code for done in (other, resumed, quiet, told)} == {0}
    assert "from the start. What was broken off had another seed" in other.stderr
    assert "or was made by another version of Kansrijk or SDV." in other.stderr
    assert "Resumed: 1,000 of 3,500 rows are there already." in resumed.stderr
    assert "broken off" not in quiet.stderr
    assert "`--resume` goes on with it, this one removes it." in told.stderr


def test_a_build_that_is_broken_off_tells_how_to_go_on_with_it(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def broken_off() -> Iterator[Callable[[str, int, int], None]]:
        def stop(stage: str, done: int, total: int) -> None:
            if done >= 1_000:
                raise KeyboardInterrupt

        yield stop

    monkeypatch.setattr("challenge.terminal.row_progress", broken_off)
    done = run("build", "quickstart", "--seed", "3")
    assert done.exit_code != 0
    assert "with `--resume` goes on with it; without, it begins anew" in done.stderr


def test_a_challenge_of_ones_own_is_started_checked_and_built(
    run, tmp_path: Path
) -> None:
    folder = str(tmp_path / "datasets/my-first")
    started = run("init", folder, "--title", "Ours")
    again = run("init", folder)
    checked = run("check", folder)
    built = run("build", "my-first", "--seed", "1")
    codes = [done.exit_code for done in (started, again, checked, built)]
    assert codes == [0, 1, 0, 0]
    assert "challenge build my-first" in started.stderr
    assert "stands there already" in again.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("build", "nothing"), "There is no challenge folder"),
        (("publish", "quickstart/9", "--by", "Somebody"), "There is no release"),
        (("serve",), "There is no release of quickstart"),
        (("board",), "127.0.0.1:9"),
    ],
    ids=["no challenge", "no release", "nothing to serve", "no server"],
)
def test_a_refusal_says_what_and_what_to_do_without_a_traceback(
    run, words: tuple[str, ...], told: str
) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_init_and_check_print_commands_that_work_outside_the_content_folder(
    run, tmp_path: Path
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    folder = str(place / "mine")
    for done in (run("init", folder, "--title-nl", "Van mij"), run("check", folder)):
        assert done.exit_code == 0
        line = f"CHALLENGE_CONTENT={place} challenge build mine --seed 1"
        assert line in done.stderr


def test_a_sound_folder_is_told_what_is_next(run, tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "datasets/quickstart"))
    assert done.stderr.endswith(
        "No faults. Next: challenge build quickstart --seed 1\n"
    )


def test_faults_are_counted_last_and_no_empty_table_is_drawn(
    run, tmp_path: Path
) -> None:
    folder = tmp_path / "datasets" / "quickstart"
    (folder / "brief.toml").write_text("[", "utf-8")
    done = run("check", str(folder))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "1 fault."
    assert "Row sets" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "quickstart"), "Did you mean {content}/quickstart?"),
        (("check", "{content}/quickstart/brief.toml"), "mean {content}/quickstart?"),
        (("build", "datasets/quickstart"), "takes the name: quickstart."),
        (("build", "quickstart", "--seed", "-1"), "or equal to 0"),
        (("build", "quickstart"), "or add `--seed 1` to rehearse"),
        (("publish", "quickstart", "--by", "S"), "Write SLUG/VERSION"),
        (("report", "quickstart/1/2"), "Write SLUG/VERSION"),
        (("report", "quickstart/../quickstart/1"), "Write SLUG/VERSION"),
    ],
)
def test_a_name_of_another_kind_is_refused_with_the_one_that_was_meant(
    run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    content = str(tmp_path / "datasets")
    done = run(*(word.format(content=content) for word in words))
    assert done.exit_code != 0
    assert "".join(told.format(content=content).split()) in "".join(done.stderr.split())


def test_a_release_that_is_not_there_is_refused_with_those_that_are(
    run, tmp_path: Path
) -> None:
    for version in ("1", "2", "10"):
        (tmp_path / "home/releases/quickstart" / version).mkdir(parents=True)
    done = run("publish", "quickstart/9", "--by", "Somebody")
    assert "There is no release quickstart/9; there are 1, 2, 10." in done.stderr


def test_a_build_with_nothing_to_resume_says_that_it_begins_anew(run) -> None:
    done = run("build", "quickstart", "--seed", "1", "--resume")
    assert done.exit_code == 0
    assert "Nothing to resume: building from the start.\n" in done.stderr
    assert "broken off" not in done.stderr


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        (
            "brief.toml",
            'slug = "quickstart"',
            'slug = "E1"',
            "letters, digits and hyph",
        ),
        ("partners/parents.yaml", "x-coverage: 1", "x-coverage: 0,05", "point: 0.05."),
    ],
)
def test_a_value_that_cannot_stand_is_refused_with_what_can(
    run, tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    place = tmp_path / "datasets/quickstart" / file
    text = place.read_text("utf-8")
    assert before in text
    place.write_text(text.replace(before, after), "utf-8")
    assert told in run("check", str(tmp_path / "datasets/quickstart")).stderr


def test_an_address_without_protocol_is_refused_with_one_full_stop(run) -> None:
    done = CliRunner().invoke(app, ["board"], env={"CHALLENGE_URL": "example"})
    assert "protocol." in done.stderr
    assert ".." not in done.stderr


def test_a_team_gets_only_a_source_set_that_the_brief_has(run) -> None:
    refused = run("team", "add", "Wulp", "--sources", "nothing")
    added = run("team", "add", "Wulp", "--sources", "all")
    assert (refused.exit_code, added.exit_code) == (1, 0)
    assert "one of: all" in refused.stderr


def test_a_team_that_the_brief_does_not_name_is_added_with_a_source_set_or_not_at_all(
    run, tmp_path: Path
) -> None:
    brief = tmp_path / "datasets/quickstart/brief.toml"
    text = brief.read_text("utf-8").replace(
        'name = "Zwaluw"', 'name = "Zwaluw"\nsources = "own"'
    )
    slug = 'slug = "quickstart"'
    brief.write_text(text.replace(slug, f"{slug}\n{SOURCE_SETS}"), "utf-8")
    refused = run("team", "add", "Wulp")
    listed = run("team", "list")
    chosen = run("team", "add", "Wulp", "--sources", "all")
    named = run("team", "add", "zwaluw")
    juror = run("juror", "add", "Kievit")
    codes = [done.exit_code for done in (refused, chosen, named, juror)]
    assert codes == [1, 0, 0, 0]
    assert "--sources` and one of: all, own" in refused.stderr
    assert "Wulp" not in listed.stderr
    assert "all (All sources)" in chosen.stderr
    assert "own (Own)" in named.stderr
    assert all(done.stdout.startswith("kansrijk_") for done in (chosen, named, juror))


def test_a_team_from_before_the_source_sets_is_given_one_and_keeps_its_token(
    run, tmp_path: Path
) -> None:
    added = run("team", "add", "Wulp")
    brief = tmp_path / "datasets/quickstart/brief.toml"
    slug = 'slug = "quickstart"'
    brief.write_text(
        brief.read_text("utf-8").replace(slug, f"{slug}\n{SOURCE_SETS}"), "utf-8"
    )
    wrong = run("team", "add", "Wulp", "--sources", "nothing")
    chosen = run("team", "add", "wulp", "--sources", "own")
    again = run("team", "add", "Wulp", "--sources", "all")
    codes = [done.exit_code for done in (added, wrong, chosen, again)]
    assert codes == [0, 1, 0, 1]
    assert "one of: all, own" in wrong.stderr
    assert "own (Own)" in chosen.stderr
    assert "Wulp keeps the token" in chosen.stderr
    assert (chosen.stdout, "already" in again.stderr) == ("", True)


def test_a_token_is_printed_once_on_standard_output(run) -> None:
    added = run("team", "add", "Grutto")
    listed = run("team", "list")
    again = run("team", "add", "Grutto")
    assert added.stdout.startswith("kansrijk_")
    assert "Source set" not in added.stderr
    assert "Grutto" in listed.stderr
    assert "kansrijk_" not in listed.output
    assert again.exit_code == 1


SUBMISSION = {
    "id": "abc",
    "number": 7,
    "title": "Trees",
    "proof_only": True,
    "state": "queued",
    "stage": "received",
    "waiting": {"en": "third in the queue, about 2 minutes"},
    "isolation": "bubblewrap",
    "warnings": ["polars 1.0 is asked for and is not here."],
    "message": None,
    "hint": None,
    "log": "",
    "repeats": None,
    "told": None,
}
LOG = "\n".join(f"line {number}" for number in range(40))
PROVED = {
    "state": "proved",
    "stage": "proof",
    "waiting": None,
    "log": LOG,
    "repeats": {"told": {"en": "Asked twice, your model gave the same answers."}},
}
REFUSED = {
    "state": "refused",
    "stage": "proof",
    "waiting": None,
    "message": "Your model could not be loaded.",
    "hint": "Load it yourself first.",
    "log": LOG,
}


@pytest.mark.parametrize(
    ("end", "code", "words"),
    [
        (PROVED, 0, ("7: proved", "line 0", "line 39", "the same answers.")),
        (REFUSED, 1, ("7: refused (proof)", "line 0", "Load it yourself first.")),
    ],
    ids=["proved", "refused"],
)
def test_a_proof_run_is_followed_to_its_end_and_shows_all_of_its_log(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: dict[str, object],
    code: int,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(console, "width", 200)
    bundle = tmp_path / "model.zip"
    bundle.write_bytes(b"zip" * 100_000)
    sent: list[bytes] = []
    steps = iter([SUBMISSION, SUBMISSION | end])

    def answer(path: str, token: str | None, body: bytes) -> tuple[int, bytes]:
        sent.append(body)
        told = SUBMISSION if path == "/api/submissions" else next(steps)
        return 200, json.dumps(told).encode()

    for url in serving(answer):
        env = {"CHALLENGE_URL": url, "CHALLENGE_TOKEN": "x"}
        words_typed = ["submit", str(bundle), "--proof", "--note", "mine"]
        done = CliRunner().invoke(app, words_typed, env=env)
    assert done.exit_code == code, done.stderr
    assert b'name="proof"\r\n\r\nyes' in sent[0]
    assert b'name="note"\r\n\r\nmine' in sent[0]
    assert b"zip" * 100_000 in sent[0]
    said = done.stderr
    assert "polars 1.0 is asked for and is not here." in said
    assert "7: queued: third in the queue, about 2 minutes" in said
    for each in words:
        assert each in said


def test_a_team_is_told_that_the_server_has_no_sandbox(tmp_path: Path) -> None:
    bundle = tmp_path / "model.zip"
    bundle.write_bytes(b"zip")
    told = SUBMISSION | PROVED | {"isolation": "trusted"}
    for url in serving(lambda path, token, body: (200, json.dumps(told).encode())):
        done = CliRunner().invoke(
            app, ["submit", str(bundle)], env={"CHALLENGE_URL": url}
        )
    assert "runs submissions without a sandbox" in done.stderr


@pytest.mark.parametrize("command", [("serve", "--trust-submissions"), ("worker",)])
def test_submissions_are_not_trusted_where_others_can_reach_the_server(
    run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CHALLENGE_HOST", "0.0.0.0")
    monkeypatch.setenv("CHALLENGE_TRUST_SUBMISSIONS", "true")
    done = run(*command)
    assert done.exit_code == 1
    assert "Submissions are not trusted on 0.0.0.0" in done.stderr
    assert "CHALLENGE_HOST=127.0.0.1" in done.stderr
