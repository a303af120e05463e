"""Observations of many datasets at once: their checked tables and one walk through git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from publisher.catalogue.model import Catalogue, ColumnEvidence, Dataset, Status
from publisher.digest import digest_of
from publisher.freshness.content import VERSION, reader_key
from publisher.freshness.evidence import observe
from publisher.freshness.model import Observation
from publisher.freshness.versions import Version, versions_of
from publisher.git import Repository
from publisher.tables.model import CheckedTable
from publisher.tables.source import tables_of
from publisher.workspace import Workspace
from publisher.zones import zone_of

Versions = Mapping[str, Sequence[Version]]
Changes = dict[str, datetime]

_KIND = "last-changes"


def needs_tables(dataset: Dataset) -> bool:
    """Whether the evidence of a dataset lies in a column, so that its tables have to be read."""
    evidence = dataset.freshness.evidence if dataset.freshness else ()
    return dataset.status is Status.PUBLISHED and any(isinstance(one, ColumnEvidence) for one in evidence)


def observations(
    catalogue: Catalogue,
    datasets: Iterable[Dataset],
    tables: Mapping[tuple[str, str], CheckedTable],
    repository: Repository | None = None,
    *,
    workspace: Workspace | None = None,
    versions: Versions | None = None,
    further: Mapping[str, Sequence[Observation]] | None = None,
) -> dict[str, tuple[Observation, ...]]:
    """What is observed of each dataset, by name. ``tables`` are by dataset and resource name.

    Without a ``repository`` the one around the catalogue is asked, without a ``workspace`` the catalogue's own is
    used, and ``versions`` are read from git where they are not at hand. ``further`` are observations by
    dataset that only a request to elsewhere could make.

    Raises:
        OpendataError: ``time-zone-unknown``, or ``git-failed``.
    """
    zone = zone_of(catalogue.settings.time_zone)
    repository = repository or Repository.find(catalogue.root)
    wanted = tuple(datasets)
    if versions is None:
        written, changed = _known_changes(catalogue, wanted, repository, workspace or Workspace(catalogue.root))
    else:
        written, changed = last_changes(versions)
    shallow = repository is not None and repository.is_shallow
    by_dataset: dict[str, dict[str, CheckedTable]] = {}
    for (dataset_name, resource_name), table in tables.items():
        by_dataset.setdefault(dataset_name, {})[resource_name] = table
    return {
        one.name: observe(
            one,
            by_dataset.get(one.name, {}),
            written,
            zone,
            shallow=shallow,
            content_changes=changed,
            further=(further or {}).get(one.name, ()),
        )
        for one in wanted
    }


def _known_changes(
    catalogue: Catalogue, wanted: Sequence[Dataset], repository: Repository | None, workspace: Workspace
) -> tuple[Changes, Changes]:
    """The last changes of the files of datasets; those of a whole catalogue are kept until the next commit."""
    head = repository.head() if repository else None
    if head is None or len(wanted) < len(catalogue.sound):
        part = replace(catalogue, datasets={one.name: one for one in wanted})
        return last_changes(versions_of(part, repository, workspace))
    readers = [
        [part.file, reader_key(table, part.file)] for table in tables_of(catalogue).values() for part in table.parts
    ]
    key = [VERSION, head.sha, sorted(repository.edge) if repository else [], digest_of(readers)]
    kept = workspace.cached(_KIND, _KIND)
    if kept is None or kept["key"] != key:
        found = last_changes(versions_of(catalogue, repository, workspace))
        kept = {"key": key, "last": [{file: at.timestamp() for file, at in one.items()} for one in found]}
        workspace.keep(_KIND, _KIND, kept)
    written, changed = ({file: datetime.fromtimestamp(at, UTC) for file, at in one.items()} for one in kept["last"])
    return written, changed


def last_changes(versions: Versions) -> tuple[Changes, Changes]:
    """When each file's bytes, and when its content, last changed."""
    written: Changes = {}
    changed: Changes = {}
    for file, known in versions.items():
        rewritten = [one.at for one in known if one.rewritten]
        if rewritten:
            written[file] = rewritten[-1]
        values = [one.at for one in known if one.changed]
        if values:
            changed[file] = values[-1]
    return written, changed
