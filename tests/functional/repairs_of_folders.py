"""What `challenge check` refuses, and what its repairs say, done to the letter.

Most wrongs stand in tests/challenge/malformed, where each breaks one thing in a folder
with every key of a schema.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BRIEF, MECHANISM = "brief.toml", "mechanism.toml"
PARENTS, CONTACTS = "partners/parents.yaml", "partners/contacts.yaml"
AREAS, SHEET = "partners/surroundings.yaml", "DATASHEET.md"
Edit = tuple[str, str, str]
Mends = tuple[Edit, ...] | Callable[[Path, re.Match[str]], object]


@dataclass(frozen=True)
class Row:
    """One thing wrong in a folder.

    Attributes
    ----------
    slug : str
        Of the one fault that is expected.
    wrong : str or callable
        A case of tests/challenge/malformed, or what spoils a folder.
    hint : str
        Pattern in the repair that the fault names; what it captures, `mends` can use.
    mends : tuple of (str, str, str), or callable
        File, what is in it, and what the repair puts there: ``{1}`` is what the
        pattern caught. Or a function of the folder and the match.
    then : tuple of (str, mends)
        Hints of what comes to light after that, and what they say.
    """

    slug: str
    wrong: str | Callable[[Path], object]
    hint: str
    mends: Mends
    then: tuple[tuple[str, Mends], ...] = ()

    @property
    def name(self) -> str:
        """Of the row, where it is told."""
        return self.wrong if isinstance(self.wrong, str) else self.slug


def written(name: str, change: Callable[[str], str]) -> Callable[..., object]:
    """Make what changes the text of one file."""

    def spoil(folder: Path, _: object = None) -> None:
        place = folder / name
        place.write_text(change(place.read_text("utf-8")), "utf-8")

    return spoil


def without_link(text: str) -> str:
    """Take the household's key out of the table of contacts."""
    start, end = (
        text.index("    - name: hh_id"),
        text.index("    - name: contact_month"),
    )
    lines = (text[:start] + text[end:]).splitlines(keepends=True)
    return "".join(x for x in lines if "foreignKeys" not in x and "hh_id" not in x)


def as_windows_saves_it(folder: Path) -> None:
    place = folder / CONTACTS
    text = place.read_text("utf-8").replace("fictief", "één")
    place.write_bytes(text.encode("cp1252"))


def saved_as_utf8(folder: Path, _: object) -> None:
    place = folder / CONTACTS
    place.write_text(place.read_bytes().decode("cp1252"), "utf-8")


def as_near_as_possible(folder: Path, caught: re.Match[str]) -> None:
    """Declare the correlations that the hint lists."""
    for one, other, value in re.findall(r"(\w+) with (\w+): (-?[.0-9]+)", caught[1]):
        for name in (PARENTS, CONTACTS):
            place = folder / name
            text = place.read_text("utf-8")
            pair = rf"(?:parents\.)?{one}, (?:parents\.)?{other}"
            back = rf"(?:parents\.)?{other}, (?:parents\.)?{one}"
            found = rf"(columns: \[(?:{pair}|{back})\]), \w+: [-.0-9]+"
            text = re.sub(found, rf"\1, correlation: {value}", text)
            place.write_text(text, "utf-8")


def half_of(name: str, old: str) -> Callable[[Path, re.Match[str]], object]:
    """Make what declares half of the bound that a hint tells."""

    def mend(folder: Path, caught: re.Match[str]) -> None:
        new = f"{caught[1]}{float(caught[2]) / 2:.2f}"
        written(name, lambda text: text.replace(old, new))(folder)

    return mend


KEY = """    - name: hh_id
      type: string
      x-label: {nl: Sleutel van het gezin, en: Household key}
      x-use: link
      x-source: {status: assumed, reference: made per release}
"""
POSTCODE = KEY.replace("hh_id", "postcode")
INCOME_GROUPS = """column = "income"
levels = [
  { column = "income", name = "low", below = 20000, label = { nl = "l", en = "l" } },
  { column = "income", name = "other", label = { nl = "overig", en = "other" } },
]
"""

POSTCODE_ADDED = (
    (PARENTS, "    - name: low_income\n", POSTCODE + "    - name: low_income\n"),
)

