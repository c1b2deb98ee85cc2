"""The folder that leaves: everything or the report alone, and at once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import yaml

from challenge.errors import (
    DisclosureRefusedError,
    FolderTakenError,
    WritingFailedError,
)
from challenge.schema import PartnerSchema
from challenge.synthesis.drawing.generate import sdv_version
from challenge.synthesis.manifest import FileFacts
from challenge.synthesis.notices import FORBIDDEN_USE
from challenge.synthesis.release import digest
from challenge.synthesis.tables.csvtext import COMMENT, csv_rows
from challenge.synthesis.tables.streams import arrow_table
from challenge.synthesis.walls.records import Handover, Order, Report
from challenge.synthesis.walls.report import report_page, texts

_REPORT = {"report.html", "report.json"}


def require_room(folder: Path) -> None:
    """Refuse a folder that cannot be made, or holds more than an earlier report.

    It comes before the work, which may take long.

    Parameters
    ----------
    folder : Path
        Where the output should come.

    Raises
    ------
    FolderTakenError
        If anything would be overwritten.
    WritingFailedError
        If nothing can be written beside it.
    """
    if folder.is_dir():
        there = {place.name for place in folder.iterdir()}
    else:
        there = {"."} if folder.exists() else set()
    if not there <= _REPORT:
        raise FolderTakenError(str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent):
            pass
    except OSError as error:
        raise WritingFailedError(error, str(folder)) from error


def write_folder(
    order: Order, schema: PartnerSchema, rows: pd.DataFrame, report: Report
) -> Handover:
    """Write everything, or the report alone, into a folder that appears at once.

    Parameters
    ----------
    order : Order
        Says where, and of which schema the digest is kept.
    schema : PartnerSchema
        With learned figures.
    rows : DataFrame
        Synthetic rows.
    report : Report
        Decides whether the rows are written.

    Returns
    -------
    Handover
        What ``manifest.json`` holds.

    Raises
    ------
    DisclosureRefusedError
        If a check failed and nobody took the risk: only the report was written.
    """
    order.out.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=order.out.parent))
    try:
        _text(making / "report.json", report.model_dump_json(indent=2) + "\n")
        _text(making / "report.html", report_page(report, schema))
        handover = _manifest(order, report)
        if not report.refused:
            _rows(making, schema, rows)
            handover = handover.model_copy(update={"files": _facts(making, rows)})
            _text(making / "manifest.json", handover.model_dump_json(indent=2) + "\n")
        making.chmod(0o755)
        if order.out.exists():
            shutil.rmtree(
                order.out
            )  # an earlier report: `require_room` saw nothing else
        making.rename(order.out)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if report.refused:
        place = str(order.out / "report.html")
        raise DisclosureRefusedError(report.refused, report=place)
    return handover


def _rows(folder: Path, schema: PartnerSchema, rows: pd.DataFrame) -> None:
    """Write the synthetic rows, and the schema that they follow."""
    place = folder / schema.name
    pq.write_table(arrow_table(rows), place.with_suffix(".parquet"), compression="zstd")
    told = [
        text for n in FORBIDDEN_USE for text in (texts(n)["origin"], FORBIDDEN_USE[n])
    ]
    head = "".join(f"{COMMENT} {text}\n" for text in told)
    kinds = {column.name: column.type for column in schema.columns}
    lines = (head + ",".join(rows.columns) + "\n").encode() + csv_rows(rows, kinds)
    place.with_suffix(".csv").write_bytes(lines)
    written = schema.model_dump(by_alias=True, exclude_defaults=True)
    text = yaml.safe_dump(
        written, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    _text(place.with_suffix(".yaml"), head + text)


def _facts(folder: Path, rows: pd.DataFrame) -> dict[str, FileFacts]:
    """Give the digest, size and rows of every file."""
    return {
        place.name: FileFacts(
            sha256=digest(place),
            bytes=place.stat().st_size,
            rows=len(rows) if place.suffix in {".parquet", ".csv"} else None,
        )
        for place in sorted(folder.iterdir())
    }


def _manifest(order: Order, report: Report) -> Handover:
    return Handover(
        table=report.table,
        partner=report.partner,
        schema_sha256=digest(order.schema),
        method=order.method,
        sdv_version=sdv_version(),
        seed_typed=order.seed is not None,
        created_at=report.created_at,
        learned_rows=report.learned_rows,
        rows=report.rows,
        disclosure=report.disclosure,
        accepted=report.accepted,
        files={},
    )


def _text(place: Path, text: str) -> None:
    place.write_text(text, "utf-8")
