"""Names make addresses, so within a dataset each is used once.

The names of resources, their old names, and the names of the data files become addresses on the
portal and file names on the readers' computers, where capital letters often make no difference. Two of
the same name would overwrite each other. (That a dataset's name stands once in the catalogue, and that
names are short and plain, is checked when the files are read.)

To fix it, rename the resource or the file. If the old name was published before, write it under
``formerly:``, so that its address goes on working.

Source: the format of the catalogue itself.
"""

from collections.abc import Iterator

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_resource

CODE = "resource-duplicate-name"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "resource-same-file-name": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        yield from _resources(dataset)


def _resources(dataset: Dataset) -> Iterator[Problem]:
    names: set[str] = set()
    files: dict[str, str] = {}
    for resource in dataset.resources:
        if resource.source.lacks("name"):
            continue
        taken = [name for name in (resource.name, *resource.formerly) if name in names]
        if taken:
            yield at_resource(dataset, resource, CODE, "name", name=taken[0])
        names.update((resource.name, *resource.formerly))
        for part in resource.parts:
            other = files.setdefault(part.path.name.lower(), part.file)
            if other != part.file:
                name = part.path.name
                yield at_resource(dataset, resource, "resource-same-file-name", "path", name=name, other=other)
