"""Which datasets a run is about: by path, by pattern, by what changed, by shard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from publisher.catalogue.document import parse_document
from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import OpendataError
from publisher.git import Repository
from publisher.tables.schema import foreign_keys
from publisher.text import suggest

_BY_KEY = ("organizations", "themes", "licenses", "regions", "decisions")


@dataclass(frozen=True)
class Selection:
    """The datasets asked for; None is all of them. ``changed`` are those that a change touches, if that was asked."""

    datasets: frozenset[str] | None = None
    changed: frozenset[str] | None = None
    files: frozenset[str] = frozenset()
    """Files that changed."""

    def __contains__(self, dataset: str) -> bool:
        return self.datasets is None or dataset in self.datasets


def select(
    catalogue: Catalogue,
    paths: Iterable[str] = (),
    patterns: Iterable[str] = (),
    changed_since: str | None = None,
    shard: tuple[int, int] | None = None,
    repository: Repository | None = None,
) -> Selection:
    """The datasets that all of the given conditions hold for; several paths or patterns add up.

    ``paths`` are relative to the root. A pattern is a dataset's name or a glob of it, ``org:KEY``,
    ``theme:KEY`` or ``status:STATUS``. What depends on a changed schema, organization, ... has changed too.

    Raises:
        OpendataError: ``selection-empty``, ``git-missing`` or ``git-unknown-revision``.
    """
    folders = {dataset.name: dataset.folder for dataset in catalogue.datasets.values()}
    folders |= {name: str(PurePosixPath(file).parent) for name, file in catalogue.broken.items()}
    chosen: frozenset[str] | None = None
    changed: frozenset[str] | None = None
    files: frozenset[str] = frozenset()
    paths, patterns = tuple(paths), tuple(patterns)
    if paths and "." not in paths:
        chosen = frozenset(_touched(catalogue, folders, frozenset(paths), {}))
    if patterns:
        fitting = matching(catalogue, patterns)
        chosen = fitting if chosen is None else chosen & fitting
    if changed_since is not None:
        if repository is None:
            raise OpendataError("git-missing")
        files = repository.changed_since(changed_since)
        changed = frozenset(_touched(catalogue, folders, files, _before(repository, changed_since, files)))
        chosen = changed if chosen is None else chosen & changed
    if shard is not None:
        chosen = frozenset(name for name in (folders if chosen is None else chosen) if _in_shard(name, *shard))
    return Selection(chosen, changed, files)


def matching(catalogue: Catalogue, patterns: Iterable[str], others: Iterable[str] = ()) -> frozenset[str]:
    """The datasets that any of the patterns of ``--select`` fits; ``others`` are names outside the catalogue.

    Raises:
        OpendataError: ``selection-empty`` for a pattern that fits none.
    """
    names = list(dict.fromkeys([*catalogue.datasets, *catalogue.broken, *others]))
    return frozenset(name for pattern in patterns for name in _matching(catalogue, names, pattern))


def _matching(catalogue: Catalogue, names: Sequence[str], pattern: str) -> list[str]:
    kind, colon, key = pattern.partition(":")
    datasets = catalogue.datasets.values()
    if colon and kind == "org":
        found = [one.name for one in datasets if key in (one.organization, one.responsible)]
    elif colon and kind == "theme":
        found = [one.name for one in datasets if key in one.themes]
    elif colon and kind == "status":
        found = [one.name for one in datasets if one.status == key]
    else:
        found = [name for name in names if fnmatchcase(name, pattern)]
    if not found:
        known: Iterable[str] = {"org": catalogue.organizations, "theme": catalogue.themes}.get(kind, names)
        raise OpendataError("selection-empty", select=pattern, suggestion=suggest(key or pattern, known))
    return found


def _touched(
    catalogue: Catalogue, folders: Mapping[str, str], files: frozenset[str], before: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Datasets that files or folders belong to, and those that depend on them."""
    if files & {"catalog", "catalog/catalog.yaml", "catalog/legal.yaml"}:
        yield from folders
        return
    above = {str(folder) for file in files for folder in (PurePosixPath(file), *PurePosixPath(file).parents)}
    own = {
        name
        for name, folder in folders.items()
        if folder in above or any(str(up) in files for up in PurePosixPath(folder).parents)
    }
    keys = {kind: _changed_keys(catalogue, kind, before) for kind in _BY_KEY if f"catalog/{kind}.yaml" in files}
    schemas = {PurePosixPath(file).stem for file in files if file.startswith("schemas/")}
    if "schemas" in files:
        schemas |= set(catalogue.schemas)
    yield from own
    for dataset in catalogue.datasets.values():
        if dataset.name not in own and (_depends(catalogue, dataset, keys) or _uses(dataset, schemas, own)):
            yield dataset.name


def _depends(catalogue: Catalogue, dataset: Dataset, keys: Mapping[str, frozenset[str]]) -> bool:
    used: Mapping[str, set[str | None]] = {
        "organizations": {*_line(catalogue, dataset.organization), dataset.responsible},
        "themes": set(dataset.themes),
        "licenses": {dataset.license},
        "regions": {dataset.region},
        "decisions": {dataset.decision},
    }
    return any(used[kind] & changed for kind, changed in keys.items())


def _uses(dataset: Dataset, schemas: set[str], own: set[str]) -> bool:
    for resource in dataset.resources:
        if resource.schema_name in schemas:
            return True
        if resource.schema is not None and any(key.dataset in own for key in foreign_keys(resource.schema.data)):
            return True
    return False


def _line(catalogue: Catalogue, key: str) -> Iterator[str]:
    seen: set[str] = set()
    while key not in seen:
        seen.add(key)
        yield key
        body = catalogue.organizations.get(key)
        if body is None or body.successor is None:
            return
        key = body.successor.key


def _changed_keys(catalogue: Catalogue, kind: str, before: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Keys of a file of the catalogue whose entry is not what it was; all where that is not known."""
    now: Mapping[str, Any] = getattr(catalogue, kind)
    entries = {key: one.source.document.data.get(key) for key, one in now.items()}
    old = before.get(f"catalog/{kind}.yaml")
    if old is None:
        return frozenset(entries)
    return frozenset(key for key in {*entries, *old} if entries.get(key) != old.get(key))


def _before(repository: Repository, ref: str, files: frozenset[str]) -> dict[str, Mapping[str, Any]]:
    wanted = [f"catalog/{kind}.yaml" for kind in _BY_KEY if f"catalog/{kind}.yaml" in files]
    found = {}
    for file, raw in repository.show_all(repository.base(ref), wanted).items():
        document, _ = parse_document(raw, file)
        if document is not None:
            found[file] = document.data
    return found


def _in_shard(name: str, number: int, count: int) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % count == number - 1
