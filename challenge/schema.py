"""Partner schemas: what a partner tells about a table, instead of its rows.

A schema is a Frictionless *Data Resource* with a *Table Schema* in YAML, plus
``x-`` keys that hold marginals, associations, provenance and what may be done
with a column. `read_partner` accepts one or refuses it with every fault.

References
----------
Frictionless Data, "Table Schema" and "Data Resource" specifications, version 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from challenge.conditions import RequiredCondition
from challenge.content import (
    Content,
    Document,
    Words,
    faults_of,
    read_yaml,
    refusal,
)
from challenge.errors import ContentRefusedError, Fault
from challenge.marginals import Counts, Marginal, Proportions, Share

Use = Literal["feature", "audit", "link"]
Kind = Literal["string", "boolean", "integer", "number"]


class Source(Content):
    """Where a figure comes from.

    Attributes
    ----------
    status : {"published", "assumed", "mpc"}
        ``mpc``: computed together with a partner without sharing rows.
    reference : str
        Publication, or what the assumption rests on.
    date : date, optional
        Of the figure.
    """

    status: Literal["published", "assumed", "mpc"]
    reference: str = ""
    date: datetime.date | None = None


class Column(Content):
    """One column of a partner's table.

    Attributes
    ----------
    name : str
        Unique over all partners of a challenge, link columns excepted.
    type : {"string", "boolean", "integer", "number"}
        Table Schema type.
    label : Words
        What people read.
    use : {"feature", "audit", "link"}
        Whether models may see it, only audits may, or it only links tables.
    available_from : float
        Age of the child in months from which the value is known; below 0 is
        before birth.
    sensitive : bool
        Special-category data in the sense of GDPR art. 9, or close to it.
    unit : str
        Unit, empty when there is none.
    missing : float
        Share of values missing although the household is covered.
    marginal : Marginal or None
        None for links, areas and derived columns.
    source : Source
        Provenance of the marginal.
    levels : dict of str to Words
        Labels of the categories.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: Kind
    label: Words = Field(alias="x-label")
    use: Use = Field(alias="x-use")
    available_from: float = Field(default=0, alias="x-available-from")
    sensitive: bool = Field(default=False, alias="x-sensitive")
    unit: str = Field(default="", alias="x-unit")
    missing: float = Field(default=0, ge=0, lt=1, alias="x-missing")
    marginal: Marginal | None = Field(default=None, alias="x-marginal")
    source: Source = Field(alias="x-source")
    levels: dict[str, Words] = Field(default={}, alias="x-levels")

    @model_validator(mode="after")
    def _type_fits_marginal(self) -> Column:
        drawn = self.marginal
        texts = drawn is not None and any(isinstance(v, str) for v in drawn.levels)
        fits = {
            "boolean": isinstance(drawn, Share),
            "string": isinstance(drawn, Proportions),
            "integer": not texts and not isinstance(drawn, Share),
            "number": not texts and not isinstance(drawn, Share | Counts),
        }
        if drawn is not None and not fits[self.type]:
            raise refusal(
                "marginal-type",
                f"A {self.type} column cannot have this marginal.",
                "Booleans take `share`, strings `proportions`, numbers the others.",
            )
        return self


class Association(Content):
    """How strongly two columns move together.

    Exactly one measure is given. Levels count in their declared order.

    Attributes
    ----------
    columns : tuple of two str
        ``column`` of this table, or ``table.column`` of another.
    spearman : float, optional
        Rank correlation, ties at their middle rank.
    odds_ratio : float, optional
        Between two columns of two levels each.
    correlation : float, optional
        Between the normal scores.
    source : Source
        Provenance.
    """

    columns: tuple[str, str]
    spearman: float | None = Field(default=None, gt=-1, lt=1)
    odds_ratio: float | None = Field(default=None, gt=0)
    correlation: float | None = Field(default=None, gt=-1, lt=1)
    source: Source = Field(alias="x-source")

    @model_validator(mode="after")
    def _one_measure(self) -> Association:
        given = (self.spearman, self.odds_ratio, self.correlation)
        if sum(value is not None for value in given) != 1:
            raise refusal(
                "association-measure",
                "An association needs exactly one measure.",
                "Give one of `spearman`, `odds_ratio` and `correlation`.",
            )
        return self

    @property
    def names(self) -> tuple[str, str]:
        """The two column names without their tables."""
        first, second = (name.rpartition(".")[2] for name in self.columns)
        return first, second


