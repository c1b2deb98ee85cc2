"""Ballots: drafts, submitting, reopening, and what stops them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from challenge.brief import Brief, read_brief
from challenge.errors import NotFoundError, RequestRefusedError
from challenge.records import Interest, Opinion, Principal, Role
from challenge.rules import casting, judging
from challenge.rules.conflicts import declare
from challenge.rules.judging import Clash
from challenge.rules.panel import change_panel
from challenge.rules.rubric import Asking
from challenge.store import Database, Unit

from ...factories import NOON, QUICKSTART

FOUR = Opinion({"bruikbaarheid": 4}, note="Mooi.", private_note="Zenuwachtig.")


@pytest.fixture
def brief() -> Brief:
    return read_brief(QUICKSTART)


@pytest.fixture
def unit(database: Database) -> Unit:
    with database.begin() as opened:
        opened.phases.change("jury", by="a test", now=NOON)
        yield opened


@pytest.fixture
def ask(unit: Unit, brief: Brief) -> Asking:
    """A juror without an interest, before the pitch of a team."""
    team = unit.people.add(Role.TEAM, "Zwaluw", token_hash="t", now=NOON)
    juror = unit.people.add(Role.JUROR, "Ans", token_hash="j", now=NOON)
    unit.pitches.put(team, title="Voorlezen", text="Samen.", now=NOON)
    unit.conflicts.declare(juror, team, Interest.NONE, reason="", now=NOON)
    return Asking(juror, "Zwaluw", brief)


def another(unit: Unit, ask: Asking) -> Asking:
    """A second juror, who declared nothing yet."""
    other = unit.people.add(Role.JUROR, "Bo", token_hash="b", now=NOON)
    return replace(ask, juror=other)


def chair() -> Principal:
    return Principal(99, "Voorzitter", Role.JUROR, chairs=True)


def acts(unit: Unit) -> list[tuple[str, str, str]]:
    return [(e["actor"], e["action"], e["subject"]) for e in unit.audit.all()]


def test_a_draft_is_kept_and_counts_for_nothing(unit, ask) -> None:
    kept = judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    assert (kept.opinion, kept.version, kept.submitted_at) == (FOUR, 1, None)
    assert unit.ballots.ballots() == []
    assert acts(unit) == []


def test_a_draft_may_lack_points_and_submitting_may_not(unit, ask) -> None:
    empty = Opinion(note="Nog niets.")
    kept = judging.save_draft(unit, ask, empty, version=0, now=NOON)
    with pytest.raises(RequestRefusedError) as refused:
        judging.submit(unit, ask, empty, version=kept.version, now=NOON)
    assert refused.value.field == "points.bruikbaarheid"


def test_a_criterion_that_the_juror_cannot_judge_completes_the_ballot(
    unit, ask
) -> None:
    opinion = Opinion(abstained=("bruikbaarheid",))
    kept = judging.submit(unit, ask, opinion, version=0, now=NOON)
    assert (kept.points, kept.abstained) == ({}, ("bruikbaarheid",))
    assert kept.submitted_at == NOON
    assert not kept.recused


def test_what_is_submitted_is_seen_by_others_without_the_private_note(
    unit, ask
) -> None:
    judging.submit(unit, ask, FOUR, version=0, now=NOON)
    [seen] = unit.ballots.ballots()
    assert (seen.points, seen.note, seen.private_note) == (FOUR.points, "Mooi.", "")
    assert unit.ballots.of_juror(ask.juror)[0].private_note == "Zenuwachtig."


def test_a_change_of_an_older_version_clashes_and_loses_nothing(unit, ask) -> None:
    judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    mine = replace(FOUR, note="Van mijn telefoon.")
    found = judging.save_draft(unit, ask, mine, version=0, now=NOON)
    assert isinstance(found, Clash)
    assert (found.mine, found.stored.opinion) == (mine, FOUR)
    assert (
        unit.ballots.get(ask.juror, unit.people.named(Role.TEAM, "Zwaluw")).version == 1
    )


def test_the_same_once_more_is_no_clash_and_no_change(unit, ask) -> None:
    first = judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    again = judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    assert again == first


def test_submitting_twice_is_written_once(unit, ask) -> None:
    for _ in range(2):
        judging.submit(unit, ask, FOUR, version=0, now=NOON)
    assert acts(unit) == [("Ans", "submit ballot", "Zwaluw")]


def test_submitting_an_older_version_clashes(unit, ask) -> None:
    judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    mine = replace(FOUR, points={"bruikbaarheid": 1})
    assert isinstance(judging.submit(unit, ask, mine, version=0, now=NOON), Clash)
    assert unit.ballots.ballots() == []


def test_a_submitted_ballot_changes_only_after_it_is_reopened(unit, ask) -> None:
    sent = judging.submit(unit, ask, FOUR, version=0, now=NOON)
    later = replace(FOUR, note="Toch anders.")
    with pytest.raises(RequestRefusedError, match="submitted"):
        judging.save_draft(unit, ask, later, version=sent.version, now=NOON)
    draft = judging.reopen(unit, ask, now=NOON)
    assert (draft.opinion, draft.submitted_at) == (FOUR, None)
    assert unit.ballots.ballots() == []
    judging.save_draft(unit, ask, later, version=draft.version, now=NOON)
    assert [act for _, act, _ in acts(unit)] == ["submit ballot", "reopen ballot"]


def test_reopening_a_recusal_gives_an_empty_draft(unit, ask) -> None:
    judging.recuse(unit, ask, "Mijn buurman.", now=NOON)
    draft = judging.reopen(unit, ask, now=NOON)
    assert (draft.opinion, draft.recused, draft.submitted_at) == (
        Opinion(),
        False,
        None,
    )


def test_nothing_is_reopened_that_is_not_there(unit, ask) -> None:
    with pytest.raises(NotFoundError):
        judging.reopen(unit, ask, now=NOON)


def test_a_draft_stays_as_it_is_when_it_is_reopened(unit, ask) -> None:
    kept = judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    assert judging.reopen(unit, ask, now=NOON) == kept


def test_recusing_twice_is_written_once(unit, ask) -> None:
    for _ in range(2):
        judging.recuse(unit, ask, "Mijn buurman.", now=NOON)
    assert acts(unit) == [("Ans", "recuse from pitch", "Zwaluw")]


def test_an_organiser_types_a_paper_ballot_in_and_the_log_says_so(unit, ask) -> None:
    judging.submit(unit, ask, FOUR, version=None, now=NOON, by="Organisatie")
    [entry] = unit.audit.all()
    assert entry["actor"] == "Organisatie"
    told = {"before": "none", "after": "submitted", "typed_in_for": "Ans"}
    assert entry["detail"] == told
    assert unit.ballots.ballots()[0].juror == "Ans"


@pytest.mark.parametrize("phase", ["draft", "practice", "open", "frozen", "closed"])
def test_ballots_change_in_phase_jury_only(unit, ask, phase) -> None:
    unit.phases.change(phase, by="a test", now=NOON)
    for act in (
        lambda: judging.save_draft(unit, ask, FOUR, version=0, now=NOON),
        lambda: judging.submit(unit, ask, FOUR, version=0, now=NOON),
        lambda: judging.recuse(unit, ask, "", now=NOON),
        lambda: judging.reopen(unit, ask, now=NOON),
    ):
        with pytest.raises(RequestRefusedError, match="does not judge now"):
            act()


def test_ballots_change_until_the_panel_closes_and_again_when_it_opens(
    unit, ask, brief
) -> None:
    change_panel(unit, chair(), is_open=False, brief=brief, now=NOON)
    with pytest.raises(RequestRefusedError, match="does not judge now"):
        judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    change_panel(unit, chair(), is_open=True, brief=brief, now=NOON)
    judging.save_draft(unit, ask, FOUR, version=0, now=NOON)


def test_who_has_an_interest_does_not_judge_and_others_do(unit, ask) -> None:
    declare(
        unit, ask.juror, {"Zwaluw": Interest.KNOWS}, reasons={"Zwaluw": "Zus"}, now=NOON
    )
    with pytest.raises(RequestRefusedError, match="interest"):
        judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    free = another(unit, ask)
    declare(unit, free.juror, {"Zwaluw": Interest.NONE}, reasons={}, now=NOON)
    judging.submit(unit, free, FOUR, version=0, now=NOON)


def test_without_a_declaration_no_ballot_is_taken(unit, ask) -> None:
    silent = another(unit, ask)
    for act in (
        lambda: judging.save_draft(unit, silent, FOUR, version=0, now=NOON),
        lambda: judging.submit(unit, silent, FOUR, version=None, now=NOON),
        lambda: judging.recuse(unit, silent, "", now=NOON),
        lambda: cast(unit, silent),
    ):
        with pytest.raises(RequestRefusedError, match="Bo did not say") as refused:
            act()
    assert "/jury/conflicts" in refused.value.hint
    assert unit.ballots.of_juror(silent.juror) == []


def test_a_ballot_on_paper_needs_no_declaration_on_a_page(unit, ask) -> None:
    silent = another(unit, ask)
    judging.submit(unit, silent, FOUR, version=None, now=NOON, by="Organisatie")
    assert [ballot.juror for ballot in unit.ballots.ballots()] == ["Bo"]


@pytest.mark.parametrize(
    "opinion",
    [
        Opinion({"schoonheid": 3}),
        Opinion({"bruikbaarheid": 0}),
        Opinion({"bruikbaarheid": 6}),
        Opinion(abstained=("schoonheid",)),
        Opinion({"bruikbaarheid": 3}, ("bruikbaarheid",)),
        Opinion(note="a\x00b"),
        Opinion(private_note="x" * 10_001),
    ],
    ids=["unknown", "too few", "too many", "unknown abstained", "both", "sign", "long"],
)
def test_what_stands_outside_the_rubric_is_refused(unit, ask, opinion) -> None:
    with pytest.raises(RequestRefusedError):
        judging.save_draft(unit, ask, opinion, version=0, now=NOON)
    assert unit.ballots.of_juror(ask.juror) == []


def test_a_team_without_a_pitch_cannot_be_judged(unit, ask) -> None:
    unit.people.add(Role.TEAM, "Grutto", token_hash="g", now=NOON)
    for name in ("Grutto", "Nobody"):
        with pytest.raises(NotFoundError, match=name):
            judging.save_draft(
                unit, replace(ask, team_name=name), FOUR, version=0, now=NOON
            )


def cast(unit, ask, **given):
    asked = {"points": {"bruikbaarheid": 4}, "note": ""} | given
    return casting.cast(unit, ask, now=NOON, **asked)


def test_a_program_submits_at_once_and_keeps_the_private_note(unit, ask) -> None:
    judging.save_draft(unit, ask, FOUR, version=0, now=NOON)
    cast(unit, ask, points={"bruikbaarheid": 2}, note="Korter.")
    [seen] = unit.ballots.ballots()
    assert (seen.points, seen.note) == ({"bruikbaarheid": 2}, "Korter.")
    assert unit.ballots.of_juror(ask.juror)[0].private_note == "Zenuwachtig."


def test_a_program_recuses_and_gives_points_only_after_reopening(unit, ask) -> None:
    assert cast(unit, ask, points={}, recused=True, note="Zus").recused
    with pytest.raises(RequestRefusedError, match="do not judge this pitch"):
        cast(unit, ask)
    judging.reopen(unit, ask, now=NOON)
    assert not cast(unit, ask).recused


@pytest.mark.parametrize("act", [judging.submit, judging.save_draft])
@pytest.mark.parametrize("version", [0, 1])
def test_a_recused_juror_changes_no_points(unit, ask, act, version) -> None:
    kept = judging.recuse(unit, ask, "Mijn buurman.", now=NOON)
    with pytest.raises(RequestRefusedError, match="ballot: you said"):
        act(unit, ask, FOUR, version=version, now=NOON)
    assert unit.ballots.of_juror(ask.juror) == [kept]


def test_what_is_typed_in_from_paper_takes_the_place_of_a_recusal(unit, ask) -> None:
    judging.recuse(unit, ask, "Mijn buurman.", now=NOON)
    judging.submit(unit, ask, FOUR, version=None, now=NOON, by="Organisatie")
    [kept] = unit.ballots.of_juror(ask.juror)
    assert (kept.recused, kept.opinion) == (False, FOUR)
    assert acts(unit)[-1] == ("Organisatie", "submit ballot", "Zwaluw")


@pytest.mark.parametrize(
    "given",
    [{"points": {}}, {"recused": True}],
    ids=["neither", "both"],
)
def test_a_program_says_points_or_recusal(unit, ask, given) -> None:
    with pytest.raises(RequestRefusedError, match="points"):
        cast(unit, ask, **given)
    assert unit.ballots.ballots() == []
