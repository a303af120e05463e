"""Keys that frictionless does not judge: ``uniqueKeys``, keys across the files of a resource, foreign keys.

All compare canonical text, which is equal exactly where the typed values are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from publisher.problem import Problem
from publisher.tables.model import Cell, Row
from publisher.tables.schema import ForeignKey, key_columns, unique_keys
from publisher.tables.source import Table, Unreadable

Key = tuple[Cell, ...]
Place = tuple[str, int]


class UniqueKey:
    """One combination of columns that must not repeat, over all files of a resource.

    ``within`` says whether repeats inside one file are ours to report too. A key with a missing
    cell is not compared (Data Package v2, ``uniqueKeys``), unless it is the primary key, of which
    only a wholly missing one is left to frictionless.
    """

    def __init__(self, columns: Sequence[str], names: Sequence[str], code: str, *, within: bool) -> None:
        self.columns = tuple(names)
        self.code = code
        self.within = within
        self._indexes = [columns.index(name) for name in names]
        self._seen: dict[Key, Place] = {}

    def add(self, table: Table, file: str, line: int, row: Row, sheet: str | None) -> Problem | None:
        """Take in a row; the problem if its key was there before."""
        key = tuple(row[index] for index in self._indexes)
        if None in key and (self.within or not any(key)):
            return None
        first = self._seen.setdefault(key, (file, line))
        if first == (file, line) or (first[0] == file and not self.within):
            return None
        place: dict[str, object] = {"first": first[1], "first_file": first[0].rsplit("/", 1)[-1]}
        place["columns"] = ", ".join(self.columns)
        return table.problem(self.code, file, line, sheet=sheet, field=self.columns[0], given=place)


def unique_of(table: Table, columns: Sequence[str]) -> list[UniqueKey]:
    """The keys of a table that are ours to judge."""
    if table.schema is None:
        return []
    known = set(columns)
    keys = [
        UniqueKey(columns, names, "table-unique-key", within=True)
        for names in unique_keys(table.schema)
        if set(names) <= known
    ]
    if len(table.parts) > 1:
        across = [key_columns(table.schema)]
        across += [(field["name"],) for field in table.schema["fields"] if field.get("constraints", {}).get("unique")]
        keys += [
            UniqueKey(columns, names, "table-key-across-files", within=False)
            for names in dict.fromkeys(across)
            if names and set(names) <= known
        ]
    return keys


class Lookups:
    """The keys of tables that others refer to, each read once."""

    def __init__(
        self, tables: Mapping[tuple[str, str], Table], read: Callable[[Table], tuple[Sequence[str], Iterator[Row]]]
    ) -> None:
        self._tables = tables
        self._read = read
        self._found: dict[tuple[str, str, tuple[str, ...]], frozenset[Key] | None] = {}

    def keys(self, table: Table, key: ForeignKey) -> frozenset[Key] | None:
        """The values that a foreign key may take; None if the table referred to cannot tell."""
        dataset, resource = key.dataset or table.dataset, key.resource or table.resource
        place = (dataset, resource, key.target)
        if place not in self._found:
            self._found[place] = self._load(self._tables.get((dataset, resource)), key.target)
        return self._found[place]

    def _load(self, target: Table | None, names: Sequence[str]) -> frozenset[Key] | None:
        if target is None:
            return None
        try:
            columns, rows = self._read(target)
            if not set(names) <= set(columns):
                return None
            indexes = [columns.index(name) for name in names]
            return frozenset(tuple(row[index] for index in indexes) for row in rows)
        except Unreadable:
            return None


class ForeignCheck:
    """One foreign key of a table, with the values that it may take."""

    def __init__(self, table: Table, key: ForeignKey, columns: Sequence[str], allowed: frozenset[Key]) -> None:
        self.key = key
        self._indexes = [columns.index(name) for name in key.fields]
        self._allowed = allowed
        self._params: dict[str, Any] = {
            "columns": ", ".join(key.fields),
            "target": f"{key.dataset or table.dataset}/{key.resource or table.resource}",
            "target_columns": ", ".join(key.target),
        }

    def add(self, table: Table, file: str, line: int, row: Row, sheet: str | None) -> Problem | None:
        """The problem if a row refers to nothing; a reference whose cells are all missing is none."""
        key = tuple(row[index] for index in self._indexes)
        if key in self._allowed or not any(cell is not None for cell in key):
            return None
        return table.problem("table-foreign-key", file, line, sheet=sheet, field=self.key.fields[0], given=self._params)


def foreign_of(table: Table, columns: Sequence[str], lookups: Lookups) -> tuple[list[ForeignCheck], list[Problem]]:
    """The foreign keys of a table, and the problems of those that cannot be judged."""
    checks, problems = [], []
    for key in table.references:
        allowed = lookups.keys(table, key) if set(key.fields) <= set(columns) else None
        if allowed is None:
            target = f"{key.dataset or table.dataset}/{key.resource or table.resource}"
            params = {"target": target, "target_columns": ", ".join(key.target), "columns": ", ".join(key.fields)}
            problems.append(
                table.problem("table-foreign-key-target", table.schema_file, table.schema_line, given=params)
            )
        else:
            checks.append(ForeignCheck(table, key, columns, allowed))
    return checks, problems
