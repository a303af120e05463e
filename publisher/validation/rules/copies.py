"""No data file lies under two datasets byte for byte.

Files that are equal to the last byte under two datasets are nearly always a mistake: a file was
dropped into the wrong folder, or one table is offered twice under two bodies.

To fix it, put the right file into the dataset's folder, or keep the data in one dataset only and
refer to it from the other by ``landing_page:``.

Source: pairs of byte-equal files under different bodies were seen on Vietnamese portals.
"""

from collections import defaultdict
from collections.abc import Iterator

from publisher.catalogue.model import Dataset, Part, Resource
from publisher.digest import digest_of_file
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_resource

CODE = "data-copied"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_Place = tuple[Dataset, Resource, Part]


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    by_size: dict[int, list[_Place]] = defaultdict(list)
    for dataset in context.datasets:
        for resource in dataset.resources:
            for part in resource.parts:
                size = _size(part)
                if size:
                    by_size[size].append((dataset, resource, part))
    for places in by_size.values():
        if len({dataset.name for dataset, _, _ in places}) > 1:
            yield from _equal(places, context)


def _equal(places: list[_Place], context: Context) -> Iterator[Problem]:
    first: dict[str, _Place] = {}
    for dataset, resource, part in places:
        digest = _digest(dataset, resource, part, context)
        if digest is None:
            continue
        other = first.setdefault(digest, (dataset, resource, part))
        if other[0].name != dataset.name:
            yield at_resource(dataset, resource, CODE, "path", name=part.file, other=other[2].file)


def _size(part: Part) -> int:
    try:
        return part.path.stat().st_size if part.path.is_file() else 0
    except OSError:
        return 0


def _digest(dataset: Dataset, resource: Resource, part: Part, context: Context) -> str | None:
    table = context.tables.get((dataset.name, resource.name))
    if table is not None and table.facts is not None:
        for known in table.facts.parts:
            if known.file == part.file:
                return known.sha256
    try:
        return digest_of_file(part.path)
    except OSError:
        return None
