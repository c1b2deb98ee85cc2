"""docs/observability.md and the alert rules speak of what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client.metrics_core import Metric

from challenge.logs import FIELDS
from challenge.records import Reason, State, WorkerFacts
from challenge.rules.figures import AT_THE_DOOR, Figures
from challenge.web.fleet import Fleet
from challenge.web.machine import Machine
from challenge.web.metrics import Scrape
from challenge.web.traffic import Traffic
from challenge.web.vitals import Vitals

from ..factories import NOON
from .written import DOCS, check_written, table

RULES = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
# What Prometheus adds to every target by itself.
OWN = {"up"}
FUNCTIONS = {
    *("absent", "by", "delta", "histogram_quantile", "increase", "le", "max", "min"),
    *("offset", "or", "rate", "sum", "time", "unless"),
}


class Release:
    """Stands where a deployment has its release."""

    name = "quickstart/1"


class Here:
    """Stands where a server has its deployment."""

    release = Release()


def families() -> Iterator[Metric]:
    """Give every metric that a server can tell."""
    figures = Figures(
        states=dict.fromkeys(State, 0),
        reasons=dict.fromkeys((*map(str, Reason), AT_THE_DOOR), 0),
        oldest=NOON,
        scored_today=0,
        run_seconds=[1.0, 2.0],
        cpu_seconds={1: 1},
        untracked=0,
        untracked_since=None,
        questions=0,
        failed_log_ins=0,
        people=0,
        workers=tuple[WorkerFacts, ...](),
        database_bytes=0,
    )
    machine = Machine(1, 2, False, 0.5, NOON)
    vitals = Vitals(NOON, figures, Fleet((), None), machine, 0.0, True)
    traffic = Traffic()
    traffic.served("/", "GET", 200, 0.1)
    return Scrape(traffic, Here(), vitals).collect()


def row(family: Metric) -> list[str]:
    name = family.name + ("_total" if family.type == "counter" else "")
    labels = {label for sample in family.samples for label in sample.labels} - {"le"}
    told = ", ".join(f"`{label}`" for label in sorted(labels))
    return [f"`{name}`", family.type, told, family.documentation]


def test_every_field_of_a_line_is_told() -> None:
    text = table(("field", "what it says"), ([f"`{n}`", t] for n, t in FIELDS.items()))
    check_written("observability.md", "written from challenge/logs.py", text)


def test_every_metric_is_told() -> None:
    text = table(
        ("metric", "kind", "labels", "what it says"),
        (row(family) for family in families()),
    )
    check_written("observability.md", "written from challenge/web/metrics.py", text)


def test_every_alert_is_told() -> None:
    rows = (
        [
            rule["alert"],
            rule["labels"]["severity"],
            f"`{rule['expr']}`" + (f" for {rule['for']}" if "for" in rule else ""),
            rule["annotations"]["summary"],
            rule["annotations"]["action"],
        ]
        for rule in RULES
    )
    head = ("alert", "how urgent", "when", "what it means", "what to do")
    check_written("observability.md", "written from docs/alerts.yml", table(head, rows))


def test_every_alert_asks_for_metrics_and_labels_that_there_are() -> None:
    known, labels = set(OWN), {"job"}
    for family in families():
        known |= {sample.name for sample in family.samples}
        labels |= {label for sample in family.samples for label in sample.labels}
    for rule in RULES:
        asked = re.sub(r'"[^"]*"|\[\w+\]', "", rule["expr"])
        for chosen in re.findall(r"{([^}]*)}", asked):
            assert set(re.findall(r"[a-z_]+", chosen)) <= labels
        named = set(re.findall(r"[a-z_]{2,}", re.sub(r"{[^}]*}", "", asked)))
        assert named - FUNCTIONS <= known, rule["alert"]
        assert named & known, rule["alert"]


def test_an_alert_on_one_of_something_sees_the_first_one() -> None:
    """A series that begins at 1 never increased: the first 500 once alarmed nobody."""
    exprs = [" ".join(rule["expr"].split()) for rule in RULES]
    found = [expr for expr in exprs if re.search(r"increase\([^()]*\)\) > 0", expr)]
    assert found
    for expr in found:
        [series] = re.findall(r"increase\(([^()]*)\[5m\]\)", expr)
        assert expr.endswith(f" or sum({series} unless {series} offset 5m) > 0")


def test_what_may_be_absent_has_an_alert_of_its_own() -> None:
    name = "kansrijk_last_backup_timestamp_seconds"
    assert [rule["expr"] for rule in RULES].count(f"absent({name})") == 1


def test_every_alert_that_names_a_reason_names_one_that_there_is() -> None:
    text = Path(DOCS / "alerts.yml").read_text("utf-8")
    reasons = re.findall(r'reason="([^"]*)"', text)
    assert reasons
    assert {*reasons} <= {*map(str, Reason), AT_THE_DOOR}
