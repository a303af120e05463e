"""Observations of many datasets at once: their checked tables and one walk through git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from publisher.catalogue.model import Catalogue, ColumnEvidence, Dataset, Status
from publisher.freshness.evidence import observe
from publisher.freshness.model import Observation
from publisher.git import Repository
from publisher.tables.model import CheckedTable
from publisher.zones import zone_of


def needs_tables(dataset: Dataset) -> bool:
    """Whether the evidence of a dataset lies in a column, so that its tables have to be read."""
    evidence = dataset.freshness.evidence if dataset.freshness else ()
    return dataset.status is Status.PUBLISHED and any(isinstance(one, ColumnEvidence) for one in evidence)


def observations(
    catalogue: Catalogue,
    datasets: Iterable[Dataset],
    tables: Mapping[tuple[str, str], CheckedTable],
    repository: Repository | None = None,
) -> dict[str, tuple[Observation, ...]]:
    """What is observed of each dataset, by name. ``tables`` are by dataset and resource name.

    Without a ``repository`` the one around the catalogue is asked.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    zone = zone_of(catalogue.settings.time_zone)
    repository = repository or Repository.find(catalogue.root)
    wanted = tuple(datasets)
    files = [part.file for dataset in wanted for resource in dataset.resources for part in resource.parts]
    changes = repository.last_changes(files) if repository and files else {}
    shallow = repository is not None and repository.is_shallow()
    by_dataset: dict[str, dict[str, CheckedTable]] = {}
    for (dataset_name, resource_name), table in tables.items():
        by_dataset.setdefault(dataset_name, {})[resource_name] = table
    return {one.name: observe(one, by_dataset.get(one.name, {}), changes, zone, shallow=shallow) for one in wanted}
