"""What the files of a new challenge say to the person who changes them."""

from __future__ import annotations

FIRST_LINES = {
    "brief.toml": "# The challenge as everyone may read it. Change what you like, one"
    " thing at a time,\n# and run `challenge check` after each: it names every fault.",
    "mechanism.toml": "# How the target depends on the columns; never served. For"
    " rehearsals: a real event\n# uses a private file, `challenge build --mechanism"
    " PATH`.",
    "partners/parents.yaml": "# One table of one partner: no row of it is needed, only"
    " figures with where they\n# come from. Another table is another file, whose name"
    " and columns stand nowhere\n# else: `challenge schema` drafts one.",
}
"""First lines of a file, in place of what the quickstart says about itself."""

HINTS = {
    "brief.toml": {
        "[title]": "Where teams get different tables, what all get stands here, above"
        ' every [section]:\n# core = ["parents"]. An example is in docs/schema.md.\n\n'
        "# What people read first, in Dutch and in English.",
        "[target]": "What models estimate, and the share of children with it.",
        "[areas]": "The columns with areas. Only the external set has those held out.",
        "[sets]": "Rows of each set. A real event needs 40 neighbourhoods and 500"
        " expected cases\n# in each hidden set; a rehearsal (`--seed`) does not.",
        "[[protected]]": "By what results are compared; never a feature.",
        "[[monitored]]": "Circumstances to follow; they may be features too.",
        "[[teams]]": "Teams that you know beforehand; others may register.",
        "[[rubric]]": "What the jury looks at, and what 1 to 5 points mean.",
    },
    "mechanism.toml": {
        "[[effects]]": "A value above 0 makes the target more likely (log odds).",
        "[[interactions]]": "What circumstances do together, beyond each alone.",
        "[areas]": "How much areas differ for reasons that no column holds.",
    },
    "partners/parents.yaml": {
        "x-coverage: 1": "Share of the households that are in the table.",
        "  fields:": "One item per column: label, use, figures, and their source.",
        "x-associations:": "Which columns go together, and how strongly.",
    },
}
"""Comment above the first line that equals a text, by file."""

TRANSLATE = "Still the same in both languages: translate the Dutch one."
"""Comment above two titles of which nobody gave the second."""

DATASHEET = """\
---
# Who answers for the data, and since when. Every key may be left out.
date: {today}
# creator: Your organisation
# Teams agree not to pass the files on: no licence here may say that they can.
# licence: https://example.org/{slug}/terms
# licence_title: Terms of use
# url: https://example.org/{slug}
# contact: data@example.org
---
## Motivation

Write here why this data set is made, by whom, and who paid for it.

## Uses

Write here what it may be used for.

## Limits

Write here what the data cannot tell. Every figure in `partners/` is still an example:
replace it, with its source.
"""
"""The organiser's own words in the datasheet of every release."""

README = """\
# {title}

A challenge on data that nobody may share: partners give schemas, the rows are made.

| file | holds |
|---|---|
| `brief.toml` | the question, the target, the rules of the day |
| `partners/*.yaml` | one table each: columns with declared figures |
| `mechanism.toml` | how the target depends on the columns; never served |
| `DATASHEET.md` | your own words in the datasheet of every release |

Next, from the folder that holds `{content}/`:

```sh
{setting}challenge check {content}/{slug}
challenge build {slug} --seed 1
challenge report {slug}/1
challenge publish {slug}/1 --by "Your name" --rehearsal
CHALLENGE_CHALLENGE={slug} challenge serve
```

Who takes part comes from a list, a name a line, with cards to print:
`CHALLENGE_CHALLENGE={slug} challenge team add --csv teams.csv --cards cards.html`, and
the same with `juror`.

Does this folder move? `CHALLENGE_CONTENT` names the folder around it.

> {notice}
>
> {forbidden_use}
"""
"""What to do next."""
