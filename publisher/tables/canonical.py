"""Typed values as canonical text: equal values, equal text, whatever file they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

from publisher.digest import digest_of
from publisher.tables.model import Cell

# A decimal with a greater exponent is written with it: 1e999999 must not become a million digits.
_LONGEST = 400
_MODULUS = 1 << 256


def canonical(value: Any) -> Cell:
    """Canonical text of a value as frictionless types it, None for no value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _special(value)


def row_hash(row: Sequence[Cell]) -> int:
    """The SHA-256 of a row as a number. A table's is the sum of its rows', so that their order does not matter."""
    text = "\x1f".join(["\x00" if cell is None else cell for cell in row])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def table_digest(columns: Sequence[str], rows: int, total: int) -> str:
    """The digest of a table: its columns, the number of its rows, and the sum of their hashes modulo 2^256."""
    return digest_of([list(columns), rows, f"{total % _MODULUS:064x}"])


def writer(kind: str) -> Callable[[Any], Cell]:
    """The function that writes values of a column type; it differs from :func:`canonical` only for years."""
    return _year if kind == "year" else canonical


def _year(value: Any) -> Cell:
    return f"{value:04}" if isinstance(value, int) else canonical(value)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    if value == 0:
        return "0"
    exponent = value.adjusted()
    if abs(exponent) > _LONGEST or len(value.as_tuple().digits) > _LONGEST:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() if value.is_finite() and abs(value.adjusted()) < 18 else False
        return int(value) if whole else _decimal(value)
    return value if value is None or isinstance(value, str | int | bool) else canonical(value)


def _special(value: Any) -> str:
    if isinstance(value, timedelta) or type(value).__name__ == "Duration":
        return str(import_module("isodate").duration_isoformat(value))
    if isinstance(value, tuple):  # a geographic point, or frictionless's year and month
        if hasattr(value, "month"):
            return f"{value[0]:04}-{value[1]:02}"
        return ",".join(canonical(one) or "" for one in value)
    return str(value)
