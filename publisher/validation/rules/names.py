"""Names of datasets and resources make addresses, so each is used once, and works on every system.

A dataset's name is its folder's name; a resource's name stands in the descriptor. Both end up in
web addresses and file names on every system, so none of the names that Windows keeps for itself (``con``,
``aux``, ``com1``) will do. Within a dataset no two resources, and no two published files, may have the
same name, capital letters aside.

To fix it, rename the folder, the resource or the file. If the old name was published before, write it
under ``formerly:``, so that its address goes on working.

Source: Microsoft's rules for file names, and the format of the catalogue.
"""

from collections.abc import Iterator

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "resource-duplicate-name"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "name-reserved": SEVERITY, "resource-same-file-name": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        if dataset.name in _RESERVED:
            yield at_dataset(dataset, "name-reserved", name=dataset.name)
        yield from _resources(dataset)


def _resources(dataset: Dataset) -> Iterator[Problem]:
    names: set[str] = set()
    files: dict[str, str] = {}
    for resource in dataset.resources:
        if resource.name in _RESERVED:
            yield at_resource(dataset, resource, "name-reserved", "name", name=resource.name)
        taken = [name for name in (resource.name, *resource.formerly) if name in names]
        if taken:
            yield at_resource(dataset, resource, CODE, "name", name=taken[0])
        names.update((resource.name, *resource.formerly))
        for part in resource.parts:
            other = files.setdefault(part.path.name.lower(), part.file)
            if other != part.file:
                name = part.path.name
                yield at_resource(dataset, resource, "resource-same-file-name", "path", name=name, other=other)
