"""A dataset keeps its identity: its id never changes, and no two share one.

The id of a dataset is made from the catalogue's id and the dataset's oldest name, unless ``id:``
states it. Links, citations and the portal's own records hold on to it. If a folder is renamed and
the old name is not written under ``formerly:``, the portal would take the dataset for deleted and
another one for new. A published dataset whose folder is gone is told too: its page and files will be removed.

To fix it, write the old folder name under ``formerly:`` (oldest first), or restore the ``id:`` that was
there. Two datasets may not claim the same old name. A catalogue's own ``id`` never changes.

What was there before is read from git: the revision of ``--changed-since``, else the commit
before the last one. Without git, only what the files themselves say is checked.

Source: RFC 9562, 5.5 (UUID version 5) and the format of the catalogue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from publisher.catalogue.document import parse_document
from publisher.catalogue.model import Catalogue, Dataset, Resource, dataset_id, resource_id
from publisher.catalogue.shape import is_shaped
from publisher.errors import OpendataError
from publisher.git import Repository
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "id-changed"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "catalogue-id-changed": SEVERITY,
    "dataset-renamed": SEVERITY,
    "dataset-removed": Severity.WARNING,
    "id-duplicate": SEVERITY,
    "formerly-claimed-twice": SEVERITY,
    "formerly-in-use": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

CATALOG = "catalog/catalog.yaml"


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    yield from _now(context.catalogue)
    if context.repository is not None and context.base is not None:
        past = _Past(context.repository, context.base)
        yield from _against(context.catalogue, _change(context.repository, context.base), past)


def _now(catalogue: Catalogue) -> Iterator[Problem]:
    ids: dict[UUID, str] = {}
    resources: dict[UUID, str] = {}
    claimed: dict[str, str] = {}
    for dataset in catalogue.datasets.values():
        if dataset.id in ids:
            yield at_dataset(dataset, "id-duplicate", "id", other=ids[dataset.id])
        ids.setdefault(dataset.id, dataset.name)
        for index, name in enumerate(dataset.formerly):
            if name in claimed:
                yield at_dataset(dataset, "formerly-claimed-twice", "formerly", index, name=name, other=claimed[name])
            elif name in catalogue.datasets:
                yield at_dataset(dataset, "formerly-in-use", "formerly", index, name=name)
            claimed.setdefault(name, dataset.name)
        for resource in dataset.resources:
            place = f"{dataset.name}/{resource.name}"
            if resource.id in resources and resources[resource.id] != place:
                yield at_resource(dataset, resource, "id-duplicate", "id", other=resources[resource.id])
            resources.setdefault(resource.id, place)


@dataclass(frozen=True)
class _Change:
    """Descriptors and ``catalog.yaml`` that differ from the base: as they were there, and which are new."""

    before: Mapping[str, Mapping[str, Any]]
    new: frozenset[str]


@dataclass(frozen=True)
class _Past:
    """What stood there before the base: a rename without ``formerly`` that was committed is made good by the word."""

    repository: Repository
    base: str

    def renamed(self, file: str, dataset: Dataset) -> bool:
        """Whether the commit that brought a dataset's folder took away the one of its oldest name."""
        brought = self.repository.touched(self.base, file)
        if not dataset.formerly or not brought:
            return False
        old = f"{PurePosixPath(file).parent.parent}/{dataset.formerly[0]}/{PurePosixPath(file).name}"
        after, before = (self._show(one, old) for one in (brought[-1], f"{brought[-1]}~"))
        return before is not None and after is None

    def had(self, file: str, dataset: Dataset, resource: Resource) -> bool:
        """Whether a descriptor once named a resource by the oldest of its names."""
        versions = (
            (self._show(one, file) for one in self.repository.touched(self.base, file)) if resource.formerly else ()
        )
        documents = (parse_document(raw, file)[0] for raw in versions if raw is not None)
        listed = (one.data for one in documents if one is not None and is_shaped(one.data, "dataset"))
        return any(
            old["name"] == resource.formerly[0] and resource_id(dataset.id, old["name"]) == resource.id
            for data in listed
            for old in data.get("resources", ())
        )

    def _show(self, ref: str, file: str) -> bytes | None:
        try:
            return self.repository.show(ref, file)
        except OpendataError:
            return None  # the first commit has none before it


def _change(repository: Repository, base: str) -> _Change:
    start = repository.base(base)
    changed = {one for one in repository.changed_since(start) if one.endswith("/dataset.yaml") or one == CATALOG}
    before = {}
    old = repository.show_all(start, changed)
    for file, raw in old.items():
        document, _ = parse_document(raw, file)
        if document is not None and is_shaped(document.data, "catalog" if file == CATALOG else "dataset"):
            before[file] = document.data
    return _Change(before, frozenset(changed - old.keys()))


def _against(catalogue: Catalogue, change: _Change, past: _Past) -> Iterator[Problem]:
    old_id = change.before.get(CATALOG, {}).get("id")
    if old_id is not None and old_id != str(catalogue.settings.id):
        yield catalogue.settings.source.problem("catalogue-id-changed", "id", before=old_id)
        return
    by_id = {dataset.id: dataset for dataset in catalogue.datasets.values()}
    by_file = {dataset.source.document.file: dataset for dataset in catalogue.datasets.values()}
    for file, data in change.before.items():
        if file == CATALOG:
            continue
        name = PurePosixPath(file).parent.name
        oldest = data.get("formerly") or [name]
        identity = UUID(data["id"]) if "id" in data else dataset_id(catalogue.settings.id, oldest[0])
        if identity in by_id:
            yield from _resources(by_id[identity], data, past)
        elif file in by_file and any(by_file[file].source.lacks(key) for key in ("id", "formerly")):
            continue
        elif file in by_file:
            at = "id" if "id" in data else "formerly"
            if not past.renamed(file, by_file[file]):
                yield at_dataset(by_file[file], CODE, at, before=str(identity), name=name)
        else:
            heirs = [
                by_file[one]
                for one in sorted(change.new & by_file.keys())
                if by_file[one].source.document.data.get("title") == data["title"]
            ]
            for heir in heirs:
                yield at_dataset(heir, "dataset-renamed", "formerly", name=name)
            if not heirs and name not in catalogue.broken and data["status"] == "published":
                yield Problem("dataset-removed", file, params={"name": name})


def _resources(dataset: Dataset, before: Mapping[str, Any], past: _Past) -> Iterator[Problem]:
    """A resource with the same file under another id was renamed without ``formerly``."""
    here = {resource.id for resource in dataset.resources}
    for old in before.get("resources", ()):
        oldest = old.get("formerly") or [old["name"]]
        identity = UUID(old["id"]) if "id" in old else resource_id(dataset.id, oldest[0])
        for resource in dataset.resources if identity not in here else ():
            if any(resource.source.lacks(key) for key in ("name", "id", "formerly")):
                continue
            same = (resource.path, resource.url) == (old.get("path"), old.get("url")) != (None, None)
            if same and not past.had(dataset.source.document.file, dataset, resource):
                yield at_resource(dataset, resource, CODE, "formerly", before=str(identity), name=old["name"])
