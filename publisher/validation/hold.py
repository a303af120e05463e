"""What a run's problems mean for publishing: held back, or nothing may go at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from publisher.catalogue.model import Catalogue, Status
from publisher.problem import Problem, Severity
from publisher.tables.model import CheckedTable


def blocks(problem: Problem) -> bool:
    """Whether nothing may be published: an error in ``catalog/``, or a folder that nobody can look into."""
    unseen = problem.file.startswith("datasets") and problem.code == "file-unreadable"
    whole = problem.file.startswith("catalog/") or unseen
    return problem.severity is Severity.ERROR and problem.dataset is None and whole


def held_datasets(
    catalogue: Catalogue,
    problems: Iterable[Problem],
    unreadable: Iterable[Problem],
    tables: Iterable[CheckedTable],
    names: frozenset[str],
) -> dict[str, tuple[str, ...]]:
    """The datasets that stay at their last good version, with the codes that hold them.

    ``problems`` are those that count; ``unreadable`` are those of descriptors, schemas and files that could not be
    read, which hold back even where they are excused. ``names`` are the datasets looked at.
    """
    codes: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        for name in _held_by(catalogue, problem):
            codes[name].add(problem.code)
    for table in tables:
        # An excused problem does not make an unreadable file publishable.
        if table.facts is None and catalogue.datasets[table.dataset].status is not Status.WITHDRAWN:
            errors = (problem.code for problem in table.problems if problem.severity is Severity.ERROR)
            codes[table.dataset].update(errors)
    for problem in unreadable:
        for name in _held_by(catalogue, problem) & names:
            codes[name].add(problem.code)
    return {name: tuple(sorted(found)) for name, found in sorted(codes.items())}


def _held_by(catalogue: Catalogue, problem: Problem) -> set[str]:
    if problem.severity is not Severity.ERROR:
        return set()
    if problem.dataset is not None:
        return {problem.dataset}
    return users_of(catalogue, problem.file) if problem.file.startswith("schemas/") else set()


def users_of(catalogue: Catalogue, schema_file: str) -> set[str]:
    """The datasets that use a schema, by its file."""
    name = PurePosixPath(schema_file).stem
    return {
        dataset.name
        for dataset in catalogue.datasets.values()
        if any(resource.schema_name == name for resource in dataset.resources)
    }
