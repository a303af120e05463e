"""A catalogue from its folder: every file read, every problem collected, one immutable model made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from publisher.catalogue.build import Builder, build_settings
from publisher.catalogue.build_dataset import DatasetBuilder
from publisher.catalogue.document import Document, read_document
from publisher.catalogue.files import (
    DESCRIPTOR,
    REVIEWS,
    Folder,
    dataset_folders,
    find_root,
    is_data,
    is_inside,
    leads_outside,
    misnamed_descriptor,
    name_problem,
    parts,
    unknown_files,
    wrong_name,
    yaml_files,
)
from publisher.catalogue.lenient import is_about_files, understood
from publisher.catalogue.memory import Memory
from publisher.catalogue.model import Catalogue, Consent, Dataset, Review, Settings, Source, TableSchema
from publisher.catalogue.shape import is_shaped
from publisher.catalogue.words import own_words
from publisher.problem import Problem, Severity
from publisher.text import NO_TEXT
from publisher.workspace import Workspace

FORMAT = 1
_Entity = TypeVar("_Entity")


@dataclass(frozen=True)
class Loaded:
    """A catalogue with the problems of reading it; None if ``catalog.yaml`` itself cannot be read."""

    catalogue: Catalogue | None
    problems: tuple[Problem, ...] = field(repr=False)


def load(root: Path, workspace: Workspace | None = None) -> Loaded:
    """The catalogue in a folder. Never raises for bad content: whatever is wrong is a problem.

    With a ``workspace``, files that were read before are not parsed again.
    """
    memory = Memory(workspace)
    reader = _Reader(root, memory)
    document = reader.read("catalog/catalog.yaml", "catalog")
    settings = build_settings(document) if document is not None else None
    if document is not None and document.data["format"] > FORMAT:
        params = {"found": document.data["format"], "known": FORMAT}
        line, column = document.place(("format",))
        reader.problems.append(Problem("format-version", document.file, line, column, Severity.WARNING, params))
    # Without settings the other files are read all the same, for their problems.
    catalogue = _catalogue(reader, settings or _stand_in())
    memory.keep()
    return Loaded(catalogue if settings is not None else None, tuple(reader.problems))


def _stand_in() -> Settings:
    nothing = Source(Document("catalog/catalog.yaml", "", {}))
    return Settings(nothing, UUID(int=0), NO_TEXT, NO_TEXT, ("vi", "en"), "UTC", "reference")


def _catalogue(reader: _Reader, settings: Settings) -> Catalogue:
    builder = Builder(settings.languages)
    schemas = _schemas(reader)
    found = _Datasets(reader, builder, DatasetBuilder(builder, settings, schemas))
    for folder in dataset_folders(reader.root):
        found.add(folder)
    reader.problems += unknown_files(reader.root)
    return Catalogue(
        reader.root,
        settings,
        organizations=reader.keyed("organizations", builder.organization),
        themes=reader.keyed("themes", builder.theme),
        licenses=reader.keyed("licenses", builder.license),
        regions=reader.keyed("regions", builder.region),
        legal=reader.keyed("legal", builder.legal),
        decisions=reader.keyed("decisions", builder.decision),
        portals=reader.keyed("portals", builder.portal),
        schemas=schemas,
        datasets=dict(sorted(found.datasets.items())),
        consents=_consents(reader, builder),
        broken=found.broken,
        strays=tuple(sorted(found.files - found.named)),
        unread=frozenset(reader.unread),
        words=own_words(reader.root, reader.problems),
        reviews=_reviews(reader, builder),
    )


class _Reader:
    """Reads documents below a root and keeps their problems."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self.root = root
        self._memory = memory
        self.problems: list[Problem] = []
        self.unread: set[str] = set()

    def read(self, file: str, kind: str, dataset: str | None = None) -> Document | None:
        """The document if it can be read and has the shape of its kind."""
        document, _, misshapen = self._parsed(file, kind, dataset)
        return None if misshapen else document

    def usable(self, file: str, kind: str, dataset: str | None = None) -> tuple[Document | None, bool]:
        """What can be used of the document, and whether that is all of it."""
        _, usable, misshapen = self._parsed(file, kind, dataset)
        return usable, usable is not None and not misshapen

    def keyed(self, kind: str, build: Callable[[str, Source, Mapping[str, Any]], _Entity]) -> dict[str, _Entity]:
        """The entries of a file of ``catalog/`` that are right; a wrong one does not take the others with it."""
        file = f"catalog/{kind}.yaml"
        if not (self.root / file).exists():
            return {}
        document, _, misshapen = self._parsed(file, kind, None)
        if document is None or misshapen:
            self.unread.add(file)
        if document is None:
            return {}
        return {
            key: build(key, Source(document, (key,)), data)
            for key, data in document.data.items()
            if not misshapen or is_shaped({key: data}, kind)
        }

    def _parsed(self, file: str, kind: str, dataset: str | None) -> tuple[Document | None, Document | None, bool]:
        """The document as it stands, what can be used of it, and whether its shape is wrong."""
        if leads_outside(self.root, file):
            self.problems.append(Problem("file-link", file, 1, 1, dataset=dataset))
            return None, None, False
        document, problems = read_document(self.root / file, file, self._memory.parse)
        usable, misshapen = understood(document, kind, dataset) if document is not None else (None, [])
        self.problems += [replace(problem, dataset=dataset) if dataset else problem for problem in problems]
        self.problems += misshapen
        return document, usable, bool(misshapen)