ROWS = [
    Row("aggregate-form", "feature-form", "the others take a (column)",
        ((CONTACTS, "{name: weight_last,", "{name: weight_last, {1}: weight_sds,"),)),
    Row("anchors-incomplete", "anchors-incomplete", "1, 2, 3, 4 and (5)",
        ((BRIEF, "6 = {", "{1} = {"),)),
    Row("area-column", "area-that-models-see", "give the column that use",
        ((PARENTS, "en: Neighbourhood}\n      x-use: feature",
          "en: Neighbourhood}\n      x-use: audit"),)),
    Row("area-postcode", "postcode-not-named", r"Write `(postcode)` under \[areas\]",
        ((BRIEF, "[areas]", '[areas]\n{1} = "postcode"'),),
        (("Give it to one table with one row", POSTCODE_ADDED),)),
    Row("association-area", "association-with-an-area",
        "or with (neighbourhood_standing)",
        ((PARENTS, "surroundings.cars", "{1}"),)),
    Row("association-column", "association-with-the-municipality",
        "with (neighbourhood_standing) instead",
        ((PARENTS, "[income, municipality]", "[income, {1}]"),)),
    Row("association-measure", "association-two-measures", "one of `(spearman)`",
        ((PARENTS, "correlation: 0.4, spearman", "{1}"),)),
    Row("association-repeated", "association-twice", "Keep one association",
        ((PARENTS, "  - {columns: [origin, income], spearman: -0.2, x-source: {status:"
          " assumed, reference: example}}\n", ""),)),
    Row("association-strength", "association-too-strong-for-rows",
        "`(spearman: )([-.0-9]+)`",
        half_of(CONTACTS, "spearman: -0.55")),
    Row("attribute-unknown", "intersection-unknown-attribute", r"Did you mean (\w+)\?",
        ((BRIEF, '"houshold"', '"{1}"'),)),
    Row("column-kind", "effect-of-an-area", "a table with one row per household",
        ((MECHANISM, '"affluence"', '"social_contacts"'),)),
    Row("column-unknown", "interaction-unknown-column", r"Did you mean (\w+)\?",
        ((MECHANISM, '"contacts"', '"{1}"'),)),
    Row("condition-empty", "rule-without-condition", "Add .*`(below)`",
        ((PARENTS, "when: {column: income}", "when: {column: income, {1}: 20000}"),)),
    Row("condition-kind", "effect-along-categories",
        "Use `(equals)` or `in` with (never)",
        ((MECHANISM, "per = 1\nvalue", '{1} = "{2}"\nvalue'),)),
    Row("effect-form", "effect-form", "or `(per)` for a line",
        ((MECHANISM, 'column = "social_contacts"\n',
          'column = "social_contacts"\n{1} = 3\n'),)),
    Row("example-points", "jury-example-points", "Give points for: (bruikbaarheid)",
        ((BRIEF, "uitlegbaarheid = 2", "{1} = 2"),)),
    Row("feature-column", "feature-mean-of-categories", "or `first` or `(last)`",
        ((CONTACTS, "take: mean", "take: {1}"),)),
    Row("file-missing", lambda f: (f / MECHANISM).rename(f.parent / "kept.toml"),
        "Add it to the folder",
        lambda f, _: (f.parent / "kept.toml").rename(f / MECHANISM)),
    Row("file-not-text", as_windows_saves_it, "Save it as UTF-8", saved_as_utf8),
    Row("file-too-large", written(CONTACTS, lambda t: t + "#" * 1_100_000),
        "leave out data", written(CONTACTS, lambda t: t.rstrip("#"))),
    Row("intersection-small", "intersection-of-one", "two different attributes",
        ((BRIEF, '["origin", "origin"]', '["origin", "household"]'),)),
    Row("jury-two-rules", "jury-two-rules", "Keep one of the two",
        written(BRIEF, lambda t: t.replace("within_tie_set = true\n", ""))),
    Row("key-column", "primary-key-unknown", "a column of this table",
        ((CONTACTS, "primaryKey: contact\n", "primaryKey: contact_id\n"),)),
    Row("key-misplaced", "core-below-a-section", r"above the first \[section\]",
        ((BRIEF, '\ncore = ["parents"]', ""),
         (BRIEF, 'slug = "quickstart"', 'core = ["parents"]\nslug = "quickstart"'))),
    Row("key-missing", "column-without-use", "Add this key",
        ((PARENTS, "x-available-from: 14",
          "x-available-from: 14\n      x-use: feature"),)),
    Row("key-repeated", "key-twice", "Keep one",
        written(PARENTS, lambda t: t.replace("      x-unit: euro per jaar\n", "", 1))),
    Row("key-unknown", "column-key-misspelt", r"Write ([\w-]+), or remove it",
        ((PARENTS, "x-sensitiv:", "{1}:"),)),
    Row("level-column", "attribute-group-of-another-column", r"Let it look at (\w+)",
        ((BRIEF, 'column = "paid_work"\nname = "single_parent"\nequals = true',
          'column = "{1}"\nname = "single_parent"\nequals = "single_parent"'),)),
    Row("level-unknown", "coverage-tilt-unknown-level", r"one of couple, (\w+)",
        ((CONTACTS, "equals: alone", "equals: {1}"),)),
    Row("level-unsafe", "category-like-a-formula", "begin with a letter",
        ((PARENTS, '"=Zuiddorp"', "Zuiddorp"),)),
    Row("levels-differ", "levels-differ", "exactly the values of the marginal",
        written(PARENTS, lambda t: t.replace("daily:", "often:"))),
    Row("levels-missing", "attribute-without-groups",
        "Add levels, such as .* `(below)`",
        ((BRIEF, 'column = "income"\n', INCOME_GROUPS),)),
    Row("line-empty", "effect-along-a-column-held-back", "Use `below` or `(at_least)`",
        ((MECHANISM, 'column = "reads_aloud"\nper = 2',
          'column = "reads_aloud"\n{1} = 2'),)),
    Row("link-column", "foreign-key-unknown-column", "under `(reference).(fields)`",
        ((CONTACTS, "family_id", "hh_id"),)),
    Row("link-missing", written(CONTACTS, without_link), "Add it with `(x-use: link)`",
        ((CONTACTS, "    - name: contact_month", KEY + "    - name: contact_month"),)),
    Row("link-table", "foreign-key-unknown-table", r"one of contacts, (\w+)",
        ((CONTACTS, "resource: families", "resource: {1}"),)),
    Row("link-unknown", "link-unknown", "Leave it out",
        written(PARENTS, lambda t: re.sub(
            "    - name: school_id\n(      .*\n)+", "", t))),
    Row("look-ahead", "rule-tells-too-early", "the same `(x-available-from)`",
        ((PARENTS, "    - name: low_income\n",
          "    - name: low_income\n      {1}: 14\n"),),
        (("the same `(x-available-from)`",
          ((PARENTS, "    - name: any_trouble\n",
            "    - name: any_trouble\n      {1}: 14\n"),)),)),
    Row("marginal-missing", "marginal-missing", "take an (x-marginal)",
        ((PARENTS, "x-available-from: 14",
          "x-available-from: 14\n      {1}: {share: 0.9}"),)),
    Row("marginal-needless", "moment-given-and-drawn",
        "made|areas and derived ones none",
        written(CONTACTS, lambda t: re.sub(" +x-marginal: {quantiles.*\n", "", t))),
    Row("marginal-range", "bounds-the-wrong-way-round", "in order, `low` and `high`",
        ((CONTACTS, "low: 3, high: -3", "low: -3, high: 3"),)),
    Row("marginal-type", "whole-number-with-decimals", "or write `(type: number)`",
        ((CONTACTS, "name: weight_sds\n      type: integer",
          "name: weight_sds\n      {1}"),)),
    Row("marginal-unknown", "marginal-unknown", "one of these in its place",
        ((PARENTS, "{chance: 0.78}", "{share: 0.78}"),)),
    Row("moment-column", "rows-moment-is-a-category",
        "Name a number with `x-use: feature`",
        ((CONTACTS, "moment: worry", "moment: contact_month"),)),
    Row("name-differs", "table-name-differs", r"Rename the file to ([\w.]+)\.",
        lambda f, found: (f / CONTACTS).rename(f / "partners" / found[1])),
    Row("name-repeated", "team-twice", "Choose another",
        written(BRIEF, lambda t: "Wulp".join(t.rsplit("Zwaluw", 1)))),
    Row("name-reserved", "feature-name-of-a-key", "Choose another name",
        ((CONTACTS, "{name: child_id,", "{name: weight_at_last,"),)),
    Row("nesting-too-deep",
        written(CONTACTS, lambda t: t + "x-deep: " + "[" * 60 + "]" * 60),
        "Take it out", written(CONTACTS, lambda t: t.partition("x-deep")[0])),
    Row("number-too-long", written(BRIEF, lambda t: t.replace("600", "6" * 30)),
        "Write a shorter one", ((BRIEF, "6" * 30, "600"),)),
    Row("partners-missing",
        lambda f: shutil.move(f / "partners", f.parent / "away"),
        r"Add partners/NAME\.yaml",
        lambda f, _: shutil.move(f.parent / "away", f / "partners")),
    Row("phases-order", "phases-out-of-order", r"open, (\w+), jury",
        ((BRIEF, '[[phases]]\nname = "jury"', '[[phases]]\nname = "{1}"'),)),
    Row("phases-time", "phase-before-the-one-before-it",
        "rise in the order of the phases",
        ((BRIEF, "2026-11-22T15:00:00", "2026-11-22T17:00:00"),)),
    Row("primary-key", "primary-key-of-an-area", r"key here is (\w+)",
        ((AREAS, "primaryKey: cars", "primaryKey: {1}"),)),
    Row("proportions-sum", "proportions-sum", "sum to 1",
        ((PARENTS, "couple: 0.75", "couple: 0.85"),)),
    Row("protected-feature", "protected-is-a-feature",
        "Give the column `(x-use: audit)`",
        ((PARENTS, "en: one parent}\n      x-use: feature",
          "en: one parent}\n      {1}"),)),
    Row("quantiles-order", "quantiles-fall", "values that do not fall",
        ((PARENTS, "0.3: 5, 0.6: 2", "0.3: 2, 0.6: 5"),)),
    Row("rows-form", "rows-count-of-zero", "a share for 1, 2 and more rows",
        ((CONTACTS, "{0: 0.5, 2: 0.5}", "{1: 0.5, 2: 0.5}"),)),
    Row("rows-needed", "alike-with-one-row", "Remove it",
        ((PARENTS, "      x-alike: 0.5\n", ""),)),
    Row("rule-audit", "rule-tells-an-audit-column", r"Give (\w+) `(x-use: audit)` too",
        ((PARENTS, "en: Low income}\n      x-use: feature",
          "en: Low income}\n      {2}"),),
        (("Give any_trouble `(x-use: audit)` too",
          ((PARENTS, "en: Either of two}\n      x-use: feature",
            "en: Either of two}\n      {1}"),)),)),
    Row("rule-circle", "rule-circle", "Let one of them be drawn",
        ((PARENTS, "  - {column: low_income, any: [any_trouble]}\n", ""),
         (PARENTS, "en: Low income}\n",
          "en: Low income}\n      x-marginal: {share: 0.2}\n"))),
    Row("rule-column", "rule-unknown-source", "a column of this table",
        ((PARENTS, "[low_income, work]", "[low_income, paid_work]"),)),
    Row("rule-form", "rule-form", "one of `(when)`",
        ((PARENTS, "weight: true, when", "{1}"),)),
    Row("rule-kind", "rule-kind", "`when` and `(any)` give booleans",
        ((PARENTS, "sum: [low_income", "{1}: [low_income"),)),
    Row("rule-repeated", "rule-twice", "Make a column once",
        ((PARENTS, "  - {column: low_income, when: {column: income, below: 15000}}\n",
          ""),)),
    Row("shift-column", "shift-in-an-area-table", "leave `x-shifts` out",
        written(AREAS, lambda t: "".join(
            x for x in t.splitlines(keepends=True) if "x-shifts" not in x))),
    Row("shift-district", "shift-in-no-district", 'such as "([^"]+)"',
        ((PARENTS, "Oostdorp Wijk 01", "{1}"),)),
    Row("slug-differs", "slug-differs", "Give both one name",
        ((BRIEF, 'slug = "quick"', 'slug = "quickstart"'),)),
    Row("source-reference", "published-without-reference", "or write `(assumed)`",
        ((CONTACTS, "{status: published}", "{status: {1}, reference: example}"),)),
    Row("sources-empty", "sources-without-features", "Add a table with features",
        ((BRIEF, 'tables = ["surroundings"]',
          'tables = ["surroundings", "parents"]'),)),
    Row("sources-unknown", "team-unknown-sources", r"one of all, (\w+)",
        ((BRIEF, 'sources = "contact"', 'sources = "{1}"'),)),
    Row("syntax", "datasheet-that-is-no-yaml", "Check quotes, brackets",
        ((SHEET, "creator: [", "creator: Us"),)),
    Row("table-unknown", "sources-unknown-table", r"Name some of (\w+)",
        ((BRIEF, '["contacts", "visits"]', '["{1}"]'),)),
    Row("target-moment", "target-in-the-past", "`target_month` come after",
        ((BRIEF, "target_month = 6", "target_month = 24"),)),
    Row("text-unprintable", "text-that-acts-on-a-terminal", "Type the text again",
        ((CONTACTS, 'title: "\\e[2J"', "title: Contactmomenten"),)),
    Row("tilt-form", "coverage-tilt-without-condition", "Give `(equals)`",
        ((CONTACTS, "column: household_type, odds",
          "column: household_type, {1}: single_parent, odds"),)),
    Row("time-form", "phase-at-a-time-as-text", "without quotes, as in ([-0-9T:]+)",
        ((BRIEF, '"16:00"', "{1}"),)),
    Row("time-unclear", "phase-at-a-time-that-the-clock-skips", "choose ([-0-9T:]+)",
        ((BRIEF, "2026-03-29T02:30:00", "{1}"),)),
    Row("value-invalid", "date-that-does-not-exist", "such as ([-0-9]+)",
        ((CONTACTS, "2026-02-30", "{1}"),)),
    Row("weights-sum", "jury-weights-sum", "add up to 1",
        ((BRIEF, "jury = 0.6", "jury = 0.4"),)),
    Row("wording-forbidden", "wording-of-a-label", r"Say: (\w+), .*\"(.*)\"",
        ((PARENTS, "{nl: Risicogezin,", "{nl: {2},"),)),
    Row("zone-unknown", "event-in-a-zone-that-is-none", r"such as ([\w/]+)",
        ((BRIEF, "Europe/Tilburg", "{1}"),)),
    Row("correlation-impossible", "associations-contradict", "`correlation`: (.*)",
        as_near_as_possible),
    Row("disclosure-record",
        lambda f: (f / "partners/contacts.report.json").write_text("{}", "utf-8"),
        "or take this file away",
        lambda f, _: (f / "partners/contacts.report.json").unlink()),
    # The same kinds of fault with other repairs.
    Row("value-invalid", "share-as-text",
        "Write a number", ((PARENTS, '"0.5"', "0.5"),)),
    Row("value-invalid", "number-as-text", "Write a whole number",
        ((BRIEF, '"600"', "600"),)),
    Row("value-invalid", "effect-beyond-anything-published", r"at least (-\d+)\.",
        ((MECHANISM, "value = -50", "value = {1}"),),
        ((r"`per` at least (\d+)", ((MECHANISM, "per = 3\n", "per = {1}\n"),)),)),
    Row("value-invalid", "set-beyond-every-household", r"at most ([\d,]+)\.",
        written(BRIEF, lambda t: t.replace("1000000000000", "100000000"))),
    Row("value-invalid", "policy-reference-unknown", "Write '(.*)'",
        ((BRIEF, '"forest"', '"{1}"'),)),
    Row("value-invalid", "coverage-zero", "a share above 0",
        ((PARENTS, "x-coverage: 0", "x-coverage: 0.5"),)),
    Row("value-invalid", "effect-of-a-line-too-steep", r"`per` at least (\d+)",
        ((MECHANISM, "per = 1\n", "per = {1}\n"),)),
    Row("time-unclear", "phase-at-a-time-that-the-clock-shows-twice",
        "as in ([-0-9T:+]+) or",
        ((BRIEF, "2026-10-25T02:30:00", "{1}"),)),
    Row("moment-column", "whole-number-of-half-a-month", "Write `(type: number)`",
        ((CONTACTS, "type: integer\n      x-label: {nl: Leeftijd bij",
          "{1}\n      x-label: {nl: Leeftijd bij"),)),
    Row("marginal-type", "category-is-no-text", "Put quotes around it",
        ((CONTACTS, "{no: 0.8, yes: 0.2}", '{"no": 0.8, "yes": 0.2}'),)),
    Row("primary-key", "primary-key-of-a-household", r"key here is (\w+) or (\w+)",
        ((PARENTS, "primaryKey: postcode", "primaryKey: {2}"),)),
    Row("key-unknown", "section-misspelt", "Write (quota), or",
        ((BRIEF, "[quotas]", "[{1}]"),)),
    Row("level-unknown", "held-out-unknown", r"not all, of (\w+)",
        written(BRIEF, lambda t: t.replace("Oostdorp", "Noorddorp"))),
    Row("area-postcode", "postcode-of-no-household", "Give it to one table",
        POSTCODE_ADDED),
]  # fmt: skip

NO_REPAIR_AT_CHECK = {
    "constraint-broken": "found while building, a fault of ours: nothing to send again",
    "text-unfinished": "a warning: check accepts it, and only a real event refuses it",
    **dict.fromkeys(
        (
            *("csv-empty", "csv-form", "csv-header", "draft-empty", "draft-exists"),
            *("draft-name", "draft-schema", "draft-version"),
        ),
        "of drafting a schema, before there is a folder to check",
    ),
}
"""Fault slugs of docs/schema.md that no row can have, and why."""
