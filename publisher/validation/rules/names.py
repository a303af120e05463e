"""Names of datasets and resources make addresses, so they are short, plain, and used once.

A dataset's name is its folder's name; a resource's name stands in the descriptor. Both end up in
web addresses and file names on every system: lowercase letters without marks, digits and hyphens,
2 to 100 characters, and none of the names that Windows keeps for itself (``con``, ``aux``, ``com1``).
Within a dataset no two resources, and no two published files, may have the same name.

To fix it, rename the folder or the resource, and write the old name under ``formerly:`` if it was
published before, so that its address goes on working.

Source: RFC 3986 (addresses), Microsoft's rules for file names, and the format of the catalogue.
"""

import re
from collections.abc import Iterator

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.text import slug
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "dataset-name-invalid"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "resource-name-reserved": SEVERITY,
    "resource-duplicate-name": SEVERITY,
    "resource-same-file-name": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        name = dataset.name
        if not _NAME.fullmatch(name) or not 2 <= len(name) <= 100 or name in _RESERVED:
            good = slug(name)
            hint = (
                good
                if len(good) > 1 and good != name
                else slug(dataset.title.get(*context.catalogue.settings.languages))
            )
            yield at_dataset(dataset, CODE, name=name[:100], suggestion=hint or "du-lieu")
        yield from _resources(dataset)


def _resources(dataset: Dataset) -> Iterator[Problem]:
    names: set[str] = set()
    files: dict[str, str] = {}
    for resource in dataset.resources:
        if resource.name in _RESERVED:
            yield at_resource(dataset, resource, "resource-name-reserved", "name")
        taken = [name for name in (resource.name, *resource.formerly) if name in names]
        if taken:
            yield at_resource(dataset, resource, "resource-duplicate-name", "name", name=taken[0])
        names.update((resource.name, *resource.formerly))
        for part in resource.parts:
            base = part.path.name.lower()
            if base in files:
                yield at_resource(
                    dataset, resource, "resource-same-file-name", "path", name=part.path.name, other=files[base]
                )
            files.setdefault(base, part.file)
