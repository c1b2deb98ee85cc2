"""Starting a challenge: a new folder from the quickstart, ready to be changed.

The quickstart is content, not code. It stands beside the packages in a checkout, and
an installed wheel brings it as shared data.
"""

from __future__ import annotations

import datetime
import re
import shlex
import shutil
import sysconfig
import tempfile
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

from challenge.brief import check
from challenge.errors import (
    ChallengeMissingError,
    ContentRefusedError,
    FolderRefusedError,
)
from challenge.rules.starting_texts import (
    DATASHEET,
    FIRST_LINES,
    HINTS,
    README,
    TRANSLATE,
)
from challenge.rules.text import check_line
from challenge.settings import Settings
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

SHARED = "share/kansrijk/datasets"
"""Where a wheel puts content, below the prefix that it is installed in."""
TITLE_LENGTH = 200
"""Longest title: what fits above a page."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_FILES = ("brief.toml", "mechanism.toml", "partners")


def start(
    folder: Path,
    *,
    today: datetime.date,
    title: str | None = None,
    title_nl: str | None = None,
) -> None:
    """Make a challenge folder that passes its check and builds at once.

    It appears whole or not at all.

    Parameters
    ----------
    folder : Path
        New or empty; its name becomes the name of the challenge.
    today : date
        Of the datasheet.
    title : str, optional
        What people read; default: made from the folder's name.
    title_nl : str, optional
        The same in Dutch; default: the title, with a comment that asks for a
        translation.

    Raises
    ------
    RequestRefusedError
        If a title is empty, too long, or more than one line that can be seen.
    FolderRefusedError
        If the folder holds something, stands in none, has a name that cannot be a
        challenge's, or cannot be written.
    ChallengeMissingError
        If the quickstart was not installed with the program.
    """
    target = folder.resolve()
    _require_free(folder, target)
    source = quickstart()
    english = _checked("--title", title, default=_title(target.name))
    titles = {"nl": _checked("--title-nl", title_nl, default=english), "en": english}
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as place:
            draft = Path(place) / target.name
            _copy(source, draft)
            _name(draft / "brief.toml", draft.name, titles)
            _document(draft, titles["en"], target.parent.name, today)
            _require_sound(draft)
            _settle(draft, target)
    except OSError as error:
        problem = f"It cannot be written: {error.strerror}."
        hint = "Name a folder in a place that you may write."
        raise FolderRefusedError(str(folder), problem, hint=hint) from error


def quickstart() -> Path:
    """Find the smallest complete challenge.

    Returns
    -------
    Path
        Its folder, in a checkout or as it was installed.

    Raises
    ------
    ChallengeMissingError
        If it is in neither place.
    """
    checkout = Path(__file__).parents[2] / "datasets"
    for content in (checkout, Path(sysconfig.get_path("data")) / SHARED):
        if (content / "quickstart" / "brief.toml").is_file():
            return content / "quickstart"
    raise ChallengeMissingError("quickstart")


def _require_free(folder: Path, target: Path) -> None:
    """Refuse a name that is none, and a place that is taken."""
    if not _SLUG.fullmatch(target.name):
        problem = f"{target.name or folder} cannot be the name of a challenge."
        hint = "Use small letters, digits and hyphens, as in `my-challenge`."
        raise FolderRefusedError(str(folder), problem, hint=hint)
    if not target.parent.exists():
        problem = f"There is no folder {folder.parent}."
        hint = "Make that folder first, or name one inside a folder that is there."
        raise FolderRefusedError(str(folder), problem, hint=hint)
    is_taken = target.is_dir() and any(target.iterdir())
    if is_taken or (target.exists() and not target.is_dir()):
        problem = "Something stands there already."
        raise FolderRefusedError(str(folder), problem, hint="Name a new folder.")


def _checked(option: str, title: str | None, *, default: str) -> str:
    """Accept a title, or say which option it came with."""
    return default if title is None else check_line(option, title, longest=TITLE_LENGTH)


def _title(slug: str) -> str:
    """Make a title of a name: ``my-challenge`` becomes "My challenge"."""
    words = slug.replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _copy(source: Path, draft: Path) -> None:
    """Copy the quickstart, with what to change in its files."""
    draft.mkdir()
    for name in _FILES:
        place = source / name
        if place.is_dir():
            shutil.copytree(place, draft / name)
        else:
            shutil.copyfile(place, draft / name)
    for path in (path for path in draft.rglob("*") if path.is_file()):
        name = path.relative_to(draft).as_posix()
        path.write_text(_explained(name, path.read_text("utf-8")), "utf-8")


def _document(draft: Path, title: str, content: str, today: datetime.date) -> None:
    """Write what comes next, where the folder around is called `content`."""
    place = shlex.quote(content)
    is_usual = content == Settings.model_fields["content"].default.name
    facts = {
        "slug": draft.name,
        "title": title,
        "today": today.isoformat(),
        "content": place,
        "setting": "" if is_usual else f"export CHALLENGE_CONTENT={place}\n",
        "notice": NOTICE["en"],
        "forbidden_use": FORBIDDEN_USE["en"],
    }
    for name, text in (("README.md", README), ("DATASHEET.md", DATASHEET)):
        (draft / name).write_text(text.format(**facts), "utf-8")


def _explained(name: str, text: str) -> str:
    """Write above the parts of a file what to change there."""
    lines = text.splitlines()
    if name in FIRST_LINES:
        own = list(takewhile(lambda line: line.startswith("#"), lines))
        lines[: len(own)] = [FIRST_LINES[name]]
    for anchor, comment in HINTS.get(name, {}).items():
        found = next((i for i, line in enumerate(lines) if line == anchor), None)
        if found is not None:
            indent = anchor[: len(anchor) - len(anchor.lstrip())]
            lines.insert(found, f"{indent}# {comment}")
    return "\n".join(lines) + "\n"


def _name(brief: Path, slug: str, titles: Mapping[str, str]) -> None:
    """Put name and titles of the new challenge in a brief."""
    text = brief.read_text("utf-8")
    text = re.sub(r'(?m)^slug = ".*"$', f'slug = "{slug}"', text, count=1)
    head, mark, rest = text.partition("[title]\n")
    quoted = {
        language: title.replace("\\", "\\\\").replace('"', '\\"')
        for language, title in titles.items()
    }
    written = "".join(f'{key} = "{title}"\n' for key, title in quoted.items())
    if titles["nl"] == titles["en"]:
        written = f"# {TRANSLATE}\n{written}"
    rest = re.sub(r'\A((nl|en) = ".*"\n)*', "", rest)
    brief.write_text(head + mark + written + rest, "utf-8")


def _require_sound(draft: Path) -> None:
    """Refuse what would not pass the check."""
    report = check(draft)
    if report.faults:
        raise ContentRefusedError(report.faults)


def _settle(draft: Path, target: Path) -> None:
    """Put the draft in its place; an empty folder may be where somebody stands."""
    if target.exists():
        for path in draft.iterdir():
            path.rename(target / path.name)
    else:
        draft.rename(target)
