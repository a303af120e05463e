"""A catalogue from its folder: every file read, every problem collected, one immutable model made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from publisher.catalogue.build import Builder, build_settings
from publisher.catalogue.document import Document, read_document
from publisher.catalogue.model import (
    Catalogue,
    Consent,
    Dataset,
    Part,
    Review,
    Settings,
    Source,
    TableSchema,
)
from publisher.catalogue.shape import shape_problems
from publisher.errors import OpendataError
from publisher.problem import Problem

DESCRIPTOR = "dataset.yaml"
REVIEWS = "reviews"
_IGNORED = {"README.md", ".gitkeep", ".gitattributes", "Thumbs.db", ".DS_Store", "desktop.ini"}
_YAML = {".yaml", ".yml"}
_Entity = TypeVar("_Entity")


@dataclass(frozen=True)
class Loaded:
    """A catalogue with the problems of reading it; None if ``catalog.yaml`` itself cannot be read."""

    catalogue: Catalogue | None
    problems: tuple[Problem, ...] = field(repr=False)


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds ``catalog/catalog.yaml``.

    Raises:
        OpendataError: ``no-catalogue`` where there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "catalog" / "catalog.yaml").is_file():
            return folder
    raise OpendataError("no-catalogue", folder=str(start))


def load(root: Path) -> Loaded:
    """The catalogue in a folder. Never raises for bad content: whatever is wrong is a problem."""
    reader = _Reader(root)
    settings_document = reader.read("catalog/catalog.yaml", "catalog")
    if settings_document is None:
        return Loaded(None, tuple(reader.problems))
    settings = build_settings(settings_document)
    builder = Builder(settings.languages)
    schemas = _schemas(reader)
    datasets, broken, strays = _datasets(reader, builder, settings, schemas)
    catalogue = Catalogue(
        root,
        settings,
        organizations=_keyed(reader, "organizations", builder.organization),
        themes=_keyed(reader, "themes", builder.theme),
        licenses=_keyed(reader, "licenses", builder.license),
        regions=_keyed(reader, "regions", builder.region),
        legal=_keyed(reader, "legal", builder.legal),
        decisions=_keyed(reader, "decisions", builder.decision),
        portals=_keyed(reader, "portals", builder.portal),
        schemas=schemas,
        datasets=datasets,
        consents=_consents(reader, builder),
        broken=broken,
        strays=strays,
    )
    return Loaded(catalogue, tuple(reader.problems))


class _Reader:
    """Reads documents below a root and keeps their problems."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def read(self, file: str, kind: str, dataset: str | None = None) -> Document | None:
        """The document if it can be read and has the shape of its kind."""
        document, problems = read_document(self.root / file, file)
        if document is not None:
            problems = [*problems, *shape_problems(document, kind, dataset)]
        self.problems += [_held_by(problem, dataset) for problem in problems]
        return None if any(p.code.startswith(("shape-", "resource-")) for p in problems) else document

    def yaml_files(self, folder: str) -> Iterator[str]:
        """YAML files directly in a folder, by name."""
        path = self.root / folder
        for child in sorted(path.iterdir()) if path.is_dir() else ():
            if child.suffix in _YAML and not child.name.startswith("."):
                yield f"{folder}/{child.name}"


def _held_by(problem: Problem, dataset: str | None) -> Problem:
    from dataclasses import replace

    return replace(problem, dataset=dataset) if dataset and problem.dataset is None else problem


def _keyed(
    reader: _Reader, kind: str, build: Callable[[str, Source, Mapping[str, Any]], _Entity]
) -> dict[str, _Entity]:
    file = f"catalog/{kind}.yaml"
    if not (reader.root / file).exists():
        return {}
    document = reader.read(file, kind)
    if document is None:
        return {}
    return {key: build(key, Source(document, (key,)), data) for key, data in document.data.items()}


def _schemas(reader: _Reader) -> dict[str, TableSchema]:
    found = {}
    for file in reader.yaml_files("schemas"):
        document = reader.read(file, "table-schema")
        name = Path(file).stem
        if document is not None:
            found[name] = TableSchema(Source(document), document.data, name)
    return found


