"""Scoring a bundle at home, on practice rows."""

from __future__ import annotations

import errno
import json
import os
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from rich.table import Table

from challenge.errors import (
    ModelRefusedError,
    RequestRefusedError,
    WritingFailedError,
)
from challenge.terminal import Json, console, explained, print_json
from challenge.writing import whole

if TYPE_CHECKING:
    from challenge.practice import Data
    from challenge.practice.running import Run
    from leaderboard import Finding, Scorecard
    from leaderboard.language import Language

_STEPS = {
    "open": "Opening the data",
    "inspect": "Looking at the bundle as the server does",
    "predict": "Letting it predict, in a process of its own",
    "score": "Scoring practice rows",
}
# As many decimals as the web's report gives.
_DIGITS = {
    "scaled_brier": 3,
    "auroc": 3,
    "recall_at_capacity": 3,
    "calibration_intercept": 2,
    "calibration_slope": 2,
    "observed_expected": 2,
}

app = typer.Typer()


class Lang(StrEnum):
    """Languages of a report."""

    NL = "nl"
    EN = "en"


@app.command()
def evaluate(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    data: Annotated[
        Path, typer.Option(help="Folder that `challenge download` filled.")
    ] = Path("data"),
    report: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write the report to this HTML file."),
    ] = None,
    shows: Annotated[
        bool, typer.Option("--open", help="Open the report in the browser.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Ask first if the server has these data.")
    ] = False,
    lang: Annotated[Lang, typer.Option(help="Language of table and report.")] = Lang.EN,
    as_json: Json = False,
) -> None:
    """Score a bundle on practice rows, here, with the server's code; nothing is sent.

    Your model has the limits of a server whose organiser set no others; the page
    /challenge says those of yours. Seconds are those of this machine. It is your own
    model, so nothing isolates it.

    Example: `challenge evaluate model.zip --report report.html --open`
    """
    place = report or (Path("report.html") if shows else None)
    with explained():
        if place:
            _require_folder(place)
        with _told_log(), _progress() as tell:
            tell("open")
            opened = _open(data, online=online)
            card, run = _evaluate(bundle, opened, tell)
        if as_json:
            told = {"rows": "practice", "scorecard": json.loads(card.to_json())}
            print_json(told)
        else:
            _tell(card, run, opened, lang.value)
            _tell_limits()
        if place:
            _write(place, card, run, opened, lang.value)
    if place and shows:
        webbrowser.open(place.resolve().as_uri())


def _require_folder(place: Path) -> None:
    """Refuse a report that cannot be written, before a minute of work."""
    if not (folder := place.parent).is_dir():
        raise RequestRefusedError(
            "--report",
            f"There is no folder {folder} to write {place.name} in.",
            hint="Make it first, or name another place with `--report`.",
        )
    if not os.access(folder, os.W_OK):
        raise WritingFailedError(PermissionError(errno.EACCES, ""), str(place))


def _open(folder: Path, *, online: bool) -> Data:
    """Open the data; what is slow to import is imported while a spinner turns."""
    from challenge.practice import open_data
    from challenge.practice.evaluating import require_rules
    from challenge.team.connection import connect

    with connect() if online else nullcontext() as server:
        data = open_data(folder, server=server)
    require_rules(data)
    return data


def _evaluate(
    bundle: Path, data: Data, tell: Callable[[str], None]
) -> tuple[Scorecard, Run]:
    from challenge.practice.evaluating import score_answers
    from challenge.practice.running import run_bundle
    from challenge.settings import Settings

    here = Settings()
    run = run_bundle(
        bundle,
        data,
        limits=here.limits,
        bundle_mib=here.upload_limit_mib,
        on_step=tell,
    )
    tell("score")
    return score_answers(run.probabilities, data), run


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Say which step is being taken, and for how long."""
    columns = (SpinnerColumn(), "{task.description}", TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=None)
        yield lambda step: progress.update(bar, description=_STEPS[step])


@contextmanager
def _told_log() -> Iterator[None]:
    """Show all that a refused model printed, as the server's page does."""
    try:
        yield
    except ModelRefusedError as error:
        if error.log.strip():
            console.print("Its log:")
            console.print(escape(error.log.rstrip()), soft_wrap=True)
        raise


def _tell(card: Scorecard, run: Run, data: Data, slug: str) -> None:
    from challenge.practice.report import warnings_of
    from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
    from leaderboard.language import language

    spoken = language(slug)
    texts, capacity = spoken.texts, spoken.number(card.capacity, 0, 100, "%")
    table = Table(
        title=f"{escape(run.title or str(data.name))} ({texts['practice_tag']})",
        caption=f"{NOTICE[slug]}\n{FORBIDDEN_USE[slug]}",
        caption_justify="left",
    )
    table.add_column(texts["card_measure"])
    for heading in (texts["card_value"], "95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(texts["card_direction"])
    for name, digits in _DIGITS.items():
        if (found := card.metrics.get(name)) is None:
            continue
        table.add_row(
            texts[f"metric_{name}"].format(capacity=capacity),
            spoken.number(found.value, digits),
            spoken.interval(found, digits),
            texts[f"direction_{name}"],
        )
    console.print(table)
    for sentence in _policy(card, data, spoken):
        console.print(escape(sentence))
    outside = [texts["card_degenerate"]] if card.degenerate else []
    for warning in (*outside, *warnings_of(run, slug)):
        console.print(f"[yellow]{escape(warning)}[/yellow]")


def _tell_limits() -> None:
    """Say which limits these were, since a server may have others."""
    from challenge.practice.running import has_guest
    from challenge.settings import Settings

    here = Settings()
    memory = (
        f"{here.memory_mib:,} MiB of memory" if has_guest() else "no bound on memory"
    )
    console.print(
        f"Limits here: {here.limit_seconds:g} seconds of this machine, {memory}, a"
        f" bundle of {here.upload_limit_mib} MiB. Your server's stand at its page"
        " /challenge; a proof run (`challenge submit --proof`) tells for sure.",
        soft_wrap=True,
    )


def _policy(card: Scorecard, data: Data, spoken: Language) -> list[str]:
    """Say the state of the policy, and of the groups those that decide it."""
    from leaderboard.labels import Labels

    if card.policy is None:
        return []
    state, *told = Labels(data.rules.labels[spoken.slug], spoken).sentences(card.policy)
    findings = card.policy.findings
    decide = [n for n, one in enumerate(findings) if one.gates and one.low is not None]
    same = [n for n in decide if findings[n].state == card.policy.state]
    worst = sorted(same or decide, key=lambda n: -_strain(findings[n]))[:1]
    # What follows the groups is about the comparison with the reference model.
    return [state, *(told[n] for n in worst), *told[len(findings) :]]


def _strain(finding: Finding) -> float:
    """How far a group's bounds reach into what the policy does not allow."""
    low, high = finding.low or 0.0, finding.high or float("inf")
    ratio = max(high, 1 / low if low else float("inf"))
    return ratio - 1 if finding.excess_high is None else finding.excess_high


def _write(place: Path, card: Scorecard, run: Run, data: Data, slug: str) -> None:
    """Write the report, whole or not at all."""
    from challenge.practice.report import write_report

    text = write_report(card, run, data, language=slug)
    with whole(place) as file:
        file.write(text.encode("utf-8"))
    console.print(f"The report: {escape(str(place))}", soft_wrap=True)
