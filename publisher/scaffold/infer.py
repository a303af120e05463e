"""The schema of a table guessed from a file, cautiously: what could be a code stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from publisher.errors import Exit, OpendataError

TABLES = {".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".parquet"}
_KEPT = {"string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth"}
_SAMPLE = 1_000
_CODE = re.compile(r"[+-]?0\d+")


@dataclass(frozen=True, slots=True)
class GuessedField:
    """A column: its name as in the file, and the type that all sampled values have."""

    name: str
    type: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class GuessedTable:
    """What a descriptor needs to say of a file; ``delimiter`` only where it is not the usual one."""

    fields: tuple[GuessedField, ...]
    encoding: str = "utf-8"
    delimiter: str | None = None


def guess(path: Path) -> GuessedTable:
    """The columns of a table.

    Raises:
        OpendataError: ``source-not-a-table`` for a format that is none, ``source-unreadable`` for one that cannot be
            read, ``source-header-incomplete`` where columns have no name or share one.
    """
    if path.suffix.lower() not in TABLES:
        raise OpendataError("source-not-a-table", Exit.NO, name=path.name)
    from frictionless import Detector, FrictionlessException, Resource, system

    try:
        with system.use_context(trusted=True):
            resource = Resource(path=str(path.resolve()), detector=Detector(field_confidence=1, sample_size=_SAMPLE))
            with resource:
                names = [str(name).strip() for name in resource.labels]
                fields = list(resource.schema.fields)
                rows = [list(row) for row in resource.fragment]
                encoding, dialect = resource.encoding, resource.dialect.to_descriptor()
    except FrictionlessException as error:
        raise OpendataError("source-unreadable", Exit.NO, name=path.name) from error
    if not names or "" in names or len(set(names)) < len(names):
        raise OpendataError("source-header-incomplete", Exit.NO, name=path.name)
    columns = zip(*rows, strict=False) if rows else ((),) * len(names)
    guessed = tuple(_field(name, field, column) for name, field, column in zip(names, fields, columns, strict=False))
    return GuessedTable(guessed, _encoding(path, encoding), _delimiter(path, dialect))


def _field(name: str, field: Any, values: Iterable[Any]) -> GuessedField:
    kind = field.type if field.type in _KEPT else "string"
    filled = [value for value in values if value not in (None, "")]
    if not filled or (kind in {"integer", "number", "year"} and any(_is_code(value) for value in filled)):
        kind = "string"
    if kind == "datetime" and all(isinstance(value, datetime) and value.time() == time() for value in filled):
        kind = "date"  # A sheet keeps every date as a moment; one at midnight is a day.
    shape = field.format if kind in {"date", "time", "datetime"} and field.format != "default" else None
    return GuessedField(name, kind, shape)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value.strip()) is not None


def _encoding(path: Path, detected: str | None) -> str:
    """UTF-8 where the bytes are UTF-8, whatever a detector thinks of a short file."""
    if path.suffix.lower() not in {".csv", ".tsv"}:
        return "utf-8"
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return detected or "utf-8"
    return "utf-8"


def _delimiter(path: Path, dialect: Any) -> str | None:
    found = dialect.get("csv", {}).get("delimiter", ",")
    return found if path.suffix.lower() == ".csv" and found != "," else None
