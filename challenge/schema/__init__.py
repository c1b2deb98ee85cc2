"""Partner schemas: read, refused with every fault, and what they declare.

::

    documents     a YAML or TOML file with the line of each key
    content       frozen records; validation errors become faults
    conditions    "equals", "in", "below", "at least" on one column
    levels        marginals over a few values
    curves        marginals over many values
    marginals     which of them a schema means
    partners      the records of a partner schema
    parsing       reading one
    associations  from declared associations to correlations of normal scores
"""

from challenge.schema.conditions import Condition, RequiredCondition, Value
from challenge.schema.content import Content, Words, faults_of, refusal
from challenge.schema.documents import Document, Location, read_toml, read_yaml
from challenge.schema.marginals import Marginal
from challenge.schema.parsing import parse_partner, read_partner
from challenge.schema.partners import Column, PartnerSchema

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
