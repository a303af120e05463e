"""What is needed to read one table: plain data, small enough to hand to another process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.catalogue.model import Catalogue, Chart, Part, Resource
from publisher.problem import Problem, Severity
from publisher.tables.schema import ForeignKey, foreign_keys

TABLE_FORMATS = frozenset({"csv", "tsv", "xlsx", "xls", "json", "jsonl", "parquet"})
_SAME = {"ndjson": "jsonl", "txt": "csv", "xlsm": "xlsx"}


@dataclass(frozen=True, slots=True)
class Table:
    """One resource's files and how to read them. ``schema`` is the schema as written, None without one.

    ``schema_file`` and ``schema_line`` say where a problem of the schema itself is shown.
    """

    dataset: str
    resource: str
    parts: tuple[Part, ...]
    schema: Mapping[str, Any] | None = None
    schema_file: str = ""
    schema_line: int = 1
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    header_row: int = 1
    contact_columns: tuple[str, ...] = ()
    chart: Chart | None = None
    languages: tuple[str, ...] = ("en",)

    @property
    def references(self) -> tuple[ForeignKey, ...]:
        """The foreign keys of its schema."""
        return foreign_keys(self.schema) if self.schema else ()

    def problem(
        self,
        code: str,
        file: str,
        line: int | None = None,
        *,
        severity: Severity = Severity.ERROR,
        field: str | None = None,
        sheet: str | None = None,
        given: Mapping[str, object] | None = None,
        **params: object,
    ) -> Problem:
        """A problem in one of its files; ``given`` are further parameters."""
        return Problem(
            code,
            file,
            line,
            severity=severity,
            params={**params, **(given or {})},
            dataset=self.dataset,
            resource=self.resource,
            sheet=sheet,
            field=field,
        )


@dataclass(frozen=True)
class RawTable:
    """A file opened as a table: the labels, and rows of cells as the file types them.

    ``rows`` gives each row once, in file order; ``first`` is the number that the file or sheet gives
    to the first of them (an item of JSON counts from 1).
    """

    labels: list[str]
    rows: Iterator[list[Any]]
    first: int
    sheet: str | None = None
    problems: tuple[Problem, ...] = ()


class Unreadable(Exception):
    """A file that cannot be read as a table, with the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def table_of(resource: Resource, dataset: str = "", languages: tuple[str, ...] = ("en",)) -> Table:
    """What is needed to read a resource."""
    schema = resource.schema
    line = schema.source.document.place(schema.source.pointer)[0] if schema and schema.name is None else 1
    return Table(
        dataset,
        resource.name,
        resource.parts,
        schema.data if schema else None,
        schema.source.document.file if schema else "",
        line,
        resource.sheet,
        resource.encoding,
        resource.delimiter,
        resource.header_row,
        resource.contact_columns,
        resource.chart,
        languages,
    )


def tables_of(catalogue: Catalogue) -> dict[tuple[str, str], Table]:
    """Every resource that has files, by dataset and resource name."""
    languages = catalogue.settings.languages
    return {
        (dataset.name, resource.name): table_of(resource, dataset.name, languages)
        for dataset in catalogue.datasets.values()
        for resource in dataset.resources
        if resource.parts
    }


def declared_format(path: Path | str) -> str:
    """What a file's name says it is: ``csv``, ``xlsx``, ``jsonl``, ``pdf``, ..."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    return _SAME.get(suffix, suffix)


def column_letter(index: int) -> str:
    """The name that a spreadsheet gives to the column at an index from 0: A, B, ..., AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
