"""One phase after another: by hand, back by hand, and by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from challenge.brief import Brief, read_brief
from challenge.brief.event import Event
from challenge.brief.event import Phase as Written
from challenge.errors import PhaseBlockedError, RequestRefusedError
from challenge.records import Opinion, Principal, Role
from challenge.rules.basis import Computed, basis_of
from challenge.rules.blockers import advice, blockers
from challenge.rules.conflicts import undeclared
from challenge.rules.ending import is_undecided, told_versions
from challenge.rules.panel import change_panel
from challenge.rules.phases import current_phase, phase_after, phase_before
from challenge.rules.picks import disqualify
from challenge.rules.registration import bar, readmit
from challenge.rules.steps import advance_if_due, due, go_to, schedule
from challenge.rules.tally import counted_ballots
from challenge.rules.timeline import clock, phase_for_uploads, planned
from challenge.rules.verdicts import Draft, decide
from challenge.store import Database, Unit
from leaderboard import Phase

from ...factories import NOON, QUICKSTART, RELEASE, enqueue

BRIEF = read_brief(QUICKSTART)
HOUR = timedelta(hours=1)
ORGANISER = Principal(1, "Wulp", Role.ORGANISER)


def brief_with(
    *phases: tuple[str, str | None], zone: str = "Europe/Amsterdam"
) -> Brief:
    """A brief with these phases, each with its time on the wall or none."""
    named = tuple(
        Written(name=name, starts_at=at and datetime.fromisoformat(at))
        for name, at in phases
    )
    return BRIEF.model_copy(update={"phases": named, "event": Event(zone=zone)})


def step(unit: Unit, phase: str, reason: str = "", brief: Brief = BRIEF, now=NOON):
    return go_to(
        unit,
        brief,
        Phase(phase),
        release=RELEASE,
        by="Wulp",
        reason=reason,
        now=now,
    )


def test_a_challenge_that_says_nothing_begins_open(database: Database) -> None:
    with database.read() as unit:
        assert current_phase(unit, BRIEF) is Phase.OPEN
        assert current_phase(unit, brief_with(("draft", None))) is Phase.DRAFT


def test_draft_and_practice_are_left_out_where_the_brief_does_not_name_them() -> None:
    assert phase_after(brief_with(("draft", None)), Phase.DRAFT) is Phase.OPEN
    both = brief_with(("draft", None), ("practice", None), ("open", None))
    assert phase_after(both, Phase.DRAFT) is Phase.PRACTICE
    assert phase_before(BRIEF, Phase.OPEN) is None
    assert phase_after(BRIEF, Phase.CLOSED) is None


def test_a_step_is_made_once_and_audited(database: Database) -> None:
    with database.begin() as unit:
        assert step(unit, "frozen")
        assert not step(unit, "frozen")
        assert current_phase(unit, BRIEF) is Phase.FROZEN
        entries = [e for e in unit.audit.all() if e["action"] == "change phase"]
    assert [(e["actor"], e["subject"]) for e in entries] == [("Wulp", "frozen")]
    told = {"before": "open", "after": "frozen", "reason": ""}
    assert entries[0]["detail"] == told


def test_nobody_skips_a_step(database: Database) -> None:
    with database.begin() as unit, pytest.raises(RequestRefusedError, match="open"):
        step(unit, "jury")


def test_back_takes_a_reason(database: Database) -> None:
    with database.begin() as unit:
        step(unit, "frozen")
        with pytest.raises(RequestRefusedError, match="reason"):
            step(unit, "open")
        assert step(unit, "open", "The Wi-Fi was down.")
        assert current_phase(unit, BRIEF) is Phase.OPEN


def test_closed_has_no_way_back(database: Database) -> None:
    with database.begin() as unit:
        unit.phases.change("closed", by="Wulp", now=NOON)
        with pytest.raises(RequestRefusedError) as refused:
            step(unit, "jury", "We forgot somebody.")
    assert "ended" in refused.value.hint


def test_the_jury_waits_for_runs_conflicts_and_notes(database: Database) -> None:
    enqueue(database, "s", "Zwaluw")
    with database.begin() as unit:
        team = unit.people.named(Role.TEAM, "Zwaluw")
        unit.people.add(Role.JUROR, "Wulp", token_hash="w", now=NOON)
        unit.pitches.put(team, title="T", text="x", now=NOON)
        step(unit, "frozen")
        found = blockers(unit, BRIEF, RELEASE, Phase.JURY)
        with pytest.raises(PhaseBlockedError, match="submissions"):
            step(unit, "jury")
    assert {b.key: b.count for b in found} == {
        "submissions": 1,
        "conflicts": 1,
        "interpretations": 1,
    }


def test_a_team_that_does_not_compete_keeps_nobody_waiting(database: Database) -> None:
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)
        unit.people.add(Role.JUROR, "Wulp", token_hash="w", now=NOON)
        unit.pitches.put(team, title="T", text="x", now=NOON)
        unit.people.bar(team, "Left at noon.")
        assert blockers(unit, BRIEF, RELEASE, Phase.JURY) == ()


def test_a_draft_without_a_title_is_no_pitch_and_keeps_nobody_waiting(
    database: Database,
) -> None:
    with database.begin() as unit:
        team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="z", now=NOON)
        juror = unit.people.add(Role.JUROR, "Wulp", token_hash="w", now=NOON)
        unit.pitches.put(team, title="", text="Later.", now=NOON)
        assert unit.pitches.all() == []
        assert undeclared(unit, juror) == []
        assert blockers(unit, BRIEF, RELEASE, Phase.JURY) == ()


def test_the_end_waits_for_a_verdict_and_a_closed_panel(database: Database) -> None:
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        unit.panels.change(is_open=True, by="Wulp", now=NOON)
        both = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        unit.panels.change(is_open=False, by="Wulp", now=NOON)
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
    assert {b.key: b.count for b in both} == {"verdict": 1, "panel": 1}
    assert (left.key, left.count) == ("verdict", 1)


def test_a_panel_that_was_opened_again_after_the_verdict_keeps_the_end_waiting(
    database: Database,
) -> None:
    with database.begin() as unit:
        unit.phases.change("jury", by="Wulp", now=NOON)
        unit.verdicts.add(["Zwaluw"], reasons="x", deviation="", by="Wulp", now=NOON)
        with pytest.raises(PhaseBlockedError, match="panel"):
            step(unit, "closed")
        unit.panels.change(is_open=False, by="Wulp", now=NOON)
        assert step(unit, "closed")


def write_verdict(unit: Unit, *places: str) -> None:
    """Write these places down as they follow from the points, which takes no rows."""
    told = {"version": len(unit.verdicts.all()), "winner": places[0]}
    draft = Draft(places, "Daarom.")
    told["computed"] = Computed(places, basis_of(unit, BRIEF, RELEASE))
    decide(unit, ORGANISER, draft, **told, brief=BRIEF, release=RELEASE, now=NOON)


def turn_panel(unit: Unit, *, is_open: bool, now: datetime = NOON) -> None:
    change_panel(unit, ORGANISER, is_open=is_open, brief=BRIEF, now=now)


def test_the_clock_publishes_no_verdict_that_names_a_team_that_was_disqualified(
    database: Database,
) -> None:
    brief = brief_with(("jury", None), ("closed", "2026-11-22T13:00:00"))
    with database.begin() as unit:
        team, _ = judge(unit, "Zwaluw", "Grutto")
        write_verdict(unit, "Grutto", "Zwaluw")
        bar(unit, team, "Copied.", by="Wulp", now=NOON)
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert (left.key, left.names) == ("verdict_departed", ("Zwaluw",))
        assert not advance_if_due(unit, brief, RELEASE, NOON)
        write_verdict(unit, "Grutto")
        assert advance_if_due(unit, brief, RELEASE, NOON)


def hear(unit: Unit, *names: str) -> list[Principal]:
    """Let these teams pitch."""
    teams = [unit.people.add(Role.TEAM, n, token_hash=n, now=NOON) for n in names]
    for team in teams:
        unit.pitches.put(team, title="T", text="x", now=NOON)
    return teams


def judge(unit: Unit, *names: str) -> list[Principal]:
    """Let one juror give points to these teams, and close the panel."""
    juror = unit.people.add(Role.JUROR, "Plevier", token_hash="p", now=NOON)
    teams = hear(unit, *names)
    for team in teams:
        unit.ballots.put(juror, team, Opinion({"a": 4}), now=NOON, submitted_at=NOON)
    unit.phases.change("jury", by="Wulp", now=NOON)
    turn_panel(unit, is_open=False)
    return teams


def test_a_team_that_is_readmitted_after_the_verdict_gets_a_place_before_the_end(
    database: Database,
) -> None:
    with database.begin() as unit:
        zwaluw, _ = judge(unit, "Zwaluw", "Grutto")
        bar(unit, zwaluw, "Copied.", by="Wulp", now=NOON)
        write_verdict(unit, "Grutto")
        readmit(unit, zwaluw, "It had not.", by="Wulp", now=NOON)
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert (left.key, left.names) == ("verdict_missing", ("Zwaluw",))
        with pytest.raises(PhaseBlockedError, match="verdict_missing"):
            step(unit, "closed")
        write_verdict(unit, "Grutto", "Zwaluw")
        assert step(unit, "closed")
        assert not is_undecided(unit)


@pytest.mark.parametrize("places", [("Zwaluw", "Grutto"), ()], ids=["before", "none"])
def test_with_nobody_to_place_the_challenge_closes_and_keeps_that_it_had_no_verdict(
    database: Database, places: tuple[str, ...]
) -> None:
    brief = brief_with(("jury", None), ("closed", "2026-11-22T13:00:00"))
    with database.begin() as unit:
        teams = judge(unit, "Zwaluw", "Grutto")
        if places:
            write_verdict(unit, *places)
        for team in teams:
            bar(unit, team, "Copied.", by="Wulp", now=NOON)
        turn_panel(unit, is_open=True)
        # Another team may still be judged.
        assert advice(unit, BRIEF, RELEASE, Phase.CLOSED) == ()
        turn_panel(unit, is_open=False)
        [known] = advice(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert known.key == "verdict_nobody"
        assert advance_if_due(unit, brief, RELEASE, NOON)
        entry = unit.audit.all()[-1]
        assert is_undecided(unit)
        assert told_versions(unit) == []
    assert (entry["actor"], entry["action"]) == ("schedule", "close without verdict")
    assert entry["detail"] == {"before": [*places] or None, "after": None}


def test_a_team_that_pitched_and_competes_keeps_the_end_waiting_whoever_else_is_gone(
    database: Database,
) -> None:
    """The clock would close over it, for good, and it never gets a place."""
    brief = brief_with(("jury", None), ("closed", "2026-11-22T13:00:00"))
    with database.begin() as unit:
        hear(unit, "Grutto")
        [zwaluw] = judge(unit, "Zwaluw")
        bar(unit, zwaluw, "Copied.", by="Wulp", now=NOON)
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert left.key == "verdict_unjudged"
        assert not advance_if_due(unit, brief, RELEASE, NOON)


def test_ballots_on_a_pitch_that_was_withdrawn_after_a_step_back_do_not_count(
    database: Database,
) -> None:
    with database.begin() as unit:
        zwaluw, _ = judge(unit, "Zwaluw", "Grutto")
        unit.pitches.put(zwaluw, title="", text="x", now=NOON)
        assert [ballot.team for ballot in counted_ballots(unit)] == ["Grutto"]


def test_with_the_panel_closed_and_no_pitch_the_challenge_closes_without_a_verdict(
    database: Database,
) -> None:
    with database.begin() as unit:
        unit.phases.change("jury", by="Wulp", now=NOON)
        # Somebody may still pitch, and the jury hear them.
        with pytest.raises(PhaseBlockedError, match="panel"):
            step(unit, "closed")
        turn_panel(unit, is_open=False)
        [zwaluw] = hear(unit, "Zwaluw")
        with pytest.raises(PhaseBlockedError, match="verdict"):
            step(unit, "closed")
        bar(unit, zwaluw, "Left at noon.", by="Wulp", now=NOON)
        assert step(unit, "closed")
        assert is_undecided(unit)


def test_a_team_that_is_disqualified_after_the_end_leaves_the_verdict_as_it_was(
    database: Database,
) -> None:
    with database.begin() as unit:
        [zwaluw] = judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        step(unit, "closed")
        bar(unit, zwaluw, "Copied.", by="Wulp", now=NOON)
        [told] = told_versions(unit)
    assert told.places == ("Zwaluw",)


def test_a_verdict_of_before_the_panel_was_opened_again_is_written_down_once_more(
    database: Database,
) -> None:
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        # The clock was set back meanwhile.
        turn_panel(unit, is_open=True, now=NOON - HOUR)
        turn_panel(unit, is_open=False, now=NOON - HOUR)
        with pytest.raises(PhaseBlockedError, match="verdict_overtaken"):
            step(unit, "closed")
        write_verdict(unit, "Zwaluw")
        assert step(unit, "closed")


def test_after_a_step_back_out_of_the_jury_the_verdict_is_written_down_once_more(
    database: Database,
) -> None:
    """Pitches change then, and what was judged is not what would be published."""
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        step(unit, "frozen", "One slide was wrong.")
        unit.phases.change("jury", by="Wulp", now=NOON)
        with pytest.raises(PhaseBlockedError, match="verdict_overtaken"):
            step(unit, "closed")
        write_verdict(unit, "Zwaluw")
        assert step(unit, "closed")


@pytest.mark.parametrize(
    ("has_part", "left"), [(True, ["verdict_overtaken"]), (False, [])]
)
def test_a_verdict_lapses_with_a_model_only_where_models_have_a_part_in_it(
    database: Database, has_part: bool, left: list[str]
) -> None:
    jury = BRIEF.jury.model_copy(update={"within_tie_set": has_part})
    brief = BRIEF.model_copy(update={"jury": jury})
    enqueue(database, "s", "Kievit")
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        disqualify(unit, "s", reason="Leaked labels.", by="Wulp", now=NOON)
        found = blockers(unit, brief, RELEASE, Phase.CLOSED)
    assert [one.key for one in found] == left


def test_ballots_of_a_juror_who_is_barred_before_the_end_do_not_count(
    database: Database,
) -> None:
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        juror = unit.people.named(Role.JUROR, "Plevier")
        bar(unit, juror, "Sold a vote.", by="Wulp", now=NOON)
        assert counted_ballots(unit) == []
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert left.key == "verdict_unjudged"
        readmit(unit, juror, "Had not.", by="Wulp", now=NOON)
        [left] = blockers(unit, BRIEF, RELEASE, Phase.CLOSED)
        assert left.key == "verdict_overtaken"
        write_verdict(unit, "Zwaluw")
        step(unit, "closed")
        # What was published with them stays as it was published.
        bar(unit, juror, "The day is over.", by="Wulp", now=NOON + HOUR)
        assert [ballot.team for ballot in counted_ballots(unit)] == ["Zwaluw"]


def test_a_verdict_after_the_closing_time_waits_for_somebody_who_closes(
    database: Database,
) -> None:
    """Else a first version would be published for good while it is still read."""
    brief = brief_with(("jury", None), ("closed", "2026-11-22T12:30:00"))
    with database.begin() as unit:
        judge(unit, "Zwaluw")
        write_verdict(unit, "Zwaluw")
        assert not advance_if_due(unit, brief, RELEASE, NOON)
        assert step(unit, "closed", brief=brief)


def test_a_phase_starts_by_itself_at_its_time_on_the_wall(database: Database) -> None:
    brief = brief_with(("open", None), ("frozen", "2026-11-22T16:00:00"))
    at = datetime(2026, 11, 22, 15, tzinfo=UTC)
    with database.begin() as unit:
        assert planned(unit, brief) == {Phase.FROZEN: at}
        assert not advance_if_due(unit, brief, RELEASE, at - timedelta(seconds=1))
        assert advance_if_due(unit, brief, RELEASE, at)
        assert current_phase(unit, brief) is Phase.FROZEN
        [change] = unit.phases.changes()
    assert change.by == "schedule"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-29T03:30:00", 1),
        ("2026-10-25T03:30:00", 2),
        ("2026-07-01T03:30:00", 1),
    ],
)
def test_summer_time_is_that_of_the_zone(written: str, utc: int) -> None:
    starts = brief_with(("frozen", written)).starts["frozen"]
    assert (starts.hour, starts.minute) == (utc, 30)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        # Half past two comes twice in the night with 25 hours, and each is one moment.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        # The one with 23 hours goes on at three.
        ("2027-03-28T03:00:00", "2027-03-28T01:00:00+00:00"),
    ],
)
def test_a_deadline_in_the_night_of_the_clock_change_holds_to_the_microsecond(
    database: Database, written: str, moment: str
) -> None:
    brief = brief_with(("open", None), ("frozen", written))
    at = datetime.fromisoformat(moment)
    with database.read() as unit:
        just_before = phase_for_uploads(unit, brief, at - timedelta(microseconds=1))
        assert just_before is Phase.OPEN
        assert phase_for_uploads(unit, brief, at) is Phase.FROZEN
        assert clock(unit, brief, at - HOUR).seconds_left == 3600


def test_several_steps_that_are_due_are_made_in_order(database: Database) -> None:
    brief = brief_with(
        ("draft", None),
        ("practice", "2026-11-22T08:00:00"),
        ("open", "2026-11-22T09:00:00"),
    )
    with database.begin() as unit:
        advance_if_due(unit, brief, RELEASE, NOON)
        assert [c.phase for c in unit.phases.changes()] == ["practice", "open"]


def test_a_step_with_blockers_waits_and_says_so(database: Database) -> None:
    enqueue(database, "s", "Zwaluw")
    brief = brief_with(("frozen", None), ("jury", "2026-11-22T12:00:00"))
    with database.begin() as unit:
        assert due(unit, brief, RELEASE, NOON) is None
        said = clock(unit, brief, NOON)
        assert (said.next, said.is_late) == (Phase.JURY, True)
        assert not advance_if_due(unit, brief, RELEASE, NOON)


def test_freezing_holds_from_its_moment_though_nobody_enacted_it(
    database: Database,
) -> None:
    brief = brief_with(("open", None), ("frozen", "2026-11-22T13:00:00"))
    with database.read() as unit:
        before = phase_for_uploads(unit, brief, NOON - timedelta(seconds=1))
        assert (before, phase_for_uploads(unit, brief, NOON)) == (
            Phase.OPEN,
            Phase.FROZEN,
        )
        assert current_phase(unit, brief) is Phase.OPEN


def test_whoever_goes_back_is_not_sent_forward_by_the_clock(database: Database) -> None:
    brief = brief_with(("open", None), ("frozen", "2026-11-22T13:00:00"))
    with database.begin() as unit:
        advance_if_due(unit, brief, RELEASE, NOON)
        step(unit, "open", "An hour more.", brief)
        assert not advance_if_due(unit, brief, RELEASE, NOON + HOUR)
        assert phase_for_uploads(unit, brief, NOON + HOUR) is Phase.OPEN


def test_the_organiser_sets_another_time_or_none(database: Database) -> None:
    brief = brief_with(("open", None), ("frozen", "2026-11-22T16:00:00"))
    with database.begin() as unit:
        later = NOON + 5 * HOUR
        schedule(unit, brief, {Phase.FROZEN: later}, by="Wulp", now=NOON)
        assert planned(unit, brief) == {Phase.FROZEN: later}
        assert clock(unit, brief, NOON).seconds_left == 5 * 3600
        schedule(unit, brief, {Phase.FROZEN: None}, by="Wulp", now=NOON)
        assert planned(unit, brief) == {}
        assert clock(unit, brief, NOON).seconds_left is None
        assert [e["action"] for e in unit.audit.all()] == ["schedule phase"] * 2
        first, second = (e["detail"]["after"] for e in unit.audit.all())
        assert (datetime.fromisoformat(first), second) == (later, None)
        assert unit.audit.all()[1]["detail"]["before"] == first


def test_all_times_may_move_at_once(database: Database) -> None:
    brief = brief_with(
        ("open", None),
        ("frozen", "2026-11-22T16:00:00"),
        ("jury", "2026-11-22T16:30:00"),
    )
    moved = {Phase.FROZEN: NOON + 5 * HOUR, Phase.JURY: NOON + 6 * HOUR}
    with database.begin() as unit:
        schedule(unit, brief, moved, by="Wulp", now=NOON)
        assert planned(unit, brief) == moved


@pytest.mark.parametrize(
    ("phase", "at", "said"),
    [
        (Phase.OPEN, NOON + HOUR, "has begun"),
        (Phase.FROZEN, NOON, "past"),
        (Phase.JURY, NOON + HOUR, "frozen"),
    ],
)
def test_times_that_cannot_be_are_refused(
    database: Database, phase: Phase, at: datetime, said: str
) -> None:
    brief = brief_with(("open", None), ("frozen", "2026-11-22T16:00:00"))
    with database.begin() as unit, pytest.raises(RequestRefusedError, match=said):
        schedule(unit, brief, {phase: at}, by="Wulp", now=NOON)
