"""What Prometheus gets: the same figures as the desk, and nothing about anybody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from challenge.backups.manifest import MANIFEST
from challenge.records import Isolation, Reason, Stage, State, WorkerFacts
from challenge.rules.figures import AT_THE_DOOR
from challenge.rules.tokens import Scope, make_token
from challenge.settings import Settings
from challenge.store import Unit
from challenge.store.tallies import Tallies
from challenge.web.traffic import BUCKETS, Traffic

from .conftest import Ask
from .room import Room


@pytest.fixture
def room(settings: Settings) -> Room:
    return Room(settings)


def samples(answer: httpx.Response) -> dict[str, float]:
    """Read what Prometheus would: the sample with its labels, to its value."""
    return {
        sample.name
        + "".join(f",{k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def submit(unit: Unit, room: Room, number: int, state: State, **more: object) -> None:
    now = datetime.now(UTC)
    unit.submissions.add(
        id=f"{number:016x}",
        team_id=room.person(unit, "Zwaluw").id,
        state=state,
        stage=Stage.RECEIVED,
        release="quickstart/1",
        bundle_sha256="ab",
        **{"created_at": now, "updated_at": now} | more,
    )


def a_day(unit: Unit, room: Room) -> None:
    """Two wait, one runs, one is scored, four ended otherwise; a worker; a question."""
    now = datetime.now(UTC)
    submit(unit, room, 1, State.QUEUED, created_at=now - timedelta(minutes=20))
    submit(unit, room, 2, State.QUEUED)
    submit(unit, room, 3, State.RUNNING)
    submit(unit, room, 4, State.SCORED, started_at=now - timedelta(seconds=8))
    submit(unit, room, 5, State.FAILED, reason=Reason.PLATFORM_FAULT)
    submit(unit, room, 6, State.REFUSED, reason=Reason.TIME_LIMIT)
    submit(unit, room, 7, State.REFUSED, reason="bundle-refused")
    submit(unit, room, 8, State.REFUSED, reason="zwaluw-made-this-up")
    unit.results.record(
        submission_id=f"{4:016x}",
        scorer="1",
        scorecard="{}",
        practice="{}",
        cpu_seconds=4,
        memory_mib=64,
        scored_at=now - timedelta(minutes=10),
    )
    asks = room.person(unit, "Zwaluw")
    unit.help_requests.add(asks, code="QX7Z", text="Hoe?", submission_id=None, now=now)
    unit.attempts.add("10.0.0.1", "", now=now)
    unit.attempts.add("10.0.0.1", "", now=now - timedelta(minutes=6))
    unit.workers.seen(
        WorkerFacts(
            name="een-machine-77",
            release="quickstart/1",
            isolation=Isolation.BUBBLEWRAP,
            engine="",
            slots=3,
            pool_size=4,
            pool_ready=2,
            started_at=now,
            seen_at=now,
        )
    )


def test_it_counts_what_there_is(ask: Ask, room: Room) -> None:
    room.change(lambda unit: a_day(unit, room))

    [answer] = ask([room.get("/metrics", "Organisatie")])

    told = samples(answer)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert told["kansrijk_queue_length"] == 2
    assert 1200 <= told["kansrijk_queue_oldest_seconds"] < 1260
    assert told["kansrijk_runs_in_progress"] == 1
    assert told["kansrijk_submissions,state=refused"] == 3
    assert told["kansrijk_submissions,state=proved"] == 0
    without = "kansrijk_submissions_without_score,reason="
    assert told[f"{without}{Reason.PLATFORM_FAULT}"] == 1
    assert told[f"{without}{AT_THE_DOOR}"] == 2
    assert told[f"{without}{Reason.LABELS}"] == 0
    assert told["kansrijk_mlflow_backlog"] == 1
    assert 600 <= told["kansrijk_mlflow_oldest_seconds"] < 660
    assert told["kansrijk_failed_log_ins"] == 1
    assert (told["kansrijk_workers"], told["kansrijk_slots"]) == (1, 3)
    assert (told["kansrijk_pool_size"], told["kansrijk_pool_ready"]) == (4, 2)
    assert told["kansrijk_run_cpu_seconds_bucket,le=2"] == 0
    assert told["kansrijk_run_cpu_seconds_bucket,le=4"] == 1
    assert told["kansrijk_run_cpu_seconds_sum"] == 4
    assert told["kansrijk_database_bytes"] > 100_000
    assert told["kansrijk_disk_free_bytes"] < told["kansrijk_disk_bytes"]
    assert told["process_resident_memory_bytes"] > 1e6
    assert "kansrijk_last_backup_timestamp_seconds" not in told


def test_no_figure_is_finer_than_a_millionth(ask: Ask, room: Room) -> None:
    # Else a clock could show what reads as a hidden risk, seven digits of which are
    # sought in every answer.
    room.change(lambda unit: a_day(unit, room))
    *_, answer = ask([room.get(path, "Organisatie") for path in ("/", "/metrics")])
    told = samples(answer)
    sums = "kansrijk_request_seconds_sum,"
    assert any(value > 0 for name, value in told.items() if name.startswith(sums))
    assert {name: n for name, n in told.items() if n != round(n, 6)} == {}


def test_desk_and_probe_show_the_same(ask: Ask, room: Room) -> None:
    room.change(lambda unit: a_day(unit, room))

    metrics, desk, ready = ask(
        [
            room.get(path, "Organisatie")
            for path in ("/metrics", "/organiser?lang=en", "/health/ready")
        ]
    )

    told, probed = samples(metrics), ready.json()
    shown = re.findall(r'<span class="num">(\d+)</span>', desk.text)[-5:]
    assert [int(number) for number in shown] == [
        told["kansrijk_queue_length"],
        told["kansrijk_runs_in_progress"],
        told["kansrijk_scored_today"],
        told["kansrijk_submissions,state=failed"],
        told["kansrijk_help_requests_open"],
    ]
    assert shown == ["2", "1", "1", "1", "1"]
    assert probed["queue"] == told["kansrijk_queue_length"]
    assert probed["workers"] == told["kansrijk_workers"]
    assert probed["people"] == told["kansrijk_people"]
    assert probed["pool"] == {
        "size": told["kansrijk_pool_size"],
        "ready": told["kansrijk_pool_ready"],
    }


def test_the_probe_counts_no_more_than_it_shows(
    ask: Ask, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody may ask it; once it read every figure of the day."""
    for name in ("ends", "runs", "failed_log_ins", "size_bytes"):
        monkeypatch.setattr(Tallies, name, None)
    [ready] = ask([room.get("/health/ready")])
    assert ready.status_code == 200


