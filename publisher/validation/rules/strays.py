"""Every file in a dataset's folder is named by a resource.

A data file that no resource names would not be published, and nobody would notice: mostly a new
version was saved under another name beside the old file.

To fix it, decide: shall it *replace* the file of a resource (then give it that file's name, or
change ``path:``), or shall it be *added* (then add a resource, or use ``{period}`` in the path for a
file a year)? A file that does not belong there is removed.

A folder with data but without ``dataset.yaml`` is told apart.

Source: the format of the catalogue itself.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.text import suggest
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
        if dataset is not None and not _is_missed(dataset, file, context.catalogue.strays):
            yield _unnamed(dataset, file)
        elif dataset is not None:
            continue  # told as the missing file of a resource
        elif not broken.intersection(above):
            yield Problem("file-without-dataset", file, params={"folder": str(path.parent)})


def _is_missed(dataset: Dataset, file: str, strays: Sequence[str]) -> bool:
    """Whether a resource lacks its file and this is the one that it will be told to mean."""
    beside = [one.removeprefix(f"{dataset.folder}/") for one in strays if one.startswith(f"{dataset.folder}/")]
    missing = [resource.path for resource in dataset.resources if resource.path and not resource.parts]
    composed = {unicodedata.normalize("NFC", one): one for one in beside}
    meant = {composed.get(path) or suggest(path, beside) for path in missing}
    return file.removeprefix(f"{dataset.folder}/") in meant


def _unnamed(dataset: Dataset, file: str) -> Problem:
    name = file.removeprefix(f"{dataset.folder}/")
    paths = {resource.path: resource.name for resource in dataset.resources if resource.path}
    hint = nearest(name, list(paths))
    return Problem(CODE, file, params={"name": name, "suggestion": hint}, dataset=dataset.name)
