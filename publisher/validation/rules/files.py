"""The files that a resource names are there, and they are the dataset's own.

A path is relative to the dataset's folder, with forward slashes and without ``..``; it may not be
absolute, and no link may lead out of the folder: what is published must be what was reviewed. A file that git
LFS keeps elsewhere has to be fetched first, else a few lines of text would be published instead
of the data.

To fix it, put the file into the dataset's folder under the name that ``path:`` says (the nearest
name is suggested; capital letters count), or correct ``path:``. For an LFS pointer run ``git lfs pull``.

Source: the format of the catalogue itself; Git LFS specification, version 1, for pointers.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from publisher.catalogue.load import is_inside
from publisher.catalogue.model import Dataset, Resource
from publisher.problem import Problem, Severity
from publisher.tables.magic import is_pointer
from publisher.validation.rule import Context, at_resource, nearest

CODE = "file-missing"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "file-name-decomposed": SEVERITY,
    "file-outside": SEVERITY,
    "file-no-file": SEVERITY,
    "file-lfs-pointer": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_POINTER_LIMIT = 1024


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    root = context.catalogue.root
    for dataset in context.datasets:
        for resource in dataset.resources:
            if resource.path is not None and dataset.generated is None:
                yield from _of(root / dataset.folder, dataset, resource, resource.path)


def _of(folder: Path, dataset: Dataset, resource: Resource, path: str) -> Iterator[Problem]:
    if not is_inside(path):
        yield at_resource(dataset, resource, "file-outside", "path", name=path[:100])
        return
    if not resource.parts and _is_decomposed(folder, path):
        yield at_resource(dataset, resource, "file-name-decomposed", "path", name=path)
    elif not resource.parts:
        yield at_resource(dataset, resource, CODE, "path", name=path, suggestion=_near(folder, path))
    for part in resource.parts:
        code = _fault(folder, part.path)
        if code is not None:
            yield at_resource(dataset, resource, code, "path", name=part.file)


def _fault(folder: Path, path: Path) -> str | None:
    try:
        if path.is_symlink() or path.parent != folder:
            if not path.resolve().is_relative_to(folder.resolve()):
                return "file-outside"
            if not path.exists():
                return CODE
        if not path.is_file():
            return "file-no-file"
        if path.stat().st_size < _POINTER_LIMIT and is_pointer(path):
            return "file-lfs-pointer"
    except (OSError, RuntimeError):
        return CODE
    return None


def _is_decomposed(folder: Path, path: str) -> bool:
    """Whether the file is there by a name that looks the same, with the marks as characters of their own (macOS)."""
    return any(unicodedata.normalize("NFC", one.name) == path for one in folder.iterdir())


def _near(folder: Path, path: str) -> str | None:
    names = sorted(one.name for one in folder.iterdir() if one.is_file() and one.suffix != ".yaml")
    return nearest(path, names)
