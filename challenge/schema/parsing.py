"""Reading one partner schema: accepted, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from challenge.errors import ContentRefusedError, Fault
from challenge.schema.content import faults_of
from challenge.schema.documents import Document, read_yaml
from challenge.schema.partners import PartnerSchema
from challenge.schema.references import reference_faults, written_columns
from challenge.schema.salvage import salvage
from challenge.schema.soundness import table_faults
from challenge.schema.wording import wording_faults

_LISTS = (
    ("schema", "fields"),
    ("schema", "foreignKeys"),
    ("x-associations",),
    ("x-constraints",),
    ("x-features",),
)
_STAND_INS = {
    "title": "",
    "x-partner": "",
    "x-coverage": 1,
    "x-legal-basis": "",
    "x-may-leave": "none",
}
"""What nothing else depends on, if it cannot be read itself."""


def read_partner(path: Path) -> PartnerSchema:
    """Read one partner schema, or refuse it with every fault.

    Columns of other tables cannot be checked here; `challenge.brief.check` does.

    Parameters
    ----------
    path : Path
        A YAML file.

    Returns
    -------
    PartnerSchema
        Valid on its own.

    Raises
    ------
    ContentRefusedError
        With every fault in the file.
    """
    document = read_yaml(path)
    schema, faults = parse_partner(document)
    if faults or schema is None:
        raise ContentRefusedError(faults)
    return schema


def parse_partner(document: Document) -> tuple[PartnerSchema | None, list[Fault]]:
    """Make a schema of what is sound in a document, and list what is not.

    A broken column does not hide the faults of the others: list items that fail
    are left out and the rest is validated again.

    Parameters
    ----------
    document : Document
        A YAML file as read.

    Returns
    -------
    PartnerSchema or None
        From the sound parts; None if the table itself is unreadable.
    list of Fault
        Empty if the schema is valid.
    """
    schema, faults = None, []
    try:
        schema = PartnerSchema.model_validate(document.data)
    except ValidationError as error:
        faults = faults_of(document, error, PartnerSchema)
        schema = salvage(
            PartnerSchema, document.data, error, lists=_LISTS, stand_ins=_STAND_INS
        )
    if schema is not None and schema.name != Path(document.file).stem:
        problem = f"The table is called {schema.name} and its file is not."
        repair = f"Rename the file to {schema.name}.yaml."
        faults.append(document.fault(("name",), "name-differs", problem, repair))
    faults += reference_faults(document) + wording_faults(document)
    if schema is not None:
        faults += table_faults(document, schema)
    return schema, faults


def broken_columns(
    document: Document, partner: PartnerSchema | None
) -> set[str] | None:
    """List the columns that a document declares and its sound part lacks.

    Parameters
    ----------
    document : Document
        A YAML file as read.
    partner : PartnerSchema or None
        What `parse_partner` made of it.

    Returns
    -------
    set of str or None
        Names; empty if every column is sound, None if nobody can tell the names.
    """
    written = written_columns(document)
    sound = () if partner is None else (column.name for column in partner.columns)
    return None if written is None else written - set(sound)
