"""JSON, JSON Lines and Parquet files as rows of typed cells; numbers are exact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from publisher.tables.magic import looks_like
from publisher.tables.source import RawTable, Table, Unreadable


def open_json(table: Table, file: str, path: Path) -> RawTable:
    """An array of objects, or an array of arrays that begins with the labels.

    Raises:
        Unreadable: broken or cut JSON, or another shape.
    """
    data = load_json(table, file, path)
    if not isinstance(data, list):
        raise Unreadable(table.problem("table-json-shape", file, 1))
    return _shaped(table, file, list(enumerate(data, 1)))


def open_json_lines(table: Table, file: str, path: Path) -> RawTable:
    """One object a line, or one array a line of which the first holds the labels.

    Raises:
        Unreadable: a broken line, or another shape.
    """
    text = _text(table, file, path)
    lines = text.rstrip().split("\n") if text.strip() else []
    return _shaped(table, file, [(n, _parse(table, file, line, n)) for n, line in enumerate(lines, 1)])


def open_parquet(table: Table, file: str, path: Path) -> RawTable:
    """A Parquet file, by pyarrow where that is installed.

    Raises:
        Unreadable: a broken file, or no pyarrow.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise Unreadable(table.problem("parquet-not-installed", file)) from error
    try:
        parquet = ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise Unreadable(table.problem("table-truncated", file)) from error

    def rows() -> Iterator[list[Any]]:
        try:
            with parquet:
                for batch in parquet.iter_batches(batch_size=5_000):
                    yield from ([_exact(cell) for cell in row] for row in zip(*_columns(batch), strict=True))
        except (ArrowException, OSError) as error:
            raise Unreadable(table.problem("table-truncated", file)) from error

    return RawTable(list(parquet.schema_arrow.names), rows(), 1)


def load_json(table: Table, file: str, path: Path) -> Any:
    """The data of a JSON file, decimals exact.

    Raises:
        Unreadable: wrong encoding, broken or cut JSON.
    """
    return _parse(table, file, _text(table, file, path), None)


def _columns(batch: Any) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def _exact(cell: Any) -> Any:
    return Decimal(repr(cell)) if isinstance(cell, float) else cell


def _text(table: Table, file: str, path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = table.problem("table-encoding", file, line, looks_like=looks_like(raw[:65536]), expected="UTF-8")
        raise Unreadable(problem) from error


def _parse(table: Table, file: str, text: str, line: int | None) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        code = "table-truncated" if cut and line is None else "table-json-broken"
        raise Unreadable(table.problem(code, file, line or error.lineno)) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(table.problem("table-json-broken", file, line or 1)) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _shaped(table: Table, file: str, items: list[tuple[int, Any]]) -> RawTable:
    if not items:
        raise Unreadable(table.problem("table-no-rows", file))
    kind = dict if isinstance(items[0][1], dict) else list
    for number, item in items:
        if not isinstance(item, kind):
            raise Unreadable(table.problem("table-json-shape", file, number))
    if kind is dict:
        labels = _labels(table, (item for _, item in items))
        return RawTable(labels, ([item.get(label) for label in labels] for _, item in items), 1)
    header = [str(label) if label is not None else "" for label in items[0][1]]
    return RawTable(header, (list(item) for _, item in items[1:]), 2)


def _labels(table: Table, items: Iterable[dict[str, Any]]) -> list[str]:
    """Columns of the schema first, as a missing key only means no value; then keys that it does not know."""
    known = [field["name"] for field in table.schema["fields"]] if table.schema else []
    return list(dict.fromkeys([*known, *(key for item in items for key in item)]))
