"""What an auditor gets: a folder from which anybody can recompute the board.

It holds hidden labels and the seed of the replicates, and with them every answer that
teams are after; so it is written for one person, and late. No id and no feature of a
household is in it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from challenge.brief import Brief
from challenge.errors import ExportRefusedError
from challenge.rules.actors import NAME_LENGTH
from challenge.rules.audit_tables import write_column, write_rows
from challenge.rules.hidden import HiddenRows, read_predictions
from challenge.rules.picks import counting
from challenge.rules.replication import replicate_seed
from challenge.rules.revealing import reveal
from challenge.rules.sealed import FINAL_SETS
from challenge.rules.standings import Rows, Standings, standings
from challenge.rules.text import check_name
from challenge.settings import Settings
from challenge.store import Database, Result
from challenge.synthesis import Release
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE
from leaderboard import Phase
from leaderboard.scorecard import REPLICATES

EXPORTED = "export board"
"""How the audit table calls it."""
_COMMAND = "python -m leaderboard . --html board.html"
_KEEP = (
    "This folder tells every hidden label. Keep it to yourself until the challenge is"
    " closed."
)


class Auditing:
    """Write everything that recomputing the board takes.

    Parameters
    ----------
    database : Database
        Results, and the audit table, which only grows.
    settings : Settings
        Where predictions and the brief are.
    release : Release
        Its ``sealed/`` must be readable by this process.
    brief : Brief
        Policy and capacity.
    phase : Phase
        Where the challenge is.
    describe : callable
        Turns standings on some rows into the document that visitors get.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        release: Release,
        *,
        brief: Brief,
        phase: Phase,
        describe: Callable[[Standings, Rows], dict[str, Any]],
    ) -> None:
        self._database = database
        self._settings = settings
        self._release = release
        self._brief = brief
        self._phase = phase
        self._describe = describe

    def export(
        self, folder: Path, *, by: str, while_running: bool, now: datetime
    ) -> int:
        """Write the folder; it appears whole or not at all.

        Parameters
        ----------
        folder : Path
            To be made; its parent too. Nobody else on the machine can read it.
        by : str
            Who takes responsibility; kept in the audit table.
        while_running : bool
            Whether it may be written before the challenge is closed.
        now : datetime
            Aware.

        Returns
        -------
        int
            How many submissions are in it.

        Raises
        ------
        ExportRefusedError
            If the challenge is not closed, the folder is there already, or nothing was
            scored.
        PredictionsLostError
            If predictions are gone, or cut short.
        RequestRefusedError
            If nobody is named, or by what is no name.
        """
        by = check_name(by, field="--by", longest=NAME_LENGTH)
        self._check(folder, while_running=while_running)
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".exporting-", dir=folder.parent))
        try:
            results = self._write(draft)
            with self._database.begin() as unit:
                unit.audit.add(
                    by,
                    EXPORTED,
                    self._release.name,
                    now=now,
                    phase=self._phase,
                    submissions=len(results),
                )
            # Once that is kept: no crash leaves a folder that nobody answers for.
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return len(results)

    def _check(self, folder: Path, *, while_running: bool) -> None:
        if not self._is_closed and not while_running:
            raise ExportRefusedError(
                f"The challenge is {self._phase}, and the folder tells every hidden"
                " label.",
                hint="Wait until it is closed; or add `--while-running`, and give the"
                " folder to nobody but the auditor.",
            )
        if folder.exists() or folder.is_symlink():
            raise ExportRefusedError(
                f"{folder} is there already.",
                hint="Name a new folder; nothing is ever overwritten.",
            )

    def _write(self, draft: Path) -> list[Result]:
        with self._database.read() as unit:
            found = unit.results.all(self._release.name)
            chosen = counting(unit, self._release.name).values()
        if not found:
            raise ExportRefusedError(
                "Nothing was scored yet.", hint="Wait for the first score."
            )
        picked = {c.submission_id for c in chosen if c.why != "accepted"}
        # The ladder goes by when a result came, not by when it was handed in.
        results = sorted(found, key=lambda result: (result.scored_at, result.number))
        self._write_set(draft, "board", results, picked if self._is_closed else ())
        for rows in self._ends:
            decided = self._standings(rows).results
            self._write_set(draft / rows, rows, results, decided)
        secret = reveal(draft, self._release) if self._is_closed else _KEEP
        readme = _readme(self._release.name, secret, ends=self._ends)
        (draft / "README.txt").write_text(readme, "utf-8")
        return results

    @property
    def _ends(self) -> list[Rows]:
        """Name the sets that were scored at the end, once that may leave."""
        if not self._is_closed:
            return []
        return [rows for rows in FINAL_SETS if self._standings(rows).results]

    def _write_set(
        self,
        folder: Path,
        rows: Rows,
        results: Sequence[Result],
        picked: Collection[str],
    ) -> None:
        """Write all that recomputing the ranking on some rows takes."""
        folder.mkdir(exist_ok=True)
        ranked, sealed = self._standings(rows), self._settings.home / "sealed"
        write_rows(folder / "rows.csv", self._hidden.sets[rows])
        for result in results:
            place = folder / "predictions" / f"{result.submission_id}.csv"
            said = self._hidden.split(read_predictions(sealed, result.submission_id))
            write_column(place, said[rows])
        for source in sorted({result.sources for result in results}):
            reference = self._release.reference(rows, source)
            if reference is not None:
                write_column(folder / "reference" / f"{source}.csv", reference)
        brief = self._settings.content / self._release.slug / "brief.toml"
        shutil.copyfile(brief, folder / "brief.toml")
        counts = _counts(results, ranked.results, picked)
        (folder / "board.toml").write_text(self._board(rows, results, counts), "utf-8")
        served = to_jsonable_python(self._describe(ranked, rows))
        told = json.dumps(served, indent=2, ensure_ascii=False)
        (folder / "served.json").write_text(told + "\n", "utf-8")

    def _standings(self, rows: Rows) -> Standings:
        name, policy = self._release.name, self._brief.policy
        with self._database.read() as unit:
            return standings(unit, name, policy=policy, rows=rows)

    @cached_property
    def _hidden(self) -> HiddenRows:
        return HiddenRows.unseal(self._release)

    @property
    def _is_closed(self) -> bool:
        return self._phase is Phase.CLOSED

    def _board(
        self, rows: Rows, results: Sequence[Result], counts: Mapping[str, str]
    ) -> str:
        """Say how everything was scored, and what came in, in order."""
        head = [
            *(f"# {text}" for text in _notices()),
            f"release = {_quoted(self._release.name)}",
            f'rows = "{rows}"',
            f'phase = "{self._phase}"',
            f"capacity = {self._brief.capacity}",
            "# The seed has 64 bits without a sign, which is more than TOML has.",
            f'seed = "{replicate_seed(self._release)}"',
            f"replicates = {REPLICATES}",
        ]
        told = (_entry(r, counts.get(r.submission_id, "")) for r in results)
        return "\n".join([*head, *told, ""])


