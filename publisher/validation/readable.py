"""The tables of a run: those whose files are there and the catalogue's own, and what they say that is new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from publisher.catalogue.model import Catalogue, Dataset
from publisher.problem import Problem
from publisher.progress import Progress
from publisher.tables.model import CheckedTable
from publisher.validation.rules import columns
from publisher.workspace import Workspace

Tables = Mapping[tuple[str, str], CheckedTable]
_OF_SCHEMA = {"table-schema-invalid", "table-foreign-key-target"}
_NO_SCHEMA = "table-without-schema"
_HOW_TO_READ = ("path", "url", "sheet", "encoding", "delimiter", "header_row")


def checked_tables(
    catalogue: Catalogue,
    names: Collection[str],
    faults: Iterable[Problem],
    workspace: Workspace,
    progress: Progress,
) -> Tables:
    """The checked tables of the named datasets.

    A file with a fault, such as a link leading out, is not opened; nor is one of which the descriptor says wrongly
    how to read it.
    """
    from publisher.tables.check import check_tables

    faulty = {(problem.dataset, problem.resource) for problem in faults}
    faulty |= {
        (dataset.name, resource.name)
        for dataset in catalogue.datasets.values()
        for resource in dataset.resources
        if any(resource.source.lacks(key) for key in _HOW_TO_READ)
    }
    datasets = {name: _without(dataset, faulty) for name, dataset in catalogue.datasets.items()}
    with_files = [
        name for name in sorted(names) if name in datasets and any(one.parts for one in datasets[name].resources)
    ]
    return check_tables(replace(catalogue, datasets=datasets), with_files, workspace, progress) if with_files else {}


def news(tables: Tables, found: Iterable[Problem], catalogue: Catalogue) -> Iterator[Problem]:
    """The problems of the tables, without those of a schema that a rule or its shape has told already."""
    told = [problem for problem in found if problem.code in columns.CODES]
    files = {problem.file for problem in told}
    resources = {(problem.dataset, problem.resource) for problem in told}
    for name, table in tables.items():
        for problem in table.problems:
            if problem.code == _NO_SCHEMA and _names_schema(catalogue, *name):
                continue
            if problem.code not in _OF_SCHEMA or (problem.file not in files and name not in resources):
                yield problem


def _names_schema(catalogue: Catalogue, dataset: str, name: str) -> bool:
    """Whether a resource says its schema, so that something else is told where there is none."""
    resource = catalogue.datasets[dataset].resource(name)
    return resource is not None and (resource.schema_name is not None or resource.source.lacks("schema"))


def _without(dataset: Dataset, faulty: Collection[tuple[str | None, str | None]]) -> Dataset:
    if not any((dataset.name, resource.name) in faulty for resource in dataset.resources):
        return dataset
    kept = (replace(one, parts=()) if (dataset.name, one.name) in faulty else one for one in dataset.resources)
    return replace(dataset, resources=tuple(kept))