def _consents(reader: _Reader, builder: Builder) -> tuple[Consent, ...]:
    documents = [reader.read(file, "consent") for file in reader.yaml_files("catalog/consents")]
    return tuple(builder.consent(document) for document in documents if document is not None)


def _datasets(
    reader: _Reader, builder: Builder, settings: Settings, schemas: Mapping[str, TableSchema]
) -> tuple[dict[str, Dataset], dict[str, str], tuple[str, ...]]:
    datasets: dict[str, Dataset] = {}
    broken: dict[str, str] = {}
    strays: list[str] = []
    folders: dict[str, str] = {}
    for folder, files in _walk(reader.root / "datasets"):
        relative = folder.relative_to(reader.root).as_posix()
        if DESCRIPTOR not in files:
            strays += [f"{relative}/{name}" for name in files if _counts(relative, name)]
            continue
        name = folder.name
        file = f"{relative}/{DESCRIPTOR}"
        if name in folders:
            reader.problems.append(
                Problem("dataset-duplicate-name", file, 1, 1, params={"other": folders[name]}, dataset=name)
            )
            continue
        folders[name] = file
        document = reader.read(file, "dataset", name)
        if document is None:
            broken[name] = file
            continue
        dataset = builder.dataset(
            document,
            name,
            relative,
            settings,
            schemas,
            lambda path, folder=folder, relative=relative: _parts(folder, relative, path),  # type: ignore[misc]
            _reviews(reader, builder, relative, name),
        )
        datasets[name] = dataset
        named = {part.file for resource in dataset.resources for part in resource.parts}
        strays += [f"{relative}/{one}" for one in _files_of(folder) if f"{relative}/{one}" not in named]
    return dict(sorted(datasets.items())), broken, tuple(sorted(strays))


def _walk(top: Path) -> Iterator[tuple[Path, list[str]]]:
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if DESCRIPTOR in files:
            # Folders inside a dataset's folder hold its files; another descriptor in there stands for itself.
            folders[:] = [name for name in folders if name != REVIEWS]
        yield Path(folder), sorted(files)


def _counts(folder: str, name: str) -> bool:
    return not name.startswith((".", "~$")) and name not in _IGNORED and not f"{folder}/".count(f"/{REVIEWS}/")


def _files_of(folder: Path) -> list[str]:
    return sorted(name.name for name in folder.iterdir() if _is_data(name))


def _is_data(path: Path) -> bool:
    if path.name == DESCRIPTOR or path.name in _IGNORED or path.name.startswith((".", "~$")):
        return False
    return path.is_file() or path.is_symlink()


def _reviews(reader: _Reader, builder: Builder, folder: str, dataset: str) -> list[Review]:
    documents = [reader.read(file, "review", dataset) for file in reader.yaml_files(f"{folder}/{REVIEWS}")]
    return [builder.review(document) for document in documents if document is not None]


def _parts(folder: Path, relative: str, path: str) -> tuple[Part, ...]:
    """The files of a resource's path, ``{period}`` matched against what is there; none if nothing is."""
    if not is_inside(path):
        return ()
    if "{period}" not in path:
        found = folder / path
        return (Part(f"{relative}/{path}", found),) if found.exists() or found.is_symlink() else ()
    before, _, after = path.partition("{period}")
    pattern = re.compile(re.escape(before) + r"([0-9][0-9A-Za-z-]*)" + re.escape(after))
    directory = (folder / path).parent
    if not directory.is_dir():
        return ()
    prefix = directory.relative_to(folder).as_posix()
    names = [child.name if prefix == "." else f"{prefix}/{child.name}" for child in directory.iterdir()]
    matches = [(match.group(1), name) for name in names if (match := pattern.fullmatch(name))]
    return tuple(Part(f"{relative}/{name}", folder / name, period) for period, name in sorted(matches))


def is_inside(path: str) -> bool:
    """Whether a resource's path stays in its dataset's folder: relative, forward slashes, no ``..``."""
    steps = path.split("/")
    return not ("\\" in path or ":" in path or path.startswith("/") or ".." in steps or "" in steps)
