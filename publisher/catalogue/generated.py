"""The catalogue's own list as a data file: a dataset with ``generated: catalogue`` gets it as its data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from publisher.catalogue.model import Catalogue, Dataset, Part, Resource
from publisher.workspace import Workspace, write_atomically, writing

Row = Mapping[str, str]


def with_generated(catalogue: Catalogue, workspace: Workspace, day: date | None = None) -> Catalogue:
    """The catalogue with the list of its datasets as the file of every generated resource.

    The list is written below ``workspace.folder/generated``, and only if it changed. A dataset under embargo
    on that day (:meth:`Dataset.embargoed`) is not in it. Without a generated dataset the
    catalogue comes back as it is.

    Raises:
        OpendataError: ``cannot-write`` if the workspace cannot be written to.
    """
    generated = [dataset for dataset in catalogue.datasets.values() if dataset.generated is not None]
    if not generated:
        return catalogue
    content = _csv(_columns(catalogue.settings.languages), list_rows(catalogue, day))
    filled = {dataset.name: _filled(dataset, content, workspace) for dataset in generated}
    return replace(catalogue, datasets={**catalogue.datasets, **filled})


def list_rows(catalogue: Catalogue, day: date | None = None) -> list[Row]:
    """One row per dataset that may be named, by name; texts in every language of the catalogue.

    A broken dataset stays on the portal at its last good version, so it stays in the list too, with what can be
    read of its descriptor; only a descriptor of which nothing can be read has no row.
    """
    shown = (one for one in catalogue.datasets.values() if not _hidden(one, one.name in catalogue.broken, day))
    return [_row(catalogue, dataset) for dataset in sorted(shown, key=lambda one: one.name)]


def _hidden(dataset: Dataset, broken: bool, day: date | None) -> bool:
    if not broken:
        return dataset.embargoed(day)
    # Whether it has data may be a stand-in here, so a day of release to come is enough.
    release = dataset.publish_at
    return dataset.source.lacks("publish_at") or (release is not None and (day is None or release > day))


def _row(catalogue: Catalogue, dataset: Dataset) -> Row:
    titles = dataset.title.by_language
    known = _known(dataset)
    return {
        "name": dataset.name,
        "id": str(dataset.id) if known("id", "formerly") else "",
        **{f"title_{language}": titles.get(language, "") for language in catalogue.settings.languages},
        "organization": dataset.organization,
        "themes": ";".join(dataset.themes),
        "region": dataset.region or "" if known("region") else "",
        "status": dataset.status.value if known("status") else "",
        "frequency": dataset.freshness.frequency if dataset.freshness is not None else "",
        "license": dataset.license or "" if known("license") else "",
        "access_rights": dataset.access_rights if known("access_rights") else "",
        "resources": str(len(dataset.resources)) if dataset.resources or known("resources") else "",
        "files": _files(dataset) if dataset.resources or known("resources") else "",
    }


def _known(dataset: Dataset) -> Callable[..., bool]:
    """Whether none of some fields has a stand-in, which the list would pass off as what the descriptor says."""
    return lambda *keys: not any(dataset.source.lacks(key) for key in keys)


def _files(dataset: Dataset) -> str:
    # The list does not exist yet when it counts its own file.
    if dataset.generated is not None:
        return str(len(dataset.resources))
    if any(resource.source.lacks("path") for resource in dataset.resources):
        return ""
    return str(sum(len(resource.parts) for resource in dataset.resources))


def _columns(languages: Sequence[str]) -> list[str]:
    titles = [f"title_{language}" for language in languages]
    after = ["organization", "themes", "region", "status", "frequency", "license", "access_rights"]
    return ["name", "id", *titles, *after, "resources", "files"]


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _filled(dataset: Dataset, content: bytes, workspace: Workspace) -> Dataset:
    return replace(
        dataset, resources=tuple(_written(dataset, resource, content, workspace) for resource in dataset.resources)
    )


def _written(dataset: Dataset, resource: Resource, content: bytes, workspace: Workspace) -> Resource:
    name = f"{resource.name}.csv"
    path = workspace.folder / "generated" / dataset.name / name
    with writing(path):
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
    return replace(resource, path=name, parts=(Part(f"{dataset.folder}/{name}", path),))
