"""A dataset keeps its identity: its id never changes, and no two share one.

The id of a dataset is made from the catalogue's id and the dataset's oldest name, unless ``id:``
states it. Links, citations and the portal's own records hold on to it. If a folder is renamed and
the old name is not written under ``formerly:``, the portal would take the dataset for deleted and
another one for new.

To fix it, write the old folder name under ``formerly:`` (oldest first), or restore the ``id:`` that was
there. Two datasets may not claim the same old name. A catalogue's own ``id`` never changes.

What was there before is read from git: the revision of ``--changed-since``, else the commit
before the last one. Without git, only what the files themselves say is checked.

Source: RFC 9562, 5.5 (UUID version 5) and the format of the catalogue.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from publisher.catalogue.document import parse_document
from publisher.catalogue.model import Catalogue, dataset_id, resource_id
from publisher.git import Repository
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "id-changed"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "catalogue-id-changed": SEVERITY,
    "dataset-renamed": SEVERITY,
    "id-duplicate": SEVERITY,
    "formerly-claimed-twice": SEVERITY,
    "formerly-in-use": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    yield from _now(context.catalogue)
    if context.repository is not None and context.base is not None:
        yield from _against(context, _before(context.repository, context.base))


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


def _before(repository: Repository, base: str) -> dict[str, Mapping[str, Any]]:
    """The descriptors, and ``catalog.yaml``, that differ from the base, as they were there."""
    changed = repository.changed_since(base)
    wanted = [file for file in changed if file.endswith("/dataset.yaml") or file == "catalog/catalog.yaml"]
    found = {}
    for file, raw in repository.show_all(repository.base(base), wanted).items():
        document, _ = parse_document(raw, file)
        if document is not None:
            found[file] = document.data
    return found


def _against(context: Context, before: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    catalogue = context.catalogue
    old_id = before.get("catalog/catalog.yaml", {}).get("id")
    if isinstance(old_id, str) and old_id != str(catalogue.settings.id):
        yield catalogue.settings.source.problem("catalogue-id-changed", "id", before=old_id)
        return
    by_id = {dataset.id: dataset for dataset in catalogue.datasets.values()}
    by_file = {dataset.source.document.file: dataset for dataset in catalogue.datasets.values()}
    new = [dataset for file, dataset in by_file.items() if file not in before]
    for file, data in before.items():
        name = PurePosixPath(file).parent.name
        identity = _identity(data, catalogue.settings.id, name)
        if identity is None or identity in by_id or file == "catalog/catalog.yaml":
            if identity is not None and identity in by_id:
                yield from _resources(context, file, data, identity)
            continue
        same_place = by_file.get(file)
        if same_place is not None:
            yield at_dataset(same_place, CODE, "id" if "id" in data else "formerly", before=str(identity), name=name)
            continue
        for dataset in new:
            if dataset.source.document.data.get("title") == data.get("title"):
                yield at_dataset(dataset, "dataset-renamed", "formerly", name=name)


def _resources(context: Context, file: str, data: Mapping[str, Any], identity: UUID) -> Iterator[Problem]:
    """A resource that stands at the same path under another id was renamed without ``formerly``."""
    dataset = next(one for one in context.datasets if one.id == identity)
    here = {resource.id for resource in dataset.resources}
    for old in data.get("resources", ()) if isinstance(data.get("resources"), list) else ():
        if not isinstance(old, dict) or not isinstance(old.get("name"), str):
            continue
        names = old.get("formerly") or [old["name"]]
        old_id = UUID(old["id"]) if isinstance(old.get("id"), str) else resource_id(identity, str(names[0]))
        where = old.get("path") or old.get("url")
        for resource in dataset.resources:
            if old_id not in here and where is not None and where in (resource.path, resource.url):
                yield at_resource(dataset, resource, CODE, "formerly", before=str(old_id), name=old["name"])


def _identity(data: Mapping[str, Any], catalogue: UUID, name: str) -> UUID | None:
    stated, formerly = data.get("id"), data.get("formerly")
    try:
        if isinstance(stated, str):
            return UUID(stated)
    except ValueError:
        return None
    oldest = formerly[0] if isinstance(formerly, list) and formerly else name
    return dataset_id(catalogue, str(oldest))
