"""Drafts of partner schemas, from what a partner has lying about.

A draft is for a person to finish. Every figure in it is marked ``assumed``; none is
a true minimum, maximum or small count of anybody's rows.

::

    drafts        a draft, and how it is written down
    names         column names, and headers that point at a person
    tables        reading the first rows of a CSV
    kinds         what the values of one column are
    figures       assumptions that are close enough and tell nothing
    placeholders  columns of which only the kind is known
    rows          a draft from a CSV
    descriptors   reading a JSON or YAML description
    sdv           a draft from SDV metadata
    packages      a draft from a Data Package
    writing       putting drafts into files
"""

from challenge.schema.drafting.drafts import Draft
from challenge.schema.drafting.packages import draft_packages
from challenge.schema.drafting.rows import draft_rows
from challenge.schema.drafting.sdv import draft_sdv
from challenge.schema.drafting.writing import table_of, taken_names, write_drafts

__all__ = [
    "Draft",
    "draft_packages",
    "draft_rows",
    "draft_sdv",
    "table_of",
    "taken_names",
    "write_drafts",
]
