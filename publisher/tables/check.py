"""All tables of a catalogue checked; what was checked before is not checked again.

A result is kept under the hashes of the files, the schema, the tables it refers to, and every
option that matters, so that nothing slow is imported where nothing changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.catalogue.model import Catalogue
from publisher.digest import digest_of_file
from publisher.parallel import in_processes
from publisher.personal import VERSION as PERSONAL_VERSION
from publisher.personal import detectors
from publisher.problem import Problem, Severity
from publisher.progress import Progress, silent
from publisher.tables.model import CheckedTable, PartFacts, Row, TableFacts
from publisher.tables.source import Table, tables_of
from publisher.workspace import Workspace

VERSION = 2
"""Raised when the same files and schema would be judged otherwise."""

WORKERS = 2
_POOL_FROM_TABLES = 60
_POOL_FROM_BYTES = 16_000_000
_CHUNK = 12

Name = tuple[str, str]


def check_tables(
    catalogue: Catalogue,
    datasets: Collection[str] | None,
    workspace: Workspace,
    progress: Progress = silent,
    *,
    text: str = "Checking tables",
) -> dict[Name, CheckedTable]:
    """Check the files of all resources, or of those of the named datasets, by (dataset, resource).

    ``progress`` is told how many of how many are done, with ``text``. Resources without files are left out.
    """
    tables = tables_of(catalogue)
    wanted = [name for name in tables if datasets is None or name[0] in datasets]
    country = catalogue.settings.country
    hashes: dict[str, str] = {}
    keys = {name: _cache_key(tables, name, country, hashes) for name in wanted}
    checked: dict[Name, CheckedTable] = {}
    fresh = []
    for name in wanted:
        kept = workspace.cached("tables", keys[name])
        if kept is None:
            fresh.append(name)
        else:
            checked[name] = from_plain(kept)
    for result in _check(tables, fresh, country):
        name = (result.dataset, result.resource)
        workspace.keep("tables", keys[name], to_plain(result))
        checked[name] = result
        progress(text, len(checked), len(wanted))
    return {name: checked[name] for name in wanted}


@dataclass(frozen=True, slots=True)
class _Batch:
    """Tables to check in one go, and those that they refer to."""

    tables: tuple[Table, ...]
    references: Mapping[Name, Table]
    country: str | None


def _check(tables: Mapping[Name, Table], names: Sequence[Name], country: str | None) -> Iterator[CheckedTable]:
    # Several for each worker, so that none ends long before the other; few tables may be large ones, each by itself.
    chunk = max(1, min(_CHUNK, len(names) // (4 * WORKERS)))
    batches = [
        _Batch(
            tuple(tables[name] for name in names[start : start + chunk]),
            {ref: tables[ref] for name in names[start : start + chunk] for ref in _references(tables, name)},
            country,
        )
        for start in range(0, len(names), chunk)
    ]
    size = sum(part.path.stat().st_size for name in names for part in tables[name].parts if part.path.is_file())
    workers = min(WORKERS, os.cpu_count() or 1)
    if workers < 2 or (len(names) < _POOL_FROM_TABLES and size < _POOL_FROM_BYTES) or len(names) < 2:
        for batch in batches:
            yield from check_batch(batch)
        return
    for results in in_processes(check_batch, batches, workers):
        yield from results


def check_batch(batch: _Batch) -> list[CheckedTable]:
    """Check some tables in this process."""
    from publisher.tables.inspect import inspect
    from publisher.tables.keys import Lookups
    from publisher.tables.rows import table_rows

    lookups = Lookups(batch.references, table_rows)
    found = detectors(batch.country)
    return [_safely(table, lambda table: inspect(table, lookups, found)) for table in batch.tables]


def _safely(table: Table, check: Callable[[Table], CheckedTable]) -> CheckedTable:
    try:
        return check(table)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = table.problem("table-unreadable", table.parts[0].file, reason=reason)
        return CheckedTable(table.dataset, table.resource, None, (problem,))


def _references(tables: Mapping[Name, Table], name: Name) -> list[Name]:
    table = tables[name]
    wanted = [(key.dataset or table.dataset, key.resource or table.resource) for key in table.references]
    return [one for one in wanted if one in tables]


def _cache_key(tables: Mapping[Name, Table], name: Name, country: str | None, hashes: dict[str, str]) -> Any:
    referred = [(*one, _content(tables[one], hashes)) for one in _references(tables, name)]
    return [VERSION, PERSONAL_VERSION, country, *name, _content(tables[name], hashes), referred]


def _content(table: Table, hashes: dict[str, str]) -> list[Any]:
    for part in table.parts:
        if part.file not in hashes:
            hashes[part.file] = digest_of_file(part.path) if part.path.is_file() else ""
    options = [table.sheet, table.encoding, table.delimiter, table.header_row, list(table.contact_columns)]
    chart = [table.chart.x, table.chart.y, table.chart.series] if table.chart else None
    schema = [table.schema, table.schema_file, table.schema_line, list(table.languages)]
    return [[[part.file, hashes[part.file], part.period] for part in table.parts], schema, options, chart]


def to_plain(checked: CheckedTable) -> dict[str, Any]:
    """A result as plain data for the cache."""
    problems = [{**_shallow(problem), "severity": problem.severity.value} for problem in checked.problems]
    facts = checked.facts
    told = {**_shallow(facts), "parts": [_shallow(part) for part in facts.parts]} if facts else None
    return {"dataset": checked.dataset, "resource": checked.resource, "facts": told, "problems": problems}


def from_plain(data: Mapping[str, Any]) -> CheckedTable:
    """A result from the cache."""
    problems = tuple(Problem(**{**one, "severity": Severity(one["severity"])}) for one in data["problems"])
    facts = _facts(data["facts"]) if data["facts"] else None
    return CheckedTable(data["dataset"], data["resource"], facts, problems)


def _shallow(value: Problem | TableFacts | PartFacts) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _facts(data: Mapping[str, Any]) -> TableFacts:
    rows: tuple[Row, ...] = tuple(tuple(row) for row in data["preview"])
    return TableFacts(
        **{
            **data,
            "parts": tuple(PartFacts(**part) for part in data["parts"]),
            "columns": tuple(data["columns"]),
            "preview": rows,
            "periods": {name: tuple(values) for name, values in data["periods"].items()},
            "keys": tuple(data["keys"]),
            "points": tuple((x, series, y) for x, series, y in data["points"]),
        }
    )
