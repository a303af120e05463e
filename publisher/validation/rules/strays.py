"""Every file in a dataset's folder is named by a resource.

A data file that no resource names would not be published, and nobody would notice: mostly a new
version was saved under another name beside the old file.

To fix it, decide: shall it *replace* the file of a resource (then give it that file's name, or
change ``path:``), or shall it be *added* (then add a resource, or use ``{period}`` in the path for a
file a year)? A file that does not belong there is removed.

A folder with data but without ``dataset.yaml`` is told apart.

Source: the format of the catalogue itself.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, nearest

CODE = "file-unnamed"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "file-without-dataset": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    folders = {dataset.folder: dataset for dataset in context.datasets}
    broken = {str(PurePosixPath(file).parent) for file in context.catalogue.broken.values()}
    for file in context.catalogue.strays:
        path = PurePosixPath(file)
        above = [str(folder) for folder in path.parents]
        dataset = next((folders[folder] for folder in above if folder in folders), None)
        if dataset is not None:
            yield _unnamed(dataset, file)
        elif not broken.intersection(above):
            yield Problem("file-without-dataset", file, params={"folder": str(path.parent)})


def _unnamed(dataset: Dataset, file: str) -> Problem:
    name = file.removeprefix(f"{dataset.folder}/")
    paths = {resource.path: resource.name for resource in dataset.resources if resource.path}
    hint = nearest(name, list(paths))
    return Problem(CODE, file, params={"name": name, "suggestion": hint}, dataset=dataset.name)