def _counts(
    results: Sequence[Result], shown: Collection[str], picked: Collection[str]
) -> dict[str, str]:
    """Say which submissions count though no ladder holds them, and which cannot."""
    held = {r.team_id for r in results if r.submission_id in shown}
    gone = (r.submission_id for r in results if r.team_id not in held)
    return dict.fromkeys(picked, "yes") | dict.fromkeys(gone, "no")


def _entry(result: Result, counts: str) -> str:
    facts = {
        "key": result.submission_id,
        "team": result.team,
        "title": result.title,
        "sources": result.sources,
        "baseline": result.baseline or "",
        "counts": counts,
    }
    lines = [f"{name} = {_quoted(fact)}" for name, fact in facts.items()]
    moment = f"at = {result.scored_at.isoformat()}"
    return "\n".join(["\n[[submissions]]", *lines, moment])


def _quoted(text: str) -> str:
    """Write a text as TOML: as JSON does, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _notices() -> list[str]:
    return [text[language] for language in NOTICE for text in (NOTICE, FORBIDDEN_USE)]


def _readme(release: str, secret: str, *, ends: Iterable[Rows]) -> str:
    commands = [_COMMAND, *(f"python -m leaderboard {rows}" for rows in ends)]
    return "\n".join(
        [
            f"The board of {release}, to be recomputed without the service:",
            "",
            *(f"    {command}" for command in commands),
            "",
            secret,
            "",
            *_notices(),
            "",
        ]
    )
