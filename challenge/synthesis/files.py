"""The files of a release: what goes to everyone, and what is sealed.

Parquet is written without a clock or a random choice in it, so one seed gives
one SHA-256 per file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from challenge.brief.definition import Brief
from challenge.schema import Column, PartnerSchema
from challenge.synthesis.link import (
    HIDDEN_SETS,
    PUBLIC_SETS,
    Population,
    covered,
    feature_frame,
    keys,
    partner_rows,
)
from challenge.synthesis.manifest import FileFacts, Secrets
from challenge.synthesis.outcome import Outcome
from challenge.synthesis.release import digest
from challenge.synthesis.secret import Secret

NOTICE = {
    "nl": "Synthetische gegevens op basis van aannames. Wat hier uitkomt is ingebouwd"
    " of toeval; het zegt niets over bestaande gezinnen of wijken. Toetsen gebeurt"
    " later, op echte data binnen de muren van de partner.",
    "en": "Synthetic data based on assumptions. What comes out was put in or is chance;"
    " it says nothing about existing families or neighbourhoods. Testing comes later,"
    " on real data within the partner's walls.",
}
FORBIDDEN_USE = {
    "nl": "Niet voor besluiten over een gezin, uitkering, toeslag, premie, toezicht of"
    " jeugdbescherming.",
    "en": "Not for decisions about a family, benefit, allowance, premium, supervision"
    " or child protection.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """Everything that one build has drawn.

    Attributes
    ----------
    brief : Brief
        The challenge.
    secret : Secret
        Seed and salt.
    population : Population
        Complete households.
    outcome : Outcome
        Labels and true risk.
    """

    brief: Brief
    secret: Secret
    population: Population
    outcome: Outcome

    def flat(self) -> pd.DataFrame:
        """Make the flat rows of every set: child key, then features.

        Returns
        -------
        DataFrame
            One row per child.
        """
        frame = feature_frame(self.population, self.brief, self.secret)
        children = keys(self.population, "child", self.secret)
        frame.insert(0, self.brief.keys.child, children)
        return frame

    def groups(self) -> pd.DataFrame:
        """Make the audit rows of every set, from complete rows.

        Returns
        -------
        DataFrame
            Child key, set, one column per attribute, and the areas.
        """
        rows = self.population.rows
        parts = {
            self.brief.keys.child: keys(self.population, "child", self.secret),
            "set": self.population.sets,
        }
        parts |= {a.name: a.of(rows) for a in self.brief.attributes}
        parts |= {name: rows[name] for name in self.brief.areas.columns}
        return pd.DataFrame(parts)


def write_public(
    folder: Path, edition: Edition, tell: Callable[[int], None]
) -> dict[str, FileFacts]:
    """Write what teams may have.

    Parameters
    ----------
    folder : Path
        To be made.
    edition : Edition
        What was drawn.
    tell : callable
        Called with the number of files so far.

    Returns
    -------
    dict of str to FileFacts
        By path under `folder`; the manifest itself comes later.
    """
    (folder / "tables").mkdir(parents=True)
    sets = edition.population.sets
    flat = edition.flat()
    flat[edition.brief.target.name] = edition.outcome.labels
    frames = {f"{name}.parquet": flat[sets == name] for name in PUBLIC_SETS}
    public = pd.Series(sets).isin(PUBLIC_SETS).to_numpy()
    frames["groups.parquet"] = edition.groups()[public]
    for partner in edition.brief.partners:
        table = _table(edition, partner)
        frames[f"tables/{partner.name}.parquet"] = table
    facts = {}
    for count, (name, frame) in enumerate(frames.items()):
        write_rows(frame, folder / name)
        facts[name] = _facts(folder / name, len(frame))
        tell(count + 1)
    _write_json(folder / "dictionary.json", dictionary(edition.brief))
    facts["dictionary.json"] = _facts(folder / "dictionary.json", None)
    return facts


def write_sealed(folder: Path, edition: Edition, secrets: Secrets) -> None:
    """Write what only the worker reads, for the owner's eyes alone.

    Parameters
    ----------
    folder : Path
        To be made, with mode 0700.
    edition : Edition
        What was drawn.
    secrets : Secrets
        Goes into ``secret.json``, with the digest of every sealed file.
    """
    folder.mkdir(mode=0o700)
    flat, groups = edition.flat(), edition.groups()
    truth = groups.drop(columns="set")
    truth.insert(1, "label", edition.outcome.labels)
    truth.insert(2, "true_risk", edition.outcome.risk)
    digests = {}
    for name in HIDDEN_SETS:
        mine = edition.population.sets == name
        for file, frame in ((name, flat), (f"{name}_labels", truth)):
            place = folder / f"{file}.parquet"
            write_rows(frame[mine], place)
            place.chmod(0o600)
            digests[place.name] = digest(place)
    kept = secrets.model_copy(update={"files": digests})
    _write_json(folder / "secret.json", kept.model_dump(mode="json"))
    (folder / "secret.json").chmod(0o600)


def write_rows(frame: pd.DataFrame, place: Path) -> None:
    """Write a table as Parquet: float64, bool, and strings with nulls.

    Parameters
    ----------
    frame : DataFrame
        Object columns hold str and None.
    place : Path
        The file.
    """
    kinds = {"f": pa.float64(), "b": pa.bool_(), "O": pa.string()}
    schema = pa.schema([(str(n), kinds[t.kind]) for n, t in frame.dtypes.items()])
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    # No pandas metadata: it would tie the bytes to the version that wrote them.
    pq.write_table(table.replace_schema_metadata(None), place, compression="zstd")


def dictionary(brief: Brief) -> dict[str, Any]:
    """Describe every column in Dutch and English.

    Parameters
    ----------
    brief : Brief
        With its partners.

    Returns
    -------
    dict
        Notice, forbidden use, target, and a list of columns.
    """
    return {
        "challenge": brief.slug,
        "notice": NOTICE,
        "forbidden_use": FORBIDDEN_USE,
        "target": brief.target.model_dump(mode="json", exclude={"prevalence"}),
        "columns": [
            _entry(brief, partner, column)
            for partner in brief.partners
            for column in partner.columns
        ],
    }


def _entry(brief: Brief, partner: PartnerSchema, column: Column) -> dict[str, Any]:
    """One column of the dictionary."""
    return {
        "name": column.name,
        "table": partner.name,
        "partner": partner.partner,
        "label": column.label.model_dump(),
        "type": column.type,
        "unit": column.unit,
        "levels": {k: words.model_dump() for k, words in column.levels.items()},
        "use": column.use,
        "sensitive": column.sensitive,
        "available_from": column.available_from,
        "in_frame": column.name in brief.feature_names,
        "provenance": column.source.model_dump(mode="json"),
    }


def _table(edition: Edition, partner: PartnerSchema) -> pd.DataFrame:
    """One partner's table for the public sets: keys and features, no audit columns."""
    population, secret = edition.population, edition.secret
    links = {
        edition.brief.keys.household: keys(population, "household", secret),
        edition.brief.keys.child: keys(population, "child", secret),
    }
    mine = [c.name for c in partner.columns if c.use == "link" and c.name in links]
    table = partner_rows(population, partner, secret)
    table = pd.concat([pd.DataFrame({n: links[n] for n in mine}), table], axis=1)
    shown = pd.Series(population.sets).isin(PUBLIC_SETS).to_numpy()
    shown &= covered(population, partner, secret)
    # Sorted by key: the order of the flat rows tells nothing about the tables.
    return table[shown].sort_values(edition.brief.keys.household)


def _facts(place: Path, rows: int | None) -> FileFacts:
    return FileFacts(sha256=digest(place), bytes=place.stat().st_size, rows=rows)


def _write_json(place: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)
    place.write_text(text + "\n", "utf-8")
