"""What surrounds every page, and the pieces that pages are made of."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from challenge.records import Principal, Role
from challenge.rules.registration import bar
from challenge.web.codes import qr_code
from challenge.web.formats import Formats
from challenge.web.navigation import EVERYBODY, OWN, navigation
from challenge.web.pages import environment, texts
from challenge.web.policy import POLICY
from challenge.web.statics import FOLDER, asset

from .conftest import Ask
from .entrance import Desk, get, now

ZONE = ZoneInfo("Europe/Amsterdam")

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
TEMPLATES = Path(FOLDER).parent / "templates"


def drawn(macros: str, call: str, language: str = "nl", **context: object) -> str:
    """Call one macro as a page would."""
    name = re.match(r"\w+", call)
    assert name is not None
    text = f"{{% from '{macros}' import {name[0]} with context %}}{{{{ {call} }}}}"
    return (
        environment()
        .from_string(text)
        .render(
            t=texts(language),
            formats=Formats(language, ZONE),
            zone=ZONE,
            language=language,
            **context,
        )
        .strip()
    )


class Controls(HTMLParser):
    """Collects the attributes of what can be filled in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.ids: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id"]
        if tag in {"input", "textarea", "select", "fieldset"}:
            self.found.append(dict(attrs))


REFUSED = {"title": 'Geef een titel van "tekst".'}


@pytest.mark.parametrize(
    "call",
    [
        "field('title', 'Titel', value, errors, 'Kort.')",
        "area('title', 'Titel', value, errors, 'Kort.')",
        "scale('title', 'Titel', ['a', 'b', 'c'], 2, errors, 'Kort.')",
        "choice('title', 'Titel', [('x', 'X'), ('y', 'Y')], 'y', errors, 'Kort.')",
        "pick('title', 'Titel', [('x', 'X'), ('y', 'Y')], 'y', errors, 'Kort.')",
        "tick('title', 'Titel', true, errors, 'Kort.')",
        "upload('title', 'Titel', errors, 'Kort.', accept='.zip')",
    ],
)
def test_a_refused_control_is_tied_to_its_hint_and_its_error(call: str) -> None:
    html = drawn("forms.html", call, errors=REFUSED, value='<"een">')
    [control, *_] = [c for c in Controls(html).found if c.get("id") == "title"]

    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"] == "title-hint title-error"
    assert {"title-hint", "title-error"} <= {*Controls(html).ids}
    assert "Geef een titel van &#34;tekst&#34;." in html
    assert "<svg" in html  # not by colour alone
    well = drawn("forms.html", call.replace(", 'Kort.'", ""), errors={}, value="")
    assert not re.search("aria-|error|hint", well)


def test_what_was_typed_stands_in_its_field_again() -> None:
    typed = '<b>&\n"twee" regels'
    field = drawn("forms.html", "field('a', 'A', typed)", typed='x"<y>')
    area = drawn("forms.html", "area('a', 'A', typed)", typed=typed)

    assert Controls(field).found[0]["value"] == 'x"<y>'
    assert ">\n&lt;b&gt;&amp;\n&#34;twee&#34; regels</textarea>" in area


def test_a_choice_that_was_made_is_made_again() -> None:
    scale = drawn(
        "forms.html", "scale('a', 'A', ['x', 'y'], '2', {}, '', ('none', 'geen'))"
    )
    assert [c["value"] for c in Controls(scale).found if "checked" in c] == ["2"]
    other = drawn(
        "forms.html", "scale('a', 'A', ['x', 'y'], 'none', {}, '', ('none', 'geen'))"
    )
    assert [c["value"] for c in Controls(other).found if "checked" in c] == ["none"]
    none = drawn("forms.html", "scale('a', 'A', ['x', 'y'])")
    assert not [c for c in Controls(none).found if "checked" in c]
    pick = drawn("forms.html", "pick('a', 'A', [(1, 'x'), (2, 'y')], '2', empty='-')")
    assert '<option value="2" selected>y</option>' in pick


def test_attributes_are_written_as_they_are_given() -> None:
    html = drawn("forms.html", "field('a', 'A', maxlength=9, required=true, min=none)")
    [control] = Controls(html).found

    assert (control["maxlength"], control["required"]) == ("9", None)
    assert "min" not in control


@pytest.mark.parametrize(
    ("errors", "heading"),
    [
        ({"a": "Fout."}, "Er is nog één ding dat niet klopt"),
        ({"a": "Fout.", "b": "Ook."}, "Er zijn nog 2 dingen die niet kloppen"),
    ],
)
def test_a_summary_links_each_error_to_its_field(
    errors: dict[str, str], heading: str
) -> None:
    html = drawn("forms.html", "summary(errors, {'a': 'Naam'})", errors=errors)

    assert heading in html
    assert '<a href="#a">Naam: Fout.</a>' in html
    assert html.count("<li>") == len(errors)
    assert drawn("forms.html", "summary({})") == ""


def test_a_countdown_shows_what_is_left_without_a_script() -> None:
    html = drawn(
        "parts.html",
        "countdown(until, left, 'tot bevriezen')",
        until=NOON,
        left=timedelta(hours=2, seconds=0.4),
    )

    assert 'datetime="2026-11-22T12:00:00+01:00"' in html
    assert 'data-countdown="7201">2:00:01</time>' in html


def test_the_strip_of_phases_marks_one_as_current() -> None:
    html = drawn(
        "parts.html",
        "phases(steps)",
        steps=[("Vooraf", "tot 9.30", "done"), ("Open", "nu", "now"), ("Jury", "", "")],
    )

    assert html.count('aria-current="step"') == 1
    assert '<li class="now" aria-current="step">Open<small>nu</small></li>' in html


