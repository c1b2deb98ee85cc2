"""Partner schemas: read, refused with every fault, and what they declare.

::

    documents      a YAML or TOML file
    lines          the line of each key in it
    loader         YAML without what makes a few lines stand for millions
    limits         bounds on numbers, depth and characters
    content        frozen records; validation errors become faults
    conditions     "equals", "in", "below", "at least" on one column
    chances        shares that lean towards some households
    levels         marginals over a few values
    curves         marginals over many values
    marginals      which of them a schema means
    columns        one column, and where its figures come from
    rules          columns that follow from others
    repetition     tables with several rows per household, features made of them
    partners       the records of a partner schema
    parsing        reading one
    salvage        what can still be read of one with faults
    references     names in one table that lead nowhere
    categories     texts that a CSV gives back as they were
    soundness      what makes no sense inside one table
    circumstances  conditions that a column cannot answer
    wording        words that nobody should read about a family
    associations   from declared associations to correlations of normal scores
    published      the same format as JSON Schema, for editors
    drafting       a first schema from what a partner has lying about
"""

from challenge.schema.columns import Column
from challenge.schema.conditions import Condition, RequiredCondition, Value
from challenge.schema.content import Content, Words, faults_of, refusal
from challenge.schema.documents import Document, read_toml, read_yaml
from challenge.schema.lines import Location
from challenge.schema.marginals import Marginal
from challenge.schema.parsing import parse_partner, read_partner
from challenge.schema.partners import PartnerSchema

__all__ = [
    "Column",
    "Condition",
    "Content",
    "Document",
    "Location",
    "Marginal",
    "PartnerSchema",
    "RequiredCondition",
    "Value",
    "Words",
    "faults_of",
    "parse_partner",
    "read_partner",
    "read_toml",
    "read_yaml",
    "refusal",
]
