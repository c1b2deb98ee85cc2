"""The data dictionary: every column, for programs.

`challenge.synthesis.documents.wordbook` writes the same for people, in two languages.
"""

from __future__ import annotations

from typing import Any

from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.synthesis.documents.resources import Variable, group_variables
from challenge.synthesis.notices import FORBIDDEN_USE, NOTICE, REHEARSAL
from challenge.synthesis.tables.frame_dictionary import frame_dictionary


def dictionary(brief: Brief, *, rehearsal: bool) -> dict[str, Any]:
    """Describe every column of every table, and of the flat rows.

    Parameters
    ----------
    brief : Brief
        With its partners.
    rehearsal : bool
        Whether the seed was typed.

    Returns
    -------
    dict
        Notice, forbidden use, what a rehearsal is if it is one, target, tables,
        columns, the features of the flat rows and the columns of
        ``groups.parquet``, both in order: the flat rows have the first of the latter,
        the child's key, before them and the target after them. Both languages stand
        beside each other.
    """
    return {
        "challenge": brief.slug,
        "title": brief.title.model_dump(),
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
        "rehearsal": REHEARSAL if rehearsal else None,
        "target": brief.target.model_dump(mode="json", exclude={"prevalence"}),
        "tables": [_table(partner) for partner in brief.partners],
        "columns": [
            _column(brief, partner, column)
            for partner in brief.partners
            for column in partner.columns
        ],
        "frame": frame_dictionary(brief),
        "groups": [_group(variable) for variable in group_variables(brief)],
    }


def _table(partner: PartnerSchema) -> dict[str, Any]:
    """One table of the dictionary."""
    per = "household" if partner.rows is None else partner.rows.per
    return {
        "name": partner.name,
        "title": partner.title,
        "partner": partner.partner,
        "rows": "repeated" if partner.is_repeated else per,
        "coverage": partner.coverage.share,
        "coverage_leans": bool(partner.coverage.tilt),
        "primary_key": partner.table.primary_key,
        "legal_basis": partner.legal_basis,
        "may_leave": partner.may_leave,
    }


def _group(variable: Variable) -> dict[str, Any]:
    """One column of ``groups.parquet``."""
    return {
        "name": variable.name,
        "label": variable.label.model_dump(),
        "type": variable.kind,
        "levels": {
            value: label and label.model_dump()
            for value, label in variable.levels.items()
        },
    }


def _column(brief: Brief, partner: PartnerSchema, column: Column) -> dict[str, Any]:
    """One column of the dictionary."""
    rule = next((r for r in partner.rules if r.column == column.name and r.makes), None)
    drawn = column.marginal.levels if column.marginal else ()
    texts = [str(value) for value in drawn] if column.type == "string" else []
    compared = {*brief.areas.columns, *(a.column for a in brief.attributes)}
    labels = {value: words.model_dump() for value, words in column.levels.items()}
    return {
        "name": column.name,
        "table": partner.name,
        "partner": partner.partner,
        "label": column.label.model_dump(),
        "type": column.type,
        "unit": column.unit,
        "levels": dict.fromkeys(texts) | labels,
        "use": column.use,
        "sensitive": column.sensitive,
        "strength": column.strength,
        "available_from": column.available_from,
        "repeated": partner.is_repeated,
        "missing": column.missing.share,
        "missing_leans": bool(column.missing.tilt),
        "made_from": list(rule.sources) if rule else [],
        "is_weight": bool(rule and rule.weight),
        "in_frame": column.name in brief.feature_names,
        "in_groups": column.name in compared,
        "provenance": column.source.model_dump(mode="json"),
    }
