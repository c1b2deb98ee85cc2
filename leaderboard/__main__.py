"""Recompute a board without the service: ``python -m leaderboard FOLDER``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leaderboard.errors import ScoringError
from leaderboard.language import LANGUAGES
from leaderboard.recomputing.board import document, recompute
from leaderboard.recomputing.folder import SERVED, Folder, Progress, read_folder
from leaderboard.recomputing.page import Names, as_page
from leaderboard.recomputing.printing import as_text, said
from leaderboard.recomputing.schema import scorecard_schema
from leaderboard.recomputing.served import Line, compare_lines

_EXAMPLE = """\
example:
  python -m leaderboard folder --policy brief.toml --html board.html

Exit code 0: recomputed, and as it was published if the folder holds served.json.
1: refused, or another board than the published one. 2: a command typed wrong.
docs/recompute.md says what the folder holds.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str or None
        As typed; None: those of this process.

    Returns
    -------
    int
        Exit code 0 or 1; a command that was typed wrong leaves with 2.
    """
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.schema:
        sys.stdout.write(_json(scorecard_schema()))
        return 0
    if asked.folder is None:
        parser.error("name a folder")
    try:
        return _run(asked)
    except ScoringError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}.\nName another place.\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m leaderboard",
        description="Recompute a board from predictions or scorecards, and compare it"
        " with the one that was published.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("folder", nargs="?", type=Path, metavar="FOLDER", help="what to read")
    add(
        "--policy",
        type=Path,
        metavar="BRIEF",
        help="brief that holds the policy; default: brief.toml in the folder",
    )
    add("--html", type=Path, metavar="FILE", help="write the board as a page")
    add("--json", type=Path, metavar="FILE", help="write the board as data")
    add("--language", choices=LANGUAGES, default="en", help="default: en")
    add(
        "--all",
        action="store_true",
        help="rank every submission for itself; nothing is compared then",
    )
    add(
        "--schema",
        action="store_true",
        help="print the JSON Schema of a scorecard, and do nothing else",
    )
    return parser


def _run(asked: argparse.Namespace) -> int:
    folder = read_folder(asked.folder, brief=asked.policy, progress=_progress())
    rules, settings, slug = folder.rules, folder.settings, asked.language
    board = recompute(
        settings.entries,
        folder.scorecards,
        policy=rules.policy if rules else None,
        every=asked.all,
    )
    names = _names(folder, asked.folder.resolve().name, slug)
    shown = board.released(settings.phase, settings.rows)
    plain = document(board, phase=settings.phase, rows=settings.rows, language=slug)
    lines = _compared(folder, plain) if not asked.all else ()
    sys.stdout.write(as_text(board, shown, lines, slug=slug, every=asked.all))
    if asked.html:
        page = as_page(
            board,
            shown,
            names=names,
            sentences=said(lines, slug),
            slug=slug,
            every=asked.all,
        )
        asked.html.write_text(page, "utf-8")
    if asked.json:
        asked.json.write_text(_json(_data(folder, plain, lines, names)), "utf-8")
    return 0 if all(line.agrees for line in lines) else 1


def _compared(folder: Folder, plain: list[dict[str, Any]]) -> tuple[Line, ...]:
    if folder.served is None:
        return ()
    return compare_lines(plain, folder.served, file=SERVED)


def _names(folder: Folder, name: str, slug: str) -> Names:
    """Read how things are called; without a brief the folder names itself."""
    if folder.rules is None:
        return Names(name, {})
    sources = folder.rules.sources.items()
    labels = {source: words[slug] or source for source, words in sources}
    return Names(folder.rules.title[slug] or name, labels)


def _data(
    folder: Folder, plain: list[dict[str, Any]], lines: Sequence[Line], names: Names
) -> dict[str, Any]:
    return {
        "challenge": names.challenge,
        "set": folder.settings.rows.value,
        "rows": plain,
        "compared": [
            {
                "team": line.team,
                "sources": line.sources,
                "agrees": line.agrees,
                "differences": {
                    name: {"recomputed": ours, "served": theirs}
                    for name, (ours, theirs) in line.differences.items()
                },
            }
            for line in lines
        ],
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _progress() -> Progress | None:
    """Tell who watches how far it is; a file or pipe gets nothing."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\rScored {done} of {total}." + "\n" * (done == total))

    return show


if __name__ == "__main__":
    sys.exit(main())