def test_it_names_nobody_and_nothing_that_was_typed(ask: Ask, room: Room) -> None:
    room.change(lambda unit: a_day(unit, room))
    paths = ("/geheim-pad", "/invitation/AB2C-DE3F-GH4J-KM5N", "/submissions/geheim")
    typed = [room.get(path, "Zwaluw") for path in paths]
    typed.append(httpx.Request("GEHEIM", "http://test/login"))

    *_, answer = ask([*typed, room.get("/metrics", "Organisatie")])

    for word in ("Zwaluw", "een-machine", "geheim", "GEHEIM", "AB2C", "made-this"):
        assert word not in answer.text
    told = samples(answer)
    counted = "kansrijk_request_seconds_count,method={},route={},status={}"
    assert told[counted.format("GET", "unknown", "4xx")] == 1
    assert told[counted.format("GET", "/invitation/{code}", "4xx")] == 1
    assert told[counted.format("other", "/login", "4xx")] == 1


def test_another_address_makes_no_other_figure(ask: Ask, room: Room) -> None:
    first = [room.get(f"/nowhere-{n}") for n in range(3)]
    *_, before, _, _, after = ask(
        [
            *first,
            room.get("/metrics", "Organisatie"),
            room.get("/nowhere-else"),
            room.get("/method/17"),
            room.get("/metrics", "Organisatie"),
        ]
    )
    # The first look at it counts itself in the second.
    added = {*samples(after)} - {*samples(before)}
    assert {name for name in added if "route=/metrics" not in name} == set()


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("Zwaluw", 403), ("Ans", 403), ("Accountant", 200)],
)
def test_only_the_desk_reads_it(
    ask: Ask, room: Room, who: str | None, status: int
) -> None:
    [answer] = ask([room.get("/metrics", who)])
    assert answer.status_code == status


def test_a_token_for_metrics_reads_nothing_else(ask: Ask, room: Room) -> None:
    def act(unit: Unit) -> None:
        room.tokens["monitor"] = make_token(
            unit,
            room.person(unit, "Organisatie"),
            label="Prometheus",
            by="a test",
            now=datetime.now(UTC),
            scope=Scope.METRICS,
        )

    room.change(act)
    paths = ("/metrics", "/organiser", "/api/board", "/mlflow/", "/api/audit")
    answers = ask([room.get(path, "monitor") for path in paths])
    assert [a.status_code for a in answers] == [200, 403, 403, 403, 403]


def test_the_newest_backup_says_when_it_began(
    ask: Ask, room: Room, settings: Settings
) -> None:
    for name in ("20261122T110000Z", "20261122T120000Z-1", ".20261122T130000Z.part"):
        place = settings.home / "backups" / name
        place.mkdir(parents=True)
        (place / MANIFEST).touch()
    [answer] = ask([room.get("/metrics", "Organisatie")])
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
    assert samples(answer)["kansrijk_last_backup_timestamp_seconds"] == noon


def test_the_buckets_tell_a_page_that_is_quick_enough_from_one_that_is_not() -> None:
    traffic = Traffic()
    for seconds in (0.79, 0.81):
        traffic.served("/", "GET", 200, seconds)
    labels = {"route": "/", "method": "GET", "status": "2xx", "le": "0.8"}
    assert 0.8 in BUCKETS
    assert (
        traffic.registry.get_sample_value("kansrijk_request_seconds_bucket", labels)
        == 1
    )


def test_what_is_under_way_counts_until_it_ends() -> None:
    traffic = Traffic()
    read = traffic.registry.get_sample_value

    def counts() -> tuple[float | None, float | None]:
        names = ("kansrijk_requests_in_progress", "kansrijk_uploads_in_progress")
        return read(names[0]), read(names[1])

    with traffic.under_way(is_upload=True), traffic.under_way(is_upload=False):
        assert counts() == (2, 1)
    with pytest.raises(KeyError), traffic.under_way(is_upload=True):
        raise KeyError
    assert counts() == (0, 0)
