"""Tables made for tests; every value in them is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from publisher.catalogue.model import Part
from publisher.tables.model import CheckedTable
from publisher.tables.source import Table

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ma", "type": "string", "constraints": {"pattern": "[0-9]{5}"}},
        {"name": "ten", "type": "string"},
        {"name": "ngay", "type": "date"},
        {"name": "so", "type": "number", "constraints": {"minimum": 0}},
    ],
    "primaryKey": ["ma"],
}
ROWS = [["00001", "Xã Một", "2023-01-05", "1.5"], ["00002", "Xã Hai", "2023-02-01", "20"], ["00003", "Xã Ba", "", "0"]]
NAMES = ["ma", "ten", "ngay", "so"]

Check = Callable[..., CheckedTable]


def make_table(*paths: Path, schema: dict[str, Any] | None = SCHEMA, **options: Any) -> Table:
    """A table over files, with the schema of these tests unless another is given."""
    parts = tuple(Part(f"datasets/d/{path.name}", path) for path in paths)
    return Table("d", "r", parts, schema, "datasets/d/dataset.yaml", 1, **options)


def csv_bytes(rows: list[list[str]], newline: str = "\n", delimiter: str = ",") -> bytes:
    """Rows under the names, as a CSV that needs no quotes."""
    return newline.join(delimiter.join(row) for row in [NAMES, *rows]).encode()


def codes(checked: CheckedTable) -> list[str]:
    """The codes of a table's problems, in order."""
    return [problem.code for problem in checked.problems]