class Rule(Content):
    """A column that follows from others, so that no contradiction is drawn.

    Attributes
    ----------
    column : str
        The boolean column that is derived.
    when : RequiredCondition, optional
        True where this holds.
    any : tuple of str, optional
        True where at least one of these boolean columns is.
    """

    column: str
    when: RequiredCondition | None = None
    any: tuple[str, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if (self.when is None) == (self.any is None):
            raise refusal(
                "rule-form",
                "A rule needs either `when` or `any`.",
                "Give exactly one of the two.",
            )
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns it is derived from."""
        return self.any or ((self.when.column,) if self.when else ())


class ForeignKey(Content):
    """A Table Schema foreign key: which column links to which table.

    Attributes
    ----------
    fields : str
        Column of this table.
    reference : dict of str to str
        ``resource`` and ``fields`` of the other table.
    """

    fields: str
    reference: dict[Literal["resource", "fields"], str]


class TableSchema(Content):
    """The Table Schema part of a partner's schema.

    Attributes
    ----------
    columns : tuple of Column
        In the partner's order.
    primary_key : str
        Column with one value per row.
    foreign_keys : tuple of ForeignKey
        Links to the other tables.
    missing_values : tuple of str
        Texts that mean "missing" in a CSV of this table.
    """

    columns: tuple[Column, ...] = Field(alias="fields", min_length=1)
    primary_key: str = Field(alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field(default=(), alias="foreignKeys")
    missing_values: tuple[str, ...] = Field(default=("",), alias="missingValues")


class PartnerSchema(Content):
    """One table of one partner.

    Attributes
    ----------
    name : str
        Name of the table; the file is called the same.
    title : str
        For people.
    partner : str
        Organisation that the table is like.
    coverage : float
        Share of households in the table, in (0, 1].
    legal_basis : str
        On which ground the partner holds such data.
    may_leave : {"none", "aggregate"}
        What may leave the partner when the data are real.
    table : TableSchema
        Columns and keys.
    associations : tuple of Association
        Declared dependence.
    rules : tuple of Rule
        Derived columns, in the order in which they are derived.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    partner: str = Field(alias="x-partner")
    coverage: float = Field(default=1, gt=0, le=1, alias="x-coverage")
    legal_basis: str = Field(alias="x-legal-basis")
    may_leave: Literal["none", "aggregate"] = Field(alias="x-may-leave")
    table: TableSchema = Field(alias="schema")
    associations: tuple[Association, ...] = Field(default=(), alias="x-associations")
    rules: tuple[Rule, ...] = Field(default=(), alias="x-constraints")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column in the partner's order."""
        return self.table.columns


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
        faults = faults_of(document, error)
        schema = _sound_part(document.data, error)
    if schema is not None and schema.name != Path(document.file).stem:
        faults.append(
            document.fault(
                ("name",),
                "name-differs",
                f"The table is called {schema.name} and its file is not.",
                f"Rename the file to {schema.name}.yaml.",
            )  # fmt: skip
        )
    return schema, faults + _reference_faults(document)


def _sound_part(data: dict[str, Any], error: ValidationError) -> PartnerSchema | None:
    """Validate again without the list items at fault."""
    bad = {tuple(d["loc"][:3]) for d in error.errors()}
    listed = {**data, "schema": dict(data["schema"])} if _is_table(data) else {}
    for key, place in (
        ("fields", listed.get("schema")),
        ("x-associations", listed),
        ("x-constraints", listed),
    ):
        if isinstance(place, dict) and isinstance(place.get(key), list):
            at = ("schema", key) if key == "fields" else (key,)
            place[key] = [
                item
                for index, item in enumerate(place[key])
                if not any(loc[: len(at) + 1] == (*at, index) for loc in bad)
            ]
    try:
        return PartnerSchema.model_validate(listed)
    except ValidationError:
        return None


def _is_table(data: Mapping[str, Any]) -> bool:
    return isinstance(data.get("schema"), dict)


def _items(value: object) -> Iterable[tuple[int, dict[str, Any]]]:
    """Give the mappings in a raw list, with their positions."""
    items = value if isinstance(value, list) else []
    return ((i, item) for i, item in enumerate(items) if isinstance(item, dict))


def _reference_faults(document: Document) -> list[Fault]:
    """Names that this table uses and does not have, from the raw data."""
    data = document.data
    table = data.get("schema") if _is_table(data) else {}
    names = [str(f.get("name")) for _, f in _items((table or {}).get("fields"))]
    faults = []
    for index, (_, field) in enumerate(_items((table or {}).get("fields"))):
        if names.index(str(field.get("name"))) != index:
            faults.append(
                document.fault(
                    ("schema", "fields", index, "name"),
                    "name-repeated",
                    f"There are two columns {field.get('name')}.",
                    "Rename one.",
                )  # fmt: skip
            )
    used: list[tuple[tuple[str | int, ...], object]] = []
    for index, item in _items(data.get("x-associations")):
        pair = item.get("columns")
        for name in pair if isinstance(pair, list) else []:
            used.append((("x-associations", index, "columns"), name))
    for index, item in _items(data.get("x-constraints")):
        when, listed = item.get("when"), item.get("any")
        sources = list(listed) if isinstance(listed, list) else []
        sources += [when.get("column")] if isinstance(when, dict) else []
        for name in [item.get("column"), *sources]:
            used.append((("x-constraints", index), name))
    used.append((("schema", "primaryKey"), (table or {}).get("primaryKey")))
    slugs = {"x-associations": "association-column", "x-constraints": "rule-column"}
    for where, name in used:
        if isinstance(name, str) and "." not in name and name not in names:
            slug = slugs.get(str(where[0]), "key-column")
            faults.append(
                document.fault(
                    where,
                    slug,
                    f"This table has no column {name}.",
                    "Use a column of this table, or write table.column.",
                )  # fmt: skip
            )
    return faults