def _schemas(reader: _Reader) -> dict[str, TableSchema]:
    found = {}
    for file in yaml_files(reader.root, "schemas"):
        name = Path(file).stem
        if Path(file).suffix != ".yaml":
            reader.problems.append(wrong_name(file, f"{name}.yaml"))
        wrong = name_problem(name, file)
        if wrong is not None:
            reader.problems.append(replace(wrong, code="schema-name"))
        document, whole = reader.usable(file, "table-schema")
        if document is not None:
            found[name] = TableSchema(Source(document), document.data, name)
        if not whole:
            reader.unread.add(file)
    return found


def _consents(reader: _Reader, builder: Builder) -> tuple[Consent, ...]:
    documents = [reader.read(file, "consent") for file in yaml_files(reader.root, "catalog/consents")]
    return tuple(builder.consent(document) for document in documents if document is not None)


def _reviews(reader: _Reader, builder: Builder) -> tuple[Review, ...]:
    documents = [reader.read(file, "review") for file in yaml_files(reader.root, f"catalog/{REVIEWS}")]
    found = [builder.review(document) for document in documents if document is not None]
    return tuple(sorted(found, key=lambda review: review.on))


class _Datasets:
    """Datasets as their folders are met: built, or named as broken, and every file beside them."""

    def __init__(self, reader: _Reader, entries: Builder, builder: DatasetBuilder) -> None:
        self.reader = reader
        self.entries = entries
        self.builder = builder
        self.datasets: dict[str, Dataset] = {}
        self.broken: dict[str, str] = {}
        self.files: set[str] = set()
        self.named: set[str] = set()
        self._seen: dict[str, str] = {}

    def add(self, folder: Folder) -> None:
        """Take in one folder below ``datasets/``."""
        file = f"{folder.relative}/{DESCRIPTOR}"
        name = folder.path.name
        misnamed = misnamed_descriptor(folder)
        self.files |= {f"{folder.relative}/{one}" for one in folder.files if is_data(one) and one != misnamed}
        wrong = folder.problem
        if misnamed is not None:
            wrong = wrong_name(f"{folder.relative}/{misnamed}", DESCRIPTOR)
        if wrong is None and DESCRIPTOR not in folder.files:
            return
        if wrong is None and name.casefold() in self._seen:
            wrong = Problem("dataset-duplicate-name", file, 1, 1, params={"other": self._seen[name.casefold()]})
        if wrong is not None:
            # Held back, never taken for deleted; a folder that nobody can look into holds back everything.
            unreadable = wrong.code == "file-unreadable"
            self.reader.problems.append(wrong if unreadable else replace(wrong, dataset=name))
            self.broken.setdefault(name, file)
            return
        self._seen[name.casefold()] = file
        self._read(folder, name, file)

    def _read(self, folder: Folder, name: str, file: str) -> None:
        misnamed = name_problem(name, file)
        if misnamed is not None:
            self.reader.problems.append(replace(misnamed, dataset=name))
        document, whole = self.reader.usable(file, "dataset", name)
        reviews = self._reviews(folder.relative, name)
        if not whole or misnamed is not None:
            self.broken[name] = file
        if document is None or any(is_about_files(one) for one in document.left_out):
            # What its resources name is not known, so nothing beside it is called a stray.
            self.named |= {one for one in self.files if one.startswith(f"{folder.relative}/")}
        if document is None:
            return
        found = partial(parts, folder.path, folder.relative)
        dataset = self.builder.dataset(document, name, folder.relative, found, reviews)
        self.named |= {part.file for resource in dataset.resources for part in resource.parts}
        if misnamed is None:
            self.datasets[name] = dataset

    def _reviews(self, folder: str, dataset: str) -> list[Review]:
        files = yaml_files(self.reader.root, f"{folder}/{REVIEWS}")
        documents = [self.reader.read(file, "review", dataset) for file in files]
        return [self.entries.review(document) for document in documents if document is not None]


__all__ = ["DESCRIPTOR", "FORMAT", "REVIEWS", "Loaded", "find_root", "is_inside", "load"]
