"""How `make docs` turns these pages into a site: strictly, and without a network.

The pages stay plain Markdown, which a repository browser shows as it is. What only the
site needs is added while it is built: `index.md` gets its table of contents from its
own links, `python.md` the docstring of every name that it lists, and every page the two
sentences that all pages of the product carry.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Kansrijk"
release = version_of("kansrijk")
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Links to headings are checked too, down to this level.
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Kansrijk {release}"
html_show_copyright = False
html_copy_source = False

autodoc_typehints = "none"  # the docstrings say what a type cannot: shape and unit
nitpicky = True
# NumPy docstrings write types in words, such as "ndarray of shape (n_samples,)".
nitpick_ignore_regex = [("py:.*", ".*")]

SECTION = re.compile(r"^## (.+)$", re.M)
PAGE = re.compile(r"\]\(([\w/-]+)\.md\)")
MODULE = re.compile(r"^## `([\w.]+)`$", re.M)
OUTSIDE = re.compile(r"\]\(((?:\.\./)+[A-Z]+\.md)\)")


def contents(index: str) -> str:
    """Make a table of contents of the links below each heading of the index."""
    _, *parts = SECTION.split(index)
    found = {
        caption: dict.fromkeys(PAGE.findall(part))
        for caption, part in zip(parts[::2], parts[1::2], strict=True)
    }
    return "\n\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", *pages, "```"])
        for caption, pages in found.items()
        if pages
    )


def reference(page: str) -> str:
    """Ask for the docstrings of each module that has a heading on the page."""
    for module in map(import_module, MODULE.findall(page)):
        # What is fetched when it is first asked for is not found otherwise.
        vars(module).update({name: getattr(module, name) for name in module.__all__})
    asked = (
        f".. automodule:: {module}\n   :members:\n   :imported-members:\n"
        "   :inherited-members: object, str, dict, tuple\n"
        for module in MODULE.findall(page)
    )
    return "## Every name\n\n```{eval-rst}\n" + "\n".join(asked) + "```\n"


ADDED = {"index": contents, "python": reference}


def _is_dutch(docname: str) -> bool:
    """Tell whether a page is in Dutch: one of a pair, or a form to fill in."""
    return docname.endswith("-nl") or docname.startswith("governance/")


def add(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add what only the site needs to the text of a page."""
    # A page outside this folder is no part of the site: its file is.
    source[0] = OUTSIDE.sub(r"](path:\1)", source[0])
    if docname in ADDED:
        source[0] += "\n\n" + ADDED[docname](source[0])
    language = "nl" if _is_dutch(docname) else "en"
    source[0] += f"\n\n> {NOTICE[language]} **{FORBIDDEN_USE[language]}**\n"


def name_language(
    app: Sphinx, docname: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Say on a Dutch page that it is Dutch: a screen reader pronounces it so."""
    if _is_dutch(docname):
        context["language"] = "nl"


def setup(app: Sphinx) -> None:
    """Have Sphinx call the two above."""
    app.connect("source-read", add)
    app.connect("html-page-context", name_language)
