"""Rows with which nothing is wrong, by frictionless's own readers of cells, without its object for each row.

Most tables are right, and most of frictionless's time goes into being able to say what is wrong. So rows are taken as
they are while this is sure; from the first other one on, frictionless judges (:mod:`publisher.tables.judge`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from publisher.tables.canonical import writer
from publisher.tables.model import Row

UNUSABLE = (ArithmeticError, TypeError, ValueError)
"""Some cells that its types accept make frictionless fail later: sNaN with bounds, lists as keys."""


def plain_rows(rows: Iterable[Sequence[Any]], schema: Any) -> Iterator[tuple[Row, Sequence[Any]]]:
    """The rows in canonical text, each with its cells as they were given, up to the first that may be wrong.

    Args:
        rows: the cells of the rows under a header that is the schema's.
        schema: frictionless's own, without foreign keys.
    """
    fields = schema.fields
    readers = [(field.create_cell_reader(), writer(field.type)) for field in fields]
    keys = _Keys(schema)
    for cells in rows:
        if len(cells) != len(readers):
            return
        try:
            values = []
            for (read, _), cell in zip(readers, cells, strict=True):
                value, wrong = read(cell)
                if wrong:
                    return
                values.append(value)
            if not keys.fits(values) or not any(value is not None for value in values):
                return
            canonical = tuple(write(value) for (_, write), value in zip(readers, values, strict=True))
        except UNUSABLE:
            return
        yield canonical, cells


class _Keys:
    """The values that may not come again: of the primary key, and of each unique column."""

    def __init__(self, schema: Any) -> None:
        places = {field.name: place for place, field in enumerate(schema.fields)}
        key = [places[name] for name in schema.primary_key if name in places]
        self._primary = key if len(key) == len(schema.primary_key) else []
        self._unique = [places[field.name] for field in schema.fields if field.constraints.get("unique")]
        self._seen: set[tuple[Any, ...]] = set()

    def fits(self, values: Sequence[Any]) -> bool:
        """Whether a row's keys are there for the first time; a primary key may not be missing as a whole."""
        found = [(place, values[place]) for place in self._unique if values[place] is not None]
        if self._primary:
            key = tuple(values[place] for place in self._primary)
            if all(value is None for value in key):
                return False
            found.append((-1, key))
        new = self._seen.isdisjoint(found)
        self._seen.update(found)
        return new