def test_a_code_is_what_it_says_in_black_on_white() -> None:
    code = qr_code("https://kansrijk.example/join/abc")
    black = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.path):
        black |= {(int(x) + i, int(y)) for i in range(int(width))}
    # A finder of 7 by 7 in three corners, four modules of white around (ISO 18004).
    far = code.size - 4 - 7
    for left, top in ((4, 4), (far, 4), (4, far)):
        ring = {(left + i, top) for i in range(7)} | {(left, top + i) for i in range(7)}
        assert ring <= black
        assert {(left + i, top + 1) for i in range(1, 6)}.isdisjoint(black)
    assert min(x for x, _ in black) == min(y for _, y in black) == 4
    assert max(x for x, _ in black) == code.size - 5
    html = drawn("parts.html", "qr('https://a.example', 'Doe mee')")
    assert '<svg role="img"' in html
    assert "<title>Doe mee</title>" in html


@pytest.mark.parametrize("role", [None, *Role])
def test_a_menu_has_only_pages_that_its_reader_may_open(role: Role | None) -> None:
    reader = role and Principal(id="p", role=role, name="P")
    menu = navigation(reader)

    assert menu[0] == ("/", "nav_board")
    for path, key in menu:
        assert POLICY.admits("GET", path, role)
        assert key in texts("nl")
        assert key in texts("en")


def test_every_name_in_a_menu_has_words() -> None:
    for entries in (EVERYBODY, *OWN.values()):
        assert all(key in texts("nl") for _, key in entries)


def request(path: str, cookie: str = "") -> httpx.Request:
    headers = {"Accept": "text/html"} | ({"Cookie": cookie} if cookie else {})
    return httpx.Request("GET", f"http://here{path}", headers=headers)


def test_a_theme_that_is_chosen_is_kept(ask: Ask) -> None:
    plain, chosen, kept, system, odd = ask(
        [
            request("/login"),
            request("/login?theme=dark"),
            request("/login", "theme=dark"),
            request("/login?theme=system", "theme=dark"),
            request("/login?theme=<b>"),
        ]
    )

    assert "data-theme" not in plain.text + system.text + odd.text
    assert '<html lang="nl" data-theme="dark"' in chosen.text
    assert '<html lang="nl" data-theme="dark"' in kept.text
    assert chosen.headers["set-cookie"].startswith("theme=dark")
    assert system.headers["set-cookie"].startswith("theme=system")
    assert "set-cookie" not in odd.headers


def test_files_are_asked_for_by_their_version_and_kept_for_ever(ask: Ask) -> None:
    [page] = ask([request("/login")])
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    # The stylesheet asks for the font, and cannot know its version.
    links = [link for link in found if not link.endswith(".woff2")]
    names = [link.split("?")[0].rpartition("/static/")[2] for link in links]

    assert [*map(asset, names)] == links
    assert {"style.css", "app.js", "vendor/htmx.min.js"} <= {*names}
    stale, bare, missing, *answers = ask(
        [
            request("/static/style.css?v=old"),
            request("/static/style.css"),
            request("/static/none.css?v=1"),
            *map(request, links),
        ]
    )
    for answer in answers:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert stale.headers["cache-control"] == "no-cache"
    assert "cache-control" not in bare.headers
    assert missing.status_code == 404


def test_what_every_page_loads_first_is_small() -> None:
    """Style and scripts of ours; web.md's budget of a first visit is 120 kB."""
    for name, limit in (("style.css", 20_000), ("charts.css", 12_000)):
        assert (FOLDER / name).stat().st_size < limit
    assert len((FOLDER / "app.js").read_text().splitlines()) < 80


def test_no_file_of_ours_needs_what_the_content_policy_forbids() -> None:
    # A file of its own, which no server gives: it carries its style.
    printed = TEMPLATES / "people/card_file.html"
    served = (path for path in TEMPLATES.rglob("*.html") if path != printed)
    for path in [*served, *FOLDER.glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            assert not re.search(r"<[^>{]*\s(style|on\w+)=", text), path.name
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style", text), path.name
            # htmx would have to evaluate these.
            assert not re.search(r"hx-on|[\"']js:|hx-trigger=\"[^\"]*\[", text), path
        else:
            assert not re.search(r"\beval\(|new Function|innerHTML", text), path.name


def test_a_disqualified_team_reads_why_on_every_page_and_nobody_else_does(
    ask: Ask, desk: Desk
) -> None:
    why = "Twee teams zonden <hetzelfde> in."
    team, token = desk.add(Role.TEAM, "Grutto")
    other = desk.add(Role.TEAM, "Zwaluw")[1]
    with desk.database.begin() as unit:
        bar(unit, team, why, by="Organisatie", now=now())
    pages = ("/start", "/submissions", "/pitch", "/challenge", "/account")
    own = ask([get(path, token=token) for path in pages])
    notices = [answer.text.partition("<main")[0] for answer in own]
    assert all(html.escape(why) in notice for notice in notices)
    others = ask(
        [get(path, token=key) for path in ("/", *pages) for key in (other, "")]
    )
    assert not [answer for answer in others if "hetzelfde" in answer.text]
    [told, visitor] = ask([get("/api/challenge", token=key) for key in (token, "")])
    assert told.json()["you"]["barred"] == why
    assert visitor.json()["you"] is None
