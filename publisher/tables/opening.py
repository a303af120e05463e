"""Data files opened as tables, each by the reader of its format."""

from __future__ import annotations

from publisher.catalogue.model import Part
from publisher.tables.source import RawTable, Table, Unreadable


def open_raw(table: Table, part: Part) -> RawTable:
    """A data file opened by the reader of its format.

    Raises:
        Unreadable: with the problem that says why it is no table.
    """
    from publisher.tables import magic, read_csv, read_json, read_sheet

    file, path = part.file, part.path
    try:
        declared = magic.demand(table, file, path)
        if declared in {"csv", "tsv"}:
            return read_csv.open_csv(table, file, path, declared)
        if declared in {"xlsx", "xls"}:
            return read_sheet.open_sheet(table, file, path, declared)
        if declared == "json":
            return read_json.open_json(table, file, path)
        if declared == "jsonl":
            return read_json.open_json_lines(table, file, path)
        return read_json.open_parquet(table, file, path)
    except OSError as error:
        problem = table.problem("table-unreadable", file, reason=error.strerror or type(error).__name__)
        raise Unreadable(problem) from error
