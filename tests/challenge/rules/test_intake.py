"""What happens to an upload before anybody runs it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql

from challenge.brief import read_brief
from challenge.errors import (
    AuthenticationRequiredError,
    BarredError,
    BundleRefusedError,
    PhaseClosedError,
    QuotaExceededError,
    RequestRefusedError,
    SandboxUnavailableError,
)
from challenge.records import Loader, Principal, Reason, Role, Stage, State
from challenge.rules.intake import Intake
from challenge.rules.quota import left_today
from challenge.rules.shelf import bundle_name
from challenge.sandbox.verdict import refuse
from challenge.shelf import Folder
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART, enqueue, small_bundle

TOMORROW = NOON.replace(day=NOON.day + 1)


@pytest.fixture
def team(database: Database) -> Principal:
    with database.begin() as unit:
        return unit.people.add(Role.TEAM, "Zwaluw", token_hash="t", now=NOON)


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    return Intake(
        database=database,
        brief=read_brief(QUICKSTART),
        release="quickstart/1",
        shelf=Folder(tmp_path),
        limit_mib=20,
    )


@pytest.fixture
def receive(intake: Intake, team: Principal) -> Callable:
    def hand_in(content: bytes | None = None, now=NOON, note: str = "", **asked):
        upload = io.BytesIO(small_bundle() if content is None else content)
        return intake.receive(upload, team=team, note=note, now=now, **asked)

    return hand_in


def test_a_bundle_is_kept_whole_and_queued(intake: Intake, receive) -> None:
    found = receive(note="first try")
    kept = intake.shelf.bring(bundle_name(found.bundle_sha256))
    assert (found.state, found.note, found.title) == (
        State.QUEUED,
        "first try",
        "Small",
    )
    assert kept.read_bytes() == small_bundle()
    assert [p.suffix for p in kept.parent.iterdir()] == [".zip"]


def test_whoever_hands_in_a_model_too_late_is_told_of_a_model(
    database: Database, intake: Intake, team: Principal
) -> None:
    with database.begin() as unit:
        unit.phases.change("frozen", by="a test", now=NOON)
    # The door asks before it knows which kind of run the form wants.
    with pytest.raises(PhaseClosedError, match="hand in a model"):
        intake.admit(team, now=NOON)


@pytest.mark.parametrize("phase", ["draft", "frozen", "jury", "closed"])
def test_nothing_comes_in_before_it_opens_or_after_it_froze(
    receive, intake: Intake, team: Principal, phase: str
) -> None:
    with intake.database.begin() as unit:
        unit.phases.change(phase, by="a test", now=NOON)
    for proof_only in (True, False):
        with pytest.raises(PhaseClosedError, match=phase):
            receive(proof_only=proof_only)
    # Before the upload is read, too.
    with pytest.raises(PhaseClosedError):
        intake.admit(team, now=NOON)


def test_practice_takes_proof_runs_alone(receive, intake: Intake) -> None:
    with intake.database.begin() as unit:
        unit.phases.change("practice", by="a test", now=NOON)
    assert receive(proof_only=True).proof_only
    with pytest.raises(PhaseClosedError):
        receive()


def test_what_came_in_a_second_before_freezing_counts(receive, intake: Intake) -> None:
    with intake.database.begin() as unit:
        unit.phases.plan("frozen", NOON, by="a test", now=NOON)
    assert receive(now=NOON - timedelta(seconds=1)).state is State.QUEUED
    with pytest.raises(PhaseClosedError, match="frozen"):
        receive(now=NOON)


def test_a_team_disqualified_while_its_upload_comes_in_is_refused(
    intake: Intake, team: Principal, receive
) -> None:
    intake.admit(team, now=NOON)
    with intake.database.begin() as unit:
        unit.people.bar(team, "Two teams under one name.")
    for act in (receive, lambda: intake.admit(team, now=NOON)):
        with pytest.raises(BarredError, match="Two teams"):
            act()
    with intake.database.read() as unit:
        assert unit.submissions.all() == []


def test_whoever_is_let_in_no_more_leaves_neither_submission_nor_bundle(
    intake: Intake, team: Principal, tmp_path: Path
) -> None:
    def still(unit: Unit) -> None:
        raise AuthenticationRequiredError

    ended = replace(intake, still=still)
    with pytest.raises(AuthenticationRequiredError):
        ended.receive(io.BytesIO(small_bundle()), team=team, note="", now=NOON)
    with intake.database.read() as unit:
        assert unit.submissions.all() == []
    assert not [*tmp_path.rglob("*.zip")]


def test_a_team_reads_what_it_has_left(
    receive, intake: Intake, team: Principal
) -> None:
    receive()
    receive(proof_only=True)
    with intake.database.read() as unit:
        left = left_today(unit, intake.brief, team.id, NOON)
    assert (left.scored, left.uploads) == (9, 98)
    # Midnight in Amsterdam.
    assert left.starts_again_at == NOON.replace(hour=23)


def test_a_refused_upload_is_recorded_and_not_kept(
    intake: Intake, receive, database: Database
) -> None:
    with pytest.raises(BundleRefusedError) as refused:
        receive(b"no zip")
    with database.read() as unit:
        recorded = unit.submissions.get(refused.value.submission_id)
    assert (recorded.state, recorded.reason) == (State.REFUSED, "not-a-zip")
    assert intake.shelf.names("bundles") == set()


def test_ten_runs_a_day_are_enough_and_the_next_day_starts_anew(receive) -> None:
    for _ in range(10):
        receive()
    with pytest.raises(QuotaExceededError, match="10 scored runs"):
        receive()
    assert receive(now=TOMORROW).state is State.QUEUED


def test_refused_uploads_do_not_count_as_scored_runs(receive) -> None:
    for _ in range(20):
        with pytest.raises(BundleRefusedError):
            receive(b"no zip")
    assert receive().state is State.QUEUED


def test_proof_runs_cost_no_scored_run_and_are_left_when_those_are_used_up(
    receive, intake: Intake, team: Principal
) -> None:
    for _ in range(12):
        assert receive(proof_only=True).proof_only
    for _ in range(10):
        receive()
    with pytest.raises(QuotaExceededError, match="10 scored runs"):
        receive()
    # Nobody knows yet what is asked for when an upload begins.
    intake.admit(team, now=NOON)
    assert receive(proof_only=True).state is State.QUEUED


def test_a_model_that_stops_at_the_hidden_rows_has_had_its_scored_run(
    receive, database: Database
) -> None:
    """How it stops, and when, can spell what it saw: ten times a day is enough."""
    refused = refuse(Stage.SCORING, Reason.CRASHED)
    for _ in range(10):
        handed_in = receive()
        with database.begin() as unit:
            taken = unit.queue.claim(
                "w", release=handed_in.release, now=NOON, lease_until=TOMORROW
            )
            unit.queue.end(
                taken, worker="w", state=State.REFUSED, now=NOON, refusal=refused
            )
    with pytest.raises(QuotaExceededError, match="10 scored runs"):
        receive()


def test_proof_runs_count_as_uploads(
    receive, intake: Intake, team: Principal, database: Database
) -> None:
    for number in range(intake.brief.quota.uploads_per_day):
        enqueue(database, f"{number}", "Zwaluw", proof_only=True)
    with pytest.raises(QuotaExceededError, match="100 uploads"):
        receive(proof_only=True)
    with pytest.raises(QuotaExceededError, match="100 uploads"):
        intake.admit(team, now=NOON)


def test_what_loads_the_model_and_what_it_lacks_here_are_kept(
    intake: Intake, receive, database: Database
) -> None:
    found = receive(small_bundle(requirements="a-package-of-nobody==1.0\n"))
    [warning] = found.warnings
    assert "a-package-of-nobody" in warning
    assert found.loader == Loader.PYFUNC


@pytest.mark.parametrize("note", ["x" * 2001, "\x1b[31mred"], ids=["long", "escape"])
def test_a_note_that_cannot_be_shown_is_refused_before_anything_is_kept(
    intake: Intake, receive, note: str
) -> None:
    with pytest.raises(RequestRefusedError, match="note"):
        receive(note=note)
    assert intake.shelf.names("bundles") == set()


def test_where_nothing_can_be_run_nothing_is_taken_in(intake: Intake, team) -> None:
    closed = replace(intake, closed=SandboxUnavailableError("It is a test."))
    with pytest.raises(SandboxUnavailableError):
        closed.receive(io.BytesIO(small_bundle()), team=team, note="", now=NOON)
    assert intake.shelf.names("bundles") == set()


def test_a_form_sent_twice_is_one_submission_and_uses_one_run(
    receive, intake: Intake, team: Principal
) -> None:
    first = receive(key="k")
    assert receive(key="k").id == first.id
    with intake.database.read() as unit:
        assert left_today(unit, intake.brief, team.id, NOON).scored == 9


def test_another_file_with_the_same_form_is_a_submission_of_its_own(receive) -> None:
    mended = small_bundle(requirements="numpy\n")
    first, other = receive(key="k"), receive(mended, key="k")
    assert other.id != first.id
    assert other.bundle_sha256 != first.bundle_sha256
    assert receive(mended, key="k").id == other.id
    assert receive(key="k").id == first.id


def test_on_postgresql_the_team_is_locked_before_its_quota_is_counted(
    database: Database, receive
) -> None:
    """Uploads at once could otherwise all find room for the last one."""
    asked: list[str] = []

    def note(connection, statement, *rest) -> None:
        asked.append(str(statement.compile(dialect=postgresql.dialect())))

    event.listen(database._engine, "before_execute", note)
    receive()
    [lock] = [place for place, text in enumerate(asked) if "NO KEY UPDATE" in text]
    queued = next(n for n, text in enumerate(asked) if "INSERT" in text)
    counts = [n for n, text in enumerate(asked) if "count(" in text]
    assert len([place for place in counts if lock < place < queued]) == 2


def test_the_same_file_asked_for_a_score_and_for_a_proof_are_two(receive) -> None:
    proof, scored = receive(key="k", proof_only=True), receive(key="k")
    assert proof.id != scored.id
    assert (proof.proof_only, scored.proof_only) == (True, False)
    assert receive(key="k", proof_only=True).id == proof.id
    assert receive(key="k").id == scored.id


@pytest.mark.parametrize("other", ["file", "proof"])
def test_a_programs_key_is_for_one_file_and_one_kind_of_run(
    receive, intake: Intake, team: Principal, other: str
) -> None:
    first = receive(key="k", is_for_one=True)
    assert receive(key="k", is_for_one=True).id == first.id
    content = small_bundle(requirements="numpy\n") if other == "file" else None
    with pytest.raises(RequestRefusedError, match="Idempotency-Key") as refused:
        receive(content, key="k", proof_only=other == "proof", is_for_one=True)
    assert "new key" in refused.value.hint
    with intake.database.read() as unit:
        assert [one.id for one in unit.submissions.of_team(team.id)] == [first.id]
